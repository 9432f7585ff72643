// What this tablet is, how it looks, and the last way out for work that cannot be sent.
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { CARRIES, carry, isMetered, setCarry, type Carry } from "../core/carry";
import { isDesk } from "../core/desk";
import { makeCopy } from "../core/copy";
import { foundNoRoom, keepStorage, onChange } from "../core/core";
import { useAct, usePicture } from "../core/hooks";
import { enterPractice, isPractice, throwPracticeAway } from "../core/practice";
import type { Identity } from "../core/types";
import { bytes } from "../format";
import { Choice } from "../form/field";
import { applyLook, look, type Look } from "../look";
import { saveFile } from "../parts/file";
import { Failed, Note, Row, Section, SureButton, Title } from "../parts/parts";
import { to } from "../router";
import { HoldersSection } from "./holders";
import { PinSettings } from "./pin";
import { language, setLanguage, t, type Language, type Word } from "../words";
import { roleName } from "../words/steer";

const LOOKS: [Look, Word][] = [
  ["auto", "look_auto"],
  ["light", "look_light"],
  ["dark", "look_dark"],
];
const LANGUAGES: [Language, string][] = [
  ["it", "Italiano"],
  ["en", "English"],
];

export function Tablet(props: { me: Identity }): JSX.Element {
  const { me } = props;
  const [shown, setShown] = useState(look());
  return (
    <>
      <Title text={t("tablet")} />
      {!isPractice() && <Who me={me} />}
      {!isPractice() && <PinSettings />}
      {!isPractice() && !isDesk() && <HoldersSection />}
      <ul class="rows">
        <Row icon="report" href={to("reports")} title={t("reports_mine")} />
      </ul>
      <Storage />
      {!isPractice() && <FilesCarry />}
      <fieldset class="field">
        <legend>{t("look")}</legend>
        <div class="choices">
          {LOOKS.map(([one, word]) => (
            <Choice
              key={one}
              type="radio"
              name="look"
              label={t(word)}
              checked={shown === one}
              onChange={() => {
                applyLook(one);
                setShown(one);
              }}
            />
          ))}
        </div>
      </fieldset>
      <fieldset class="field">
        <legend>{t("language_name")}</legend>
        <div class="choices">
          {LANGUAGES.map(([one, name]) => (
            <Choice
              key={one}
              type="radio"
              name="language"
              label={name}
              checked={language() === one}
              onChange={() => {
                setLanguage(one);
                window.dispatchEvent(new Event("insieme-language"));
              }}
            />
          ))}
        </div>
      </fieldset>
      {!isPractice() && <Unsent me={me} />}
      <Practice />
      <ul class="rows">
        <Row icon="person" href={to("accessibility")} title={t("a11y")} />
      </ul>
    </>
  );
}

function Who(props: { me: Identity }): JSX.Element {
  const { me } = props;
  return (
    <Section title={t("who_uses")}>
      <dl class="pairs">
        <div>
          <dt>{t("who_uses")}</dt>
          <dd>
            {me.name} ({me.account})
          </dd>
        </div>
        <div>
          <dt>{t("role")}</dt>
          <dd>{roleName(me.role)}</dd>
        </div>
        <div>
          <dt>{t("server")}</dt>
          <dd>
            {me.space_name} · {me.server}
          </dd>
        </div>
      </dl>
    </Section>
  );
}

/**
 * How full the place is that the browser gives, as far as it says: Chromium promises gigabytes that
 * the disk may not have, so that what found no room says more than any number.
 */
function fullness(usage: number, quota: number): "fine" | "soon" | "full" {
  if (foundNoRoom()) return "full";
  const part = quota > 0 ? usage / quota : 0;
  if (part >= 0.95) return "full";
  return part >= 0.8 ? "soon" : "fine";
}

