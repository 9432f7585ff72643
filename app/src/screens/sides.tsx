// What one of them wrote, beside what the others wrote: by whom, when, on which device.
import type { JSX } from "preact";
import { nameOf, tabletOf } from "../core/colleagues";
import type { Alternative, Identity } from "../core/types";
import { referencesIn } from "../files/holder";
import { SidePicture } from "../files/panel";
import { inWords } from "../files/words";
import { ago, duration } from "../format";
import { Mark } from "../parts/parts";
import { t } from "../words";

/** What a person calls it; its digits, where nobody told. */
export function whichTablet(one: { device: string }): string {
  const name = tabletOf(one.device)?.name;
  if (name) return name;
  // The core says so in words where it is this very device.
  return /^[0-9a-f]{8}$/.test(one.device) ? t("device", { name: one.device }) : t("this_device");
}

/** A few minutes make no difference to anybody. */
const CLOCK_MINUTES = 5;

/** By how much its clock was wrong at its last exchange; empty: it was not, or unknown. */
function clockWords(device: string): string {
  const minutes = Math.round((tabletOf(device)?.offsetMs ?? 0) / 60_000);
  if (Math.abs(minutes) < CLOCK_MINUTES) return "";
  const word = minutes < 0 ? "clock_behind" : "clock_ahead";
  return t(word, { by: duration(Math.abs(minutes)) });
}

export function AlternativeSide(props: {
  one: Alternative;
  record: string;
  field: string;
  me: Identity;
  shown: boolean;
  /** The tablet's clock was far from the server's when this came. */
  clockSuspect: boolean;
  /** It came while the question was on the screen. */
  arrived: boolean;
  chosen: boolean;
  onChoose: (() => void) | undefined;
}): JSX.Element {
  const { one } = props;
  const who = one.author === props.me.account ? t("you") : nameOf(one.author);
  const clock = clockWords(one.device);
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
      mark={
        <>
          {props.shown && <Mark tone="neutral">{t("shown_now")}</Mark>}
          {props.arrived && <Mark tone="warning">{t("side_arrived")}</Mark>}
          {clock && <Mark tone="warning">{clock}</Mark>}
          {props.clockSuspect && <Mark tone="warning">{t("clock_suspect")}</Mark>}
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
      {props.action}
    </article>
  );
}
