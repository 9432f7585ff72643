// The statement that Italian public services owe (L. 4/2004): what holds, what does not, and whom
// to tell.
import type { JSX } from "preact";
import { Section, Title } from "../parts/parts";
import { t, type Word } from "../words";

const PARTS: [Word, Word[]][] = [
  ["a11y_state", ["a11y_state_text", "a11y_how"]],
  ["a11y_can", ["a11y_keys", "a11y_zoom", "a11y_motion", "a11y_voice", "a11y_colours"]],
  ["a11y_lacks", ["a11y_lacks_photos", "a11y_lacks_sign", "a11y_lacks_people"]],
  ["a11y_tell", ["a11y_tell_text", "a11y_defender"]],
];

export function AccessibilityScreen(): JSX.Element {
  return (
    <>
      <Title text={t("a11y")} lead={t("a11y_lead")} back={["tablet"]} />
      {PARTS.map(([title, texts]) => (
        <Section key={title} title={t(title)}>
          <ul class="card-box plain">
            {texts.map((one) => (
              <li key={one}>{t(one)}</li>
            ))}
          </ul>
        </Section>
      ))}
    </>
  );
}
