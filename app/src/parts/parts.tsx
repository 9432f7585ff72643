// The small pieces that every screen is made of.
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { nameOf } from "../core/colleagues";
import { CoreError } from "../core/core";
import type { Loaded } from "../core/hooks";
import { ago } from "../format";
import { goBack } from "../router";
import { language, t } from "../words";
import { Icon, type IconName } from "./icons";

/** The heading of a screen; it takes the focus when that opens, so that a reader begins here. */
export function Title(props: {
  text: string;
  lead?: string;
  back?: string[];
  children?: ComponentChildren;
}): JSX.Element {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${props.text} · Insieme`;
    heading.current?.focus({ preventScroll: true });
  }, [props.text]);
  return (
    <header class="screen-head">
      {props.back && (
        <button
          type="button"
          class="icon-button"
          aria-label={t("back")}
          onClick={() => goBack(...(props.back ?? []))}
        >
          <Icon name="back" />
        </button>
      )}
      <div class="screen-title">
        <h1 tabIndex={-1} ref={heading}>
          {props.text}
        </h1>
        {props.lead && <p class="lead-text">{props.lead}</p>}
      </div>
      {props.children}
    </header>
  );
}

export function Section(props: {
  title: string;
  id?: string;
  action?: ComponentChildren;
  count?: number;
  /** It says nothing on paper. */
  screenOnly?: boolean;
  children: ComponentChildren;
}): JSX.Element {
  return (
    <section
      class={props.screenOnly ? "block no-print" : "block"}
      id={props.id}
      aria-label={props.title}
    >
      <div class="block-head">
        <h2>
          {props.title}
          {props.count !== undefined && <span class="count">{props.count}</span>}
        </h2>
        {props.action}
      </div>
      {props.children}
    </section>
  );
}

/** A line of a list that leads somewhere. */
export function Row(props: {
  href: string;
  title: ComponentChildren;
  note?: ComponentChildren;
  mark?: ComponentChildren;
  icon?: IconName;
}): JSX.Element {
  return (
    <li>
      <a class="row-link" href={props.href}>
        {props.icon && <Icon name={props.icon} />}
        <span class="row-text">
          <span class="row-title">{props.title}</span>
          {props.note && <span class="row-note">{props.note}</span>}
        </span>
        {props.mark}
        <Icon name="next" />
      </a>
    </li>
  );
}

export function Empty(props: { children: ComponentChildren }): JSX.Element {
  return <p class="empty">{props.children}</p>;
}

export type Tone = "info" | "success" | "warning" | "danger" | "neutral";

export function Mark(props: { tone: Tone; children: ComponentChildren }): JSX.Element {
  return <span class={`mark mark-${props.tone}`}>{props.children}</span>;
}

export function Note(props: {
  tone: Tone;
  title?: string;
  children?: ComponentChildren;
  live?: boolean;
}): JSX.Element {
  const alert = props.tone === "danger" && props.live !== false;
  return (
    <div
      class={`note note-${props.tone}`}
      role={alert ? "alert" : props.live ? "status" : undefined}
    >
      {props.title && <p class="note-title">{props.title}</p>}
      {props.children}
    </div>
  );
}

/** A failure in words, with what the core says of each field. */
export function Failed(props: { error: Error | null; title?: string }): JSX.Element | null {
  const { error } = props;
  if (error === null) return null;
  const problems = error instanceof CoreError ? (error.failure.problems ?? []) : [];
  return (
    <Note tone="danger" title={props.title ?? t("went_wrong")}>
      <p>{error.message}</p>
      {problems.length > 0 && (
        <ul>
          {problems.map((problem) => (
            <li key={problem.rule + problem.field}>
              {language() === "en" ? problem.message_en : problem.message_it}
            </li>
          ))}
        </ul>
      )}
    </Note>
  );
}

/** What was loaded, or that it is on its way, or why it is not there. */
export function Await<T>(props: {
  of: Loaded<T>;
  children: (data: T) => ComponentChildren;
}): JSX.Element {
  if (props.of.data !== null) return <>{props.children(props.of.data)}</>;
  if (props.of.error !== null) {
    return (
      <>
        <Failed error={props.of.error} />
        <button type="button" class="btn btn-outline-primary" onClick={props.of.reload}>
          {t("retry")}
        </button>
      </>
    );
  }
  return (
    <p class="empty" aria-busy="true">
      {t("loading")}
    </p>
  );
}

export function byWhen(who: string, at: string, me: string): string {
  return t("by_when", { who: who === me ? t("you") : nameOf(who), when: ago(at) });
}

/** A button that asks once more before it does what cannot simply be undone. */
export function SureButton(props: {
  label: string;
  question: string;
  yes: string;
  tone?: string;
  disabled?: boolean;
  onSure: () => void;
}): JSX.Element {
  const [asking, setAsking] = useState(false);
  const yes = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (asking) yes.current?.focus();
  }, [asking]);
  if (!asking) {
    return (
      <button
        type="button"
        class={`btn ${props.tone ?? "btn-outline-danger"}`}
        disabled={props.disabled}
        onClick={() => setAsking(true)}
      >
        {props.label}
      </button>
    );
  }
  return (
    <div class="sure" role="group" aria-label={props.question}>
      <p>{props.question}</p>
      <div class="buttons">
        <button
          type="button"
          class="btn btn-danger"
          ref={yes}
          disabled={props.disabled}
          onClick={props.onSure}
        >
          {props.yes}
        </button>
        <button type="button" class="btn btn-outline-secondary" onClick={() => setAsking(false)}>
          {t("cancel")}
        </button>
      </div>
    </div>
  );
}

/** Throws away what was typed and is not saved. */
export function DiscardButton(props: { onSure: () => void }): JSX.Element {
  return (
    <SureButton
      label={t("draft_discard")}
      question={t("draft_discard_sure")}
      yes={t("draft_discard")}
      tone="btn-outline-secondary"
      onSure={props.onSure}
    />
  );
}

/** What takes back what was just done. */
export type Undo = () => Promise<unknown>;

let toast: ((text: string, undo: Undo | undefined) => void) | null = null;

const SAID_MS = 6000;
/** Whoever wants to take something back needs time to find the button. */
const UNDO_MS = 15_000;

/** Says briefly that something is done, and offers to take it back. */
export function say(text: string, undo?: Undo): void {
  toast?.(text, undo);
}

export function Toasts(): JSX.Element {
  const [said, setSaid] = useState<{ text: string; undo: Undo | undefined }>();
  const show = useRef<(text: string, undo?: Undo) => void>(() => undefined);
  useEffect(() => {
    let timer = 0;
    toast = (text, undo) => {
      setSaid({ text, undo });
      clearTimeout(timer);
      timer = window.setTimeout(() => setSaid(undefined), undo ? UNDO_MS : SAID_MS);
    };
    show.current = toast;
    return () => {
      toast = null;
    };
  }, []);
  const take = (undo: Undo): void => {
    setSaid(undefined); // once
    undo().then(
      () => show.current(t("undone")),
      (error: Error) => show.current(`${t("undo_not")} ${error.message}`),
    );
  };
  return (
    <div class="toasts" role="status" aria-live="polite">
      {said && (
        <p class="toast-text">
          <Icon name="done" />
          {said.text}
          {said.undo && (
            <button
              type="button"
              class="btn btn-sm btn-light"
              onClick={() => said.undo && take(said.undo)}
            >
              <Icon name="undo" />
              {t("undo")}
            </button>
          )}
        </p>
      )}
    </div>
  );
}
