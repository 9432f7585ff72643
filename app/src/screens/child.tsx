// A child's world as a picture, with T0, T1 and T2 one over the other; rated with one tap each.
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import {
  loadChildWorld,
  rate,
  RATINGS,
  type Assessment,
  type ChildWorld,
  type Dimension,
} from "../core/child";
import { useAct, useLoad } from "../core/hooks";
import { useKeptOnLeaving } from "../form/draft";
import { day } from "../format";
import { Choice } from "../form/field";
import { Purpose } from "../parts/purpose";
import { Await, Empty, Failed, Mark, say, Section, Title } from "../parts/parts";
import { Legend, SIDES, Triangle } from "../parts/triangle";
import { to } from "../router";
import { t } from "../words";

export function ChildScreen(props: { dossier: string; child: string }): JSX.Element {
  const load = useLoad(
    () => loadChildWorld(props.dossier, props.child),
    `${props.dossier} ${props.child}`,
  );
  return (
    <Await of={load}>
      {(world) => (
        <>
          <Title
            text={t("child_world")}
            lead={world.child?.title ?? ""}
            back={["dossier", world.dossier]}
          />
          {world.child ? <World world={world} /> : <Empty>{t("child_none")}</Empty>}
        </>
      )}
    </Await>
  );
}

/** The time that is being rated: the last one begun, else the first. */
function current(world: ChildWorld): string {
  const begun = world.times.filter((one) => one.record !== null);
  return (begun[begun.length - 1] ?? world.times[0])?.time ?? "";
}

function World(props: { world: ChildWorld }): JSX.Element {
  const { world } = props;
  const [time, setTime] = useState(() => current(world));
  const at = world.times.find((one) => one.time === time);
  return (
    <>
      <Purpose dossier={world.dossier} sections={["education"]} />
      {world.children.length > 1 && (
        <nav class="chips" aria-label={t("child_which")}>
          {world.children.map((one) => (
            <a
              key={one.id}
              class="chip-link"
              href={to("child", world.dossier, one.id)}
              aria-current={one.id === world.child?.id ? "true" : undefined}
            >
              {one.title}
            </a>
          ))}
        </nav>
      )}
      <div class="child-top">
        <Triangle dimensions={world.dimensions} times={world.times} chosen={time} />
        <Legend times={world.times} of={world.dimensions.length} />
      </div>
      <fieldset class="field no-print">
        <legend>{t("child_time")}</legend>
        <div class="choices choices-big">
          {world.times.map((one) => (
            <Choice
              key={one.time}
              type="radio"
              name="time"
              label={one.label}
              checked={one.time === time}
              onChange={() => setTime(one.time)}
            />
          ))}
        </div>
        <p class="help">
          {at?.record?.fields["assessed_on"]?.value
            ? t("child_on", { date: day(String(at.record.fields["assessed_on"].value)) })
            : t("child_begin")}
        </p>
      </fieldset>
      {at &&
        SIDES.map(({ side, word }) => (
          <Section key={side} title={t(word)}>
            <ul class="score-list">
              {world.dimensions
                .filter((one) => one.side === side)
                .map((one) => (
                  <Line key={one.code + time} world={world} at={at} dimension={one} />
                ))}
            </ul>
          </Section>
        ))}
      <Compared world={world} />
      <p class="buttons">
        <button type="button" class="btn btn-outline-primary" onClick={() => window.print()}>
          {t("print")}
        </button>
      </p>
    </>
  );
}

/** A note is a record of its own once it is saved: not with every letter. */
const NOTE_MS = 1500;

