// What this tablet is, how it looks, and the last way out for work that cannot be sent.
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { copyStore, keepStorage } from "../core/core";
import { useAct } from "../core/hooks";
import type { Identity } from "../core/types";
import { bytes } from "../format";
import { Choice } from "../form/field";
import { applyLook, look, type Look } from "../look";
import { Failed, Note, Section, Title } from "../parts/parts";
import { language, setLanguage, t, type Language, type Word } from "../words";

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
            <dd>{me.role}</dd>
          </div>
          <div>
            <dt>{t("server")}</dt>
            <dd>
              {me.space_name} · {me.server}
            </dd>
          </div>
        </dl>
      </Section>
      <Storage />
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
      <Copy />
    </>
  );
}

function Storage(): JSX.Element {
  const [state, setState] = useState<{ kept: boolean; usage: number; quota: number } | null>(null);
  useEffect(() => {
    void keepStorage().then(setState);
  }, []);
  return (
    <Section title={t("space")}>
      {state && (
        <>
          <progress class="gauge" max={state.quota} value={state.usage} aria-label={t("space")} />
          <p>{t("space_of", { used: bytes(state.usage), quota: bytes(state.quota) })}</p>
          <Note tone={state.kept ? "success" : "warning"}>
            <p>{t(state.kept ? "kept_yes" : "kept_no")}</p>
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

function Copy(): JSX.Element {
  const act = useAct();
  const download = (): void =>
    void act.run(async () => {
      const content = await copyStore();
      const url = URL.createObjectURL(new Blob([content as Uint8Array<ArrayBuffer>]));
      const link = document.createElement("a");
      link.href = url;
      link.download = `insieme-${new Date().toISOString().slice(0, 10)}.db`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(url), 60_000);
    });
  return (
    <Section title={t("copy")}>
      <p>{t("copy_help")}</p>
      <Failed error={act.failure} />
      <button type="button" class="btn btn-outline-primary" disabled={act.busy} onClick={download}>
        {t("copy_do")}
      </button>
    </Section>
  );
}
