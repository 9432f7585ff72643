// What one of them wrote, beside what the others wrote: by whom, when, on which device.
import type { JSX } from "preact";
import { nameOf, tabletOf } from "../core/colleagues";
import type { Alternative, HistoryLine, Identity, RecordLine } from "../core/types";
import { referencesIn } from "../files/holder";
import { SidePicture } from "../files/panel";
import { inWords } from "../files/words";
import { ago, longDuration } from "../format";
import { Mark } from "../parts/parts";
import { to } from "../router";
import { t } from "../words";

/** What a person calls it; its digits, where nobody told. */
export function whichTablet(one: { device: string; author: string }): string {
  const name = tabletOf(one.device, one.author)?.name;
  if (name) return name;
  // The core says so in words where it is this very device.
  return /^[0-9a-f]{8}$/.test(one.device) ? t("device", { name: one.device }) : t("this_device");
}

/** A few minutes make no difference to anybody. */
const CLOCK_MINUTES = 5;

/** By how much its clock was wrong at its last exchange; empty: it was not, or unknown. */
function clockWords(one: Alternative): string {
  const minutes = Math.round((tabletOf(one.device, one.author)?.offsetMs ?? 0) / 60_000);
  if (Math.abs(minutes) < CLOCK_MINUTES) return "";
  const word = minutes < 0 ? "clock_behind" : "clock_ahead";
  return t(word, { by: longDuration(Math.abs(minutes)) });
}

/** Why the time of a line is not to be believed; empty: nothing speaks against it. */
export function timeDoubt(line: HistoryLine | undefined): string {
  return line?.clock_suspect ? t("clock_suspect") : "";
}

export function AlternativeSide(props: {
  one: Alternative;
  record: string;
  field: string;
  me: Identity;
  shown: boolean;
  /** Of what it did in the history; undefined: folded, or not here. */
  line: HistoryLine | undefined;
  visit: RecordLine | undefined;
  /** It came while the question was on the screen. */
  arrived: boolean;
  chosen: boolean;
  onChoose: (() => void) | undefined;
}): JSX.Element {
  const { one } = props;
  const who = one.author === props.me.account ? t("you") : nameOf(one.author);
  const clock = clockWords(one);
  return (
    <Side
      title={t("side", { who })}
      text={inWords(one.text)}
      picture={
        referencesIn(one.text).length > 0 ? (
          <SidePicture record={props.record} field={props.field} text={one.text} />
        ) : undefined
      }
      empty={t("not_filled")}
      tone={props.chosen ? "chosen" : "side"}
      note={`${ago(one.at)} · ${whichTablet(one)}`}
      visit={props.visit}
      mark={
        <>
          {props.shown && <Mark tone="neutral">{t("shown_now")}</Mark>}
          {props.arrived && <Mark tone="warning">{t("side_arrived")}</Mark>}
          {clock && <Mark tone="warning">{clock}</Mark>}
          {timeDoubt(props.line) && <Mark tone="warning">{timeDoubt(props.line)}</Mark>}
        </>
      }
      action={
        props.onChoose && (
          <button
            type="button"
            class={`btn wide ${props.chosen ? "btn-primary" : "btn-outline-primary"}`}
            aria-pressed={props.chosen}
            onClick={props.onChoose}
          >
            {one.number}. {t("choose_this")}
          </button>
        )
      }
    />
  );
}

export function Side(props: {
  title: string;
  text: string;
  empty: string;
  tone: string;
  note?: string;
  /** On which it was written. */
  visit?: RecordLine | undefined;
  mark?: JSX.Element | undefined;
  picture?: JSX.Element | undefined;
  action?: JSX.Element | undefined;
}): JSX.Element {
  return (
    <article class={`side side-${props.tone}`}>
      <h2>
        {props.title} {props.mark}
      </h2>
      {props.picture}
      <p class="side-text">{props.text || <span class="muted">{props.empty}</span>}</p>
      {props.note && <p class="muted">{props.note}</p>}
      {props.visit && (
        <p>
          <a href={to("record", props.visit.id)}>
            {t("side_visit", { title: props.visit.title })}
          </a>
        </p>
      )}
      {props.action}
    </article>
  );
}
