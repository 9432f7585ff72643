// Asks, once for a dossier and a day, why sensitive data is opened; and says what was not noted.
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { read, tellChange } from "../core/core";
import {
  forgetNotNoted,
  isSensitive,
  notNoted,
  purposeOf,
  purposesOffered,
  sayPurpose,
} from "../core/purpose";
import { language, t } from "../words";
import { Note } from "./parts";

/** Nothing where no sensitive section is shown. */
export function Purpose(props: { dossier: string; sections: string[] }): JSX.Element | null {
  const [changing, setChanging] = useState(false);
  const [, setKnown] = useState(false);
  useEffect(() => {
    if (purposesOffered().length > 0) return;
    void read("schema.types").then(() => setKnown(true));
  }, []);
  if (!props.sections.some(isSensitive)) return null;
  const chosen = purposeOf(props.dossier);
  const label = purposesOffered().find((one) => one.code === chosen)?.label;
  const choose = (code: string): void => {
    sayPurpose(props.dossier, code);
    setChanging(false);
    tellChange();
  };
  return (
    <section class="block purpose" aria-label={t("purpose")}>
      {chosen && !changing ? (
        <p>
          {t("purpose_said", { what: label ?? chosen })}{" "}
          <button type="button" class="btn btn-sm btn-link" onClick={() => setChanging(true)}>
            {t("purpose_change")}
          </button>
        </p>
      ) : (
        <>
          <p id="purpose-why">{t("purpose_why")}</p>
          <ul class="chips" aria-labelledby="purpose-why">
            {purposesOffered().map((one) => (
              <li key={one.code}>
                <button type="button" class="chip-link" onClick={() => choose(one.code)}>
                  {one.label}
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
      <NotNoted />
    </section>
  );
}

/** What was opened is shown all the same; that it is not in the log must be known. */
function NotNoted(): JSX.Element | null {
  const one = notNoted();
  const [, setRound] = useState(0);
  if (!one) return null;
  return (
    <Note tone="warning" title={t("not_noted")}>
      <p>{language() === "en" ? one.message_en : one.message_it}</p>
      <button
        type="button"
        class="btn btn-sm btn-outline-primary"
        onClick={() => {
          forgetNotNoted();
          setRound((round) => round + 1);
        }}
      >
        {t("understood")}
      </button>
    </Note>
  );
}
