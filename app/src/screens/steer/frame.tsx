// Around the screens of whoever coordinates: what there is, and that not everybody may.
import type { ComponentChildren, JSX } from "preact";
import { CoreError } from "../../core/core";
import type { Loaded } from "../../core/hooks";
import { Failed, Note, Title } from "../../parts/parts";
import { saveFile } from "../../parts/file";
import { to } from "../../router";
import { t, type Word } from "../../words";

export interface Tab {
  path: string;
  word: Word;
  /** Only for whoever decides. */
  reviewers: boolean;
}

export const TABS: Tab[] = [
  { path: "", word: "steer_work", reviewers: true },
  { path: "team", word: "steer_team", reviewers: true },
  { path: "health", word: "steer_health", reviewers: false },
  { path: "erasures", word: "steer_erasures", reviewers: true },
  { path: "absences", word: "away", reviewers: true },
  { path: "people", word: "steer_people", reviewers: false },
  { path: "lists", word: "steer_lists", reviewers: false },
];

export function Frame(props: {
  here: string;
  reviewer: boolean;
  lead: string;
  children: ComponentChildren;
}): JSX.Element {
  const tabs = TABS.filter((tab) => props.reviewer || !tab.reviewers);
  const here = TABS.find((tab) => tab.path === props.here);
  return (
    <>
      <Title text={t(here?.word ?? "nav_steer")} lead={props.lead} />
      <nav class="tabs no-print" aria-label={t("nav_steer")}>
        {tabs.map((tab) => (
          <a
            key={tab.path}
            href={tab.path ? to("steer", tab.path) : to("steer")}
            aria-current={tab.path === props.here ? "page" : undefined}
          >
            {t(tab.word)}
          </a>
        ))}
      </nav>
      {props.children}
    </>
  );
}

/** What the server alone knows: or why it cannot be shown, in words that say what to do. */
export function FromServer<T>(props: {
  of: Loaded<T>;
  children: (data: T) => ComponentChildren;
}): JSX.Element {
  const { data, error, reload } = props.of;
  const forbidden = error instanceof CoreError && error.code === "not_allowed";
  const absent = error instanceof CoreError && error.code === "unavailable";
  return (
    <>
      {error !== null &&
        (forbidden || absent ? (
          <Note
            tone={forbidden ? "warning" : "info"}
            title={t(forbidden ? "steer_forbidden" : "steer_offline")}
            live
          >
            <p>{error.message}</p>
          </Note>
        ) : (
          <Failed error={error} />
        ))}
      {error !== null && !forbidden && (
        <button type="button" class="btn btn-outline-primary" onClick={reload}>
          {t("retry")}
        </button>
      )}
      {data !== null && !forbidden && props.children(data)}
      {data === null && error === null && (
        <p class="empty" aria-busy="true">
          {t("loading")}
        </p>
      )}
    </>
  );
}

/** On paper, or into a spreadsheet. */
export function TakeAway(props: { name: string; content: () => string }): JSX.Element {
  const name = `${props.name}-${new Date().toISOString().slice(0, 10)}.csv`;
  return (
    <div class="buttons">
      <button type="button" class="btn btn-sm btn-outline-primary" onClick={() => print()}>
        {t("print")}
      </button>
      <button
        type="button"
        class="btn btn-sm btn-outline-primary"
        onClick={() => saveFile(props.content(), name)}
      >
        {t("download", { what: "CSV" })}
      </button>
    </div>
  );
}
