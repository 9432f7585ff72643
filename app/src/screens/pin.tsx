// Choosing a PIN after the enrolment, and changing it later.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { read, write } from "../core/core";
import { isShared } from "../core/holders";
import { useAct, useLoad } from "../core/hooks";
import {
  isPinRequired,
  learnPolicy,
  lockMinutes,
  lockNow,
  locksOnHide,
  MINUTES,
  pinState,
  setLockMinutes,
  setLocksOnHide,
  skipPin,
  type PinState,
} from "../core/lock";
import { Choice } from "../form/field";
import { Await, Failed, Note, say, Section, Title } from "../parts/parts";
import { isSame, NewPinFields, NO_PIN, PinField } from "../parts/pin";
import { t } from "../words";

function ChoosePin(props: { button: string; onDone: () => void }): JSX.Element {
  const [pin, setPin] = useState(NO_PIN);
  const act = useAct();
  const set = (event: Event): void => {
    event.preventDefault();
    void act.run(async () => {
      await write("pin.set", { pin: pin.first });
      // Prepares the unlock by whoever coordinates; no network stands before a PIN.
      void learnPolicy();
      props.onDone();
    });
  };
  return (
    <form onSubmit={set}>
      <NewPinFields pin={pin} onInput={setPin} />
      <Failed error={act.failure} />
      <button class="btn btn-primary btn-lg wide" disabled={act.busy || !isSame(pin)}>
        {act.busy ? t("loading") : props.button}
      </button>
    </form>
  );
}

/** Once, after the enrolment. */
export function PinSetup(props: { onDone: () => void }): JSX.Element {
  const [sure, setSure] = useState(false);
  return (
    <main class="alone" id="main">
      <Title text={t("pin_setup")} lead={t("pin_setup_lead")} />
      <ChoosePin button={t("pin_set")} onDone={props.onDone} />
      {isShared() || isPinRequired() ? (
        <p class="help">{t(isShared() ? "pin_shared" : "pin_required")}</p>
      ) : sure ? (
        <Note tone="warning" title={t("pin_skip_sure")}>
          <p>{t("pin_skip_why")}</p>
          <div class="buttons">
            <button
              type="button"
              class="btn btn-outline-danger"
              onClick={() => void skipPin().then(props.onDone)}
            >
              {t("pin_skip_yes")}
            </button>
          </div>
        </Note>
      ) : (
        <button type="button" class="btn btn-link" onClick={() => setSure(true)}>
          {t("pin_skip")}
        </button>
      )}
    </main>
  );
}

/** Part of the settings. */
export function PinSettings(): JSX.Element {
  const load = useLoad(pinState, "pin");
  const [open, setOpen] = useState<"" | "set" | "change" | "remove">("");
  const done = (word: "pin_set_done" | "pin_changed" | "pin_removed"): void => {
    setOpen("");
    load.reload();
    say(t(word));
  };
  return (
    <Section title={t("pin_section")}>
      <Await of={load}>
        {(state) =>
          state.pin ? (
            <>
              <p>{t(state.recovery ? "pin_on" : "pin_on_no_recovery")}</p>
              <When />
              <div class="buttons">
                <button
                  type="button"
                  class="btn btn-primary"
                  onClick={() => void lockNow()}
                >
                  {t("lock_now")}
                </button>
                <button
                  type="button"
                  class="btn btn-outline-primary"
                  aria-expanded={open === "change"}
                  onClick={() => setOpen(open === "change" ? "" : "change")}
                >
                  {t("pin_change")}
                </button>
                {!state.pin_required && !isPinRequired() && !isShared() && (
                  <button
                    type="button"
                    class="btn btn-outline-danger"
                    aria-expanded={open === "remove"}
                    onClick={() => setOpen(open === "remove" ? "" : "remove")}
                  >
                    {t("pin_remove")}
                  </button>
                )}
              </div>
              {open === "change" && <ChangePin onDone={() => done("pin_changed")} />}
              {open === "remove" && <RemovePin onDone={() => done("pin_removed")} />}
            </>
          ) : (
            <>
              <Note tone="warning">
                <p>{t("pin_off")}</p>
              </Note>
              {open === "set" ? (
                <ChoosePin button={t("pin_set")} onDone={() => done("pin_set_done")} />
              ) : (
                <button
                  type="button"
                  class="btn btn-primary"
                  onClick={() => setOpen("set")}
                >
                  {t("pin_set")}
                </button>
              )}
            </>
          )
        }
      </Await>
    </Section>
  );
}

function When(): JSX.Element {
  const [minutes, setMinutes] = useState(lockMinutes());
  const [hide, setHide] = useState(locksOnHide());
  return (
    <fieldset class="field">
      <legend>{t("lock_after")}</legend>
      <div class="choices">
        {MINUTES.map((one) => (
          <Choice
            key={one}
            type="radio"
            name="lock-minutes"
            label={t("minutes", { n: one })}
            checked={minutes === one}
            onChange={() => {
              void setLockMinutes(one);
              setMinutes(one);
            }}
          />
        ))}
        <Choice
          type="checkbox"
          name="lock-hide"
          label={t("lock_on_hide")}
          checked={hide}
          onChange={() => {
            void setLocksOnHide(!hide);
            setHide(!hide);
          }}
        />
      </div>
    </fieldset>
  );
}

function ChangePin(props: { onDone: () => void }): JSX.Element {
  const [old, setOld] = useState("");
  const [pin, setPin] = useState(NO_PIN);
  const act = useAct();
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void act.run(async () => {
          await read<PinState>("pin.change", { pin: old, new_pin: pin.first });
          props.onDone();
        });
      }}
    >
      <PinField id="pin-old" word="pin_old" value={old} onInput={setOld} />
      <NewPinFields pin={pin} onInput={setPin} />
      <Failed error={act.failure} />
      <button class="btn btn-primary" disabled={act.busy || old === "" || !isSame(pin)}>
        {t("pin_change_do")}
      </button>
    </form>
  );
}

function RemovePin(props: { onDone: () => void }): JSX.Element {
  const [old, setOld] = useState("");
  const act = useAct();
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void act.run(async () => {
          await write("pin.remove", { pin: old });
          await skipPin();
          props.onDone();
        });
      }}
    >
      <p>{t("pin_skip_why")}</p>
      <PinField id="pin-old" word="pin_old" value={old} onInput={setOld} />
      <Failed error={act.failure} />
      <button class="btn btn-danger" disabled={act.busy || old === ""}>
        {t("pin_remove_do")}
      </button>
    </form>
  );
}