function Storage(): JSX.Element {
  const [state, setState] = useState<{ kept: boolean; usage: number; quota: number } | null>(null);
  useEffect(() => {
    const look = (): void => void keepStorage().then(setState);
    look();
    return onChange(look);
  }, []);
  const how = state ? fullness(state.usage, state.quota) : "fine";
  return (
    <Section title={t("space")}>
      {state && (
        <>
          {state.quota > 0 && (
            <>
              <meter
                class="gauge"
                max={state.quota}
                value={state.usage}
                high={state.quota * 0.8}
                aria-label={t("space")}
              />
              <p>{t("space_of", { used: bytes(state.usage), quota: bytes(state.quota) })}</p>
            </>
          )}
          {how !== "fine" && (
            <Note tone={how === "full" ? "danger" : "warning"} title={t(`space_${how}`)}>
              <p>{t("space_what")}</p>
            </Note>
          )}
          <Note tone={state.kept ? "success" : "warning"}>
            <p>{t(isDesk() ? "kept_desk" : state.kept ? "kept_yes" : "kept_no")}</p>
          </Note>
          {!state.kept && (
            <button
              type="button"
              class="btn btn-outline-primary"
              onClick={() => void keepStorage().then(setState)}
            >
              {t("kept_ask")}
            </button>
          )}
        </>
      )}
    </Section>
  );
}

const CARRY_WORDS: Record<Carry, Word> = {
  auto: "carry_auto",
  always: "carry_always",
  asked: "carry_asked",
};

/** Records always travel; photos may wait for a network that costs nothing. */
function FilesCarry(): JSX.Element {
  const [chosen, setChosen] = useState(carry());
  return (
    <fieldset class="field">
      <legend>{t("carry")}</legend>
      <div class="choices">
        {CARRIES.map((one) => (
          <Choice
            key={one}
            type="radio"
            name="carry"
            label={t(CARRY_WORDS[one])}
            checked={chosen === one}
            onChange={() => {
              setChosen(one);
              void setCarry(one);
            }}
          />
        ))}
      </div>
      <p class="help">{t(isMetered() ? "carry_metered" : "carry_not_metered")}</p>
    </fieldset>
  );
}

/** When all else fails: what the server does not have, in a file that it alone can open. */
function Unsent(props: { me: Identity }): JSX.Element {
  const act = useAct();
  const { status } = usePicture();
  const unsent = Number(status?.unsent ?? 0);
  const [done, setDone] = useState(0);
  const download = (): void =>
    void act.run(async () => {
      const copy = await makeCopy(props.me.account, "server");
      saveFile(copy.file, copy.file.name);
      setDone(copy.changes);
    });
  return (
    <Section title={t("unsent_file")}>
      <p>{t("unsent_file_help")}</p>
      {Number(status?.blobs_to_send ?? 0) > 0 && <p>{t("unsent_file_no_files")}</p>}
      <Failed error={act.failure} />
      {done > 0 && (
        <Note tone="success" live>
          <p>{t("unsent_file_done", { n: done })}</p>
        </Note>
      )}
      <button
        type="button"
        class="btn btn-outline-primary"
        disabled={act.busy || unsent === 0}
        onClick={download}
      >
        {unsent === 0 ? t("to_send_none") : t("unsent_file_do")}
      </button>
    </Section>
  );
}

function Practice(): JSX.Element {
  const act = useAct();
  if (!isPractice()) {
    return (
      <Section title={t("practice")}>
        <p>{t("practice_try_help")}</p>
        <button type="button" class="btn btn-outline-primary" onClick={enterPractice}>
          {t("practice_try")}
        </button>
      </Section>
    );
  }
  return (
    <Section title={t("practice")}>
      <p>{t(isDesk() ? "practice_away_desk" : "practice_away_help")}</p>
      <Failed error={act.failure} />
      <SureButton
        label={t("practice_away")}
        question={t("practice_away_sure")}
        yes={t("practice_away_yes")}
        onSure={() => void act.run(throwPracticeAway)}
      />
    </Section>
  );
}
