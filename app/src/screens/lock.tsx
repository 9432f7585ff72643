// The store is locked: the PIN opens it, and whoever forgot it is led to the one who can help.
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { CoreError, read } from "../core/core";
import { holderHere, isShared } from "../core/holders";
import { useAct, useNow } from "../core/hooks";
import { afterLocking, pinState, type PinState } from "../core/lock";
import { ChangeHolder } from "../parts/change_holder";
import { isSame, NewPinFields, NO_PIN, PinField } from "../parts/pin";
import { Failed, Note, Title } from "../parts/parts";
import { OrderedScreen } from "./ordered";
import { count, t } from "../words";

function waitWords(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  if (seconds < 90) return count(seconds, "wait_s_one", "wait_s");
  return t("wait_min", { n: Math.ceil(seconds / 60) });
}

export function LockScreen(props: { onOpen: () => void }): JSX.Element {
  const [state, setState] = useState<PinState | null>(null);
  const [until, setUntil] = useState(0);
  const [pin, setPin] = useState("");
  const [forgotten, setForgotten] = useState(false);
  const act = useAct();
  const now = useNow(500);
  const line = useRef<HTMLFormElement>(null);
  const look = async (): Promise<void> => {
    const found = await pinState().catch(() => null);
    if (found === null) return;
    setState(found);
    setUntil(Number(found.wait_ms) > 0 ? Date.now() + Number(found.wait_ms) : 0);
  };
  useEffect(() => {
    void afterLocking().then(look).then(() => line.current?.querySelector("input")?.focus());
  }, []);
  const unlock = (event: Event): void => {
    event.preventDefault();
    void act.run(async () => {
      try {
        await afterLocking();
        await read("unlock", { pin });
        props.onOpen();
      } finally {
        setPin("");
        await look();
        line.current?.querySelector("input")?.focus();
      }
    });
  };
  const close = async (): Promise<void> => {
    await look();
    setForgotten(false);
  };
  const wiping = state?.order === "wiping";
  const isOrdered =
    state?.order === "locked" || state?.order === "wiped" || (wiping && !state.pin);
  if (isOrdered && !forgotten) {
    return (
      <OrderedScreen
        state={state}
        onClosed={close}
        onOpen={props.onOpen}
        onCode={() => setForgotten(true)}
      />
    );
  }
  if (forgotten) return <Forgotten state={state} onBack={() => setForgotten(false)} {...props} />;
  const wait = Math.max(0, until - now);
  const blocked = state?.blocked === true;
  const wrong = act.failure instanceof CoreError && act.failure.code === "pin_wrong";
  return (
    <main class="alone" id="main">
      <Title
        text={
          isShared()
            ? t("locked_of", { name: holderHere() || t("holder_nobody") })
            : t("locked")
        }
        lead={t("locked_lead")}
      />
      {wiping && (
        <Note tone="warning">
          <p>{state.order_text}</p>
        </Note>
      )}
      <form onSubmit={unlock} ref={line}>
        <PinField
          id="pin"
          word="pin"
          value={pin}
          wrong={wrong}
          disabled={blocked || wait > 0}
          onInput={setPin}
        />
        {blocked ? (
          <Note tone="danger">
            <p>{t("pin_blocked")}</p>
          </Note>
        ) : wait > 0 ? (
          <Note tone="warning" live>
            <p>{t("pin_wait", { when: waitWords(wait) })}</p>
          </Note>
        ) : (
          act.failure && (
            <Note tone="danger">
              <p>{act.failure.message}</p>
            </Note>
          )
        )}
        {!blocked && (state?.failed ?? 0) > 1 && (
          <p class="help">{t("pin_failed", { n: state?.failed ?? 0 })}</p>
        )}
        <button
          class="btn btn-primary btn-lg wide"
          disabled={act.busy || blocked || wait > 0 || pin === ""}
        >
          {act.busy ? t("loading") : t("unlock")}
        </button>
      </form>
      <button type="button" class="btn btn-link" onClick={() => setForgotten(true)}>
        {t("pin_forgotten")}
      </button>
      <ChangeHolder act={act} />
    </main>
  );
}

function Forgotten(props: {
  state: PinState | null;
  onBack: () => void;
  onOpen: () => void;
}): JSX.Element {
  const [request, setRequest] = useState("");
  const [answer, setAnswer] = useState("");
  const [pin, setPin] = useState(NO_PIN);
  const [copied, setCopied] = useState(false);
  const act = useAct();
  useEffect(() => {
    void act.run(async () => {
      setRequest((await read<{ request: string }>("recovery.request")).request);
    });
  }, []);
  const open = (event: Event): void => {
    event.preventDefault();
    void act.run(async () => {
      await read("recovery.answer", { answer, new_pin: pin.first });
      props.onOpen();
    });
  };
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(request);
    setCopied(true);
  };
  return (
    <main class="alone" id="main">
      <Title text={t("pin_forgotten")} lead={t("recovery_lead")} />
      {props.state?.recovery === false ? (
        <Note tone="warning">
          <p>{t("recovery_none")}</p>
        </Note>
      ) : (
        <form onSubmit={open}>
          <h2>{t("recovery_request")}</h2>
          <p>{t("recovery_request_help")}</p>
          <output class="code-block" aria-label={t("recovery_request")}>
            {request}
          </output>
          <button type="button" class="btn btn-outline-primary" onClick={() => void copy()}>
            {t(copied ? "copied" : "copy_it")}
          </button>
          <h2 class="next-step">{t("recovery_answer")}</h2>
          <div class="field">
            <label for="answer">{t("recovery_answer_label")}</label>
            <input
              id="answer"
              class="form-control"
              required
              autocomplete="off"
              spellcheck={false}
              value={answer}
              onInput={(event) => setAnswer(event.currentTarget.value)}
            />
          </div>
          <NewPinFields pin={pin} onInput={setPin} />
          <Failed error={act.failure} />
          <button
            class="btn btn-primary btn-lg wide"
            disabled={act.busy || answer.trim() === "" || !isSame(pin)}
          >
            {act.busy ? t("loading") : t("recovery_open")}
          </button>
        </form>
      )}
      <button type="button" class="btn btn-link" onClick={props.onBack}>
        {t("back_to_pin")}
      </button>
    </main>
  );
}