function Line(props: { world: ChildWorld; at: Assessment; dimension: Dimension }): JSX.Element {
  const { world, at, dimension } = props;
  const act = useAct();
  const rating = at.ratings.get(dimension.code);
  const [open, setOpen] = useState(false);
  /** Tapped, and not on the screen yet as saved. */
  const [tapped, setTapped] = useState<number | null>(null);
  const next = useRef<number | null>(null);
  const save = (fields: { rating?: number; note?: string }): void =>
    void act.run(async () => {
      try {
        say(t("child_saved"), await rate(world, at, dimension.code, fields));
      } catch (error) {
        setTapped(null);
        throw error;
      }
    });
  const tap = (value: number): void => {
    setTapped(value);
    if (act.busy) next.current = value;
    else save({ rating: value });
  };
  // What was tapped in the meantime follows what it was tapped upon.
  useEffect(() => {
    const value = next.current;
    next.current = null;
    if (value !== null && value !== rating?.value) save({ rating: value });
    else setTapped(null);
  }, [rating?.version]);
  const value = tapped ?? rating?.value;
  return (
    <li>
      <fieldset class="score">
        <legend>
          <span class="muted">{dimension.code}</span> {dimension.label}{" "}
          {rating && rating.contested.length > 1 && (
            <a href={to("record", rating.record)}>
              <Mark tone="warning">
                {t("to_decide")}: {rating.contested.join(" / ")}
              </Mark>
            </a>
          )}
        </legend>
        <div class="score-steps">
          {RATINGS.map((one) => (
            <label key={one} class={`step ${value === one ? "choice-on" : ""}`}>
              <input
                type="radio"
                name={`${at.time}-${dimension.code}`}
                checked={value === one}
                onChange={() => tap(one)}
              />
              <span>{one}</span>
            </label>
          ))}
          <button
            type="button"
            class="btn btn-sm btn-link"
            aria-expanded={open}
            aria-label={t("child_note_of", { what: dimension.label })}
            onClick={() => setOpen(!open)}
          >
            {t(rating?.note ? "child_note_there" : "child_note")}
          </button>
        </div>
      </fieldset>
      {open && <RatingNote world={world} at={at} dimension={dimension} />}
      <Failed error={act.failure} />
    </li>
  );
}

/** Why: kept a moment after the last letter, upon what its writer was looking at when it began. */
function RatingNote(props: {
  world: ChildWorld;
  at: Assessment;
  dimension: Dimension;
}): JSX.Element {
  const { code } = props.dimension;
  const rating = props.at.ratings.get(code);
  const [typed, setTyped] = useState<string | null>(null);
  const [failure, setFailure] = useState<Error | null>(null);
  const latest = useRef<string | null>(null);
  const base = useRef(rating);
  const timer = useRef(0);
  const last = useRef<Promise<void>>(Promise.resolve());
  const flush = (): Promise<void> => {
    clearTimeout(timer.current);
    const note = latest.current;
    if (note === null || note === (base.current?.note ?? "")) return last.current;
    last.current = last.current
      .catch(() => undefined)
      .then(async () => {
        say(t("child_saved"), await rate(props.world, props.at, code, { note }, base.current));
        if (latest.current === note) latest.current = null;
        setFailure(null);
      });
    last.current.catch((error: Error) => setFailure(error));
    return last.current;
  };
  useKeptOnLeaving(flush, () => latest.current !== null);
  // What is saved now is what was typed: from here on the record's own words are shown.
  useEffect(() => {
    if (latest.current === null) setTyped(null);
  }, [rating?.version]);
  const type = (note: string): void => {
    if (latest.current === null) base.current = rating;
    latest.current = note;
    setTyped(note);
    clearTimeout(timer.current);
    timer.current = window.setTimeout(() => void flush().catch(() => undefined), NOTE_MS);
  };
  return (
    <div class="field" data-kept>
      <label for={`note-${code}`}>{t("child_why")}</label>
      <textarea
        id={`note-${code}`}
        class="form-control"
        rows={2}
        value={typed ?? rating?.note ?? ""}
        onInput={(event) => type(event.currentTarget.value)}
        onBlur={() => void flush().catch(() => undefined)}
      />
      <Failed error={failure} />
    </div>
  );
}

/** The same as the picture says, for who does not see it, and for paper. */
function Compared(props: { world: ChildWorld }): JSX.Element | null {
  const { world } = props;
  const begun = world.times.filter((one) => one.record !== null);
  if (begun.length === 0) return null;
  const valueOf = (time: Assessment | undefined, code: string): number | null =>
    time?.ratings.get(code)?.value ?? null;
  return (
    <Section title={t("child_compared")}>
      <div class="figures" role="region" aria-label={t("child_compared")} tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t("child_dimension")}</th>
              {begun.map((one) => (
                <th key={one.time} scope="col" class="amount">
                  {one.time}
                </th>
              ))}
              {begun.length > 1 && (
                <th scope="col" class="amount">
                  {t("child_change")}
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            {world.dimensions.map((one) => {
              const first = valueOf(begun[0], one.code);
              const last = valueOf(begun[begun.length - 1], one.code);
              const change = first !== null && last !== null ? last - first : null;
              return (
                <tr key={one.code}>
                  <th scope="row">
                    {one.code} {one.label}
                  </th>
                  {begun.map((time) => (
                    <td key={time.time} class="amount">
                      {valueOf(time, one.code) ?? "–"}
                    </td>
                  ))}
                  {begun.length > 1 && (
                    <td class="amount">
                      {change === null ? "–" : `${change > 0 ? "+" : ""}${change}`}
                    </td>
                  )}
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </Section>
  );
}
