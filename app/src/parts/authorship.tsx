// A text with the words of each author in a colour and a line of their own; read aloud, each piece
// is preceded by who wrote it.
import type { JSX } from "preact";
import { runsOf } from "../core/authors";
import { nameOf } from "../core/colleagues";
import type { HistoryLine } from "../core/types";
import { t } from "../words";

const COLOURS = 4;

export function Authorship(props: {
  lines: HistoryLine[];
  text: string;
  me: string;
}): JSX.Element | null {
  const runs = runsOf(props.lines, props.text);
  const authors = [...new Set(runs.map((one) => one.author))].filter(Boolean);
  if (authors.length < 2) return null;
  const whoIs = (author: string): string => (author === props.me ? t("you") : nameOf(author));
  const styleOf = (author: string): string => `by by-${authors.indexOf(author) % COLOURS}`;
  return (
    <figure class="authorship">
      <figcaption>
        {t("authors_of_text")}{" "}
        {authors.map((one) => (
          <span key={one} class={styleOf(one)}>
            {whoIs(one)}
          </span>
        ))}
        {runs.some((one) => !one.author) && <span class="by by-mixed">{t("author_mixed")}</span>}
      </figcaption>
      <p class="long-text">
        {runs.map((run, at) =>
          run.author ? (
            <span key={at} class={styleOf(run.author)}>
              <span class="visually-hidden">{whoIs(run.author)}: </span>
              {run.text}
            </span>
          ) : (
            <span key={at} class="by by-mixed">
              <span class="visually-hidden">{t("author_mixed")}: </span>
              {run.text}
            </span>
          ),
        )}
      </p>
    </figure>
  );
}
