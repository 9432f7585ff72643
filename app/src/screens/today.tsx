import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { read, write } from "../core/core";
import {
  agendaPage,
  loadCaseload,
  nameOf,
  PAGE,
  UNVISITED_DAYS,
  type AgendaLine,
  type AgendaList,
  type AgendaPage,
  type Running as RunningVisit,
} from "../core/caseload";
import type { Opening } from "../core/glass";
import { useAct, useLoad, useNow, usePicture } from "../core/hooks";
import type { Draft, Identity } from "../core/types";
import {
  age,
  clock,
  day,
  dayInWords,
  daysUntil,
  longDuration,
  stopwatch,
  thisMinute,
} from "../format";
import { MoreButton } from "../parts/finding";
import { Icon } from "../parts/icons";
import { Notices } from "../parts/notices";
import { Await, Empty, Failed, Mark, Note, Row, Section, Title } from "../parts/parts";
import { go, to } from "../router";
import { urgency } from "../shell";
import { NetworkToday } from "./network";
import { t } from "../words";

const FAMILIES_SHOWN = 8;
const UNVISITED_SHOWN = 6;

export function Today(props: { me: Identity; reviewer: boolean }): JSX.Element {
  const firstName = props.me.name.split(" ")[0] ?? props.me.name;
  return (
    <>
      <Title text={t("hello", { name: firstName })} lead={day(new Date().toISOString())} />
      <Warnings />
      <Notices />
      {props.reviewer && <OpenItems />}
      <EmergencyOpenings />
      {props.me.role === "fellow" ? <NetworkToday me={props.me} /> : <Agenda />}
    </>
  );
}

function Agenda(): JSX.Element {
  const load = useLoad(loadCaseload, "caseload");
  return (
    <Await of={load}>
      {({ agenda, running }) => (
        <>
          {running.map((one) => (
            <Running key={one.draft.id} visit={one} />
          ))}
          <Visits first={agenda.visits} />
          <Deadlines first={agenda.tasks} />
          <Pacts first={agenda.pacts} />
          <Unvisited first={agenda.unvisited} />
          <Families first={agenda.families} />
        </>
      )}
    </Await>
  );
}

/** A list that goes on: its first page as it came with the others, the next ones when asked for. */
function usePages(
  list: AgendaList,
  first: AgendaPage,
): { lines: AgendaLine[]; left: number; more: () => void } {
  const pages = useRef(0);
  const load = useLoad(
    () =>
      Promise.all(
        Array.from({ length: pages.current }, (_, at) => agendaPage(list, (at + 1) * PAGE)),
      ),
    list,
  );
  const lines = [...first.lines, ...(load.data ?? []).flatMap((page) => page.lines)];
  const more = (): void => {
    pages.current++;
    load.reload();
  };
  return { lines, left: Math.max(0, Number(first.total) - lines.length), more };
}

/** What must be known before anything else: work that does not leave, a wrong clock. */
function Warnings(): JSX.Element {
  const { status, state } = usePicture();
  const now = useNow(60_000);
  const oldest = Number(status?.unsent ?? 0) > 0 ? status?.oldest_unsent_at : undefined;
  const urgent = urgency(oldest, now);
  return (
    <>
      {state?.state === "stopped" && (
        <Note tone="danger">
          <p>{t("stopped")}</p>
        </Note>
      )}
      {urgent === "warning" && (
        <Note tone="warning">
          <p>{t("old_warning")}</p>
        </Note>
      )}
      {urgent === "danger" && (
        <Note tone="danger">
          <p>{t("old_danger", { age: age(oldest ?? "", now) })}</p>
        </Note>
      )}
      {status?.update_wanted && (
        <Note tone="warning">
          <p>{t("update_wanted")}</p>
        </Note>
      )}
      {status?.clock_wrong && (
        <Note tone="warning">
          <p>
            {t("clock_wrong", {
              by: longDuration(Math.round(Math.abs(Number(status.clock_offset_ms)) / 60_000)),
            })}
          </p>
        </Note>
      )}
    </>
  );
}

function OpenItems(): JSX.Element | null {
  const { status } = usePicture();
  const open = Number(status?.open_items ?? 0) + Number(status?.open_held ?? 0);
  if (open === 0) return null;
  return (
    <a class="big-link" href={to("review")}>
      <Icon name="review" />
      <span>
        <strong>{t("nav_review")}</strong>
        <small>{t("review_left", { n: open })}</small>
      </span>
      <Icon name="next" />
    </a>
  );
}

/** Of others, to look into; one's own, while it lasts. */
function EmergencyOpenings(): JSX.Element | null {
  const { status } = usePicture();
  const load = useLoad(() => read<{ openings: Opening[] }>("glass.list"), "openings");
  const now = useNow(60_000);
  const unseen = Number(status?.glass_unseen ?? 0);
  const mine = (load.data?.openings ?? []).find(
    (one) => one.mine && one.open && Date.parse(one.until) > now,
  );
  if (unseen === 0 && !mine) return null;
  const until = mine?.until ?? "";
  return (
    <a class="big-link" href={to("openings")}>
      <Icon name="lock" />
      <span>
        <strong>{t("openings")}</strong>
        <small>
          {unseen > 0
            ? t("openings_to_see", { n: unseen })
            : t("openings_running", { when: `${day(until)} ${clock(until)}` })}
        </small>
      </span>
      <Icon name="next" />
    </a>
  );
}

function Running(props: { visit: RunningVisit }): JSX.Element {
  const { draft, family } = props.visit;
  const start = String(draft.fields["start_at"]);
  const now = useNow(1000);
  return (
    <a class="big-link running" href={to("visit", draft.id)}>
      <Icon name="clock" />
      <span>
        <strong>
          {t("visit_running")}
          {family && `: ${family}`}
        </strong>
        <small>
          {t("visit_since", { time: clock(start) })} · {t("visit_resume")}
        </small>
      </span>
      <span class="timer">{stopwatch(start, now)}</span>
    </a>
  );
}

function Visits(props: { first: AgendaPage }): JSX.Element {
  const { lines, left, more } = usePages("visits", props.first);
  const act = useAct();
  return (
    <Section title={t("visits_planned")}>
      <Failed error={act.failure} />
      {lines.length === 0 && <Empty>{t("visits_none")}</Empty>}
      <ul class="cards">
        {lines.map((one) => {
          const date = one.day ?? "";
          const days = daysUntil(date);
          return (
            <li class="card-box" key={one.dossier}>
              <div class="card-head">
                <a href={to("dossier", one.dossier)} class="card-name">
                  {nameOf(one)}
                </a>
                <Mark tone={days < 0 ? "warning" : days === 0 ? "success" : "neutral"}>
                  {days < 0 ? `${t("overdue")} · ${dayInWords(date)}` : dayInWords(date)}
                </Mark>
              </div>
              {one.what && (
                <p class="card-text">
                  <span class="muted">{t("next_step")}:</span> {one.what}
                </p>
              )}
              <button
                type="button"
                class="btn btn-primary wide"
                disabled={act.busy}
                onClick={() => void act.run(() => startVisit(one.dossier))}
              >
                {t("start_visit")}
              </button>
            </li>
          );
        })}
      </ul>
      <MoreButton left={left} onMore={more} />
    </Section>
  );
}

function Due(props: { lines: AgendaLine[]; when: (line: AgendaLine) => string }): JSX.Element {
  return (
    <ul class="rows">
      {props.lines.map((one) => (
        <Row
          key={one.record?.id}
          icon="target"
          href={to("record", one.record?.id ?? "")}
          title={one.what || one.record?.type_label}
          note={`${nameOf(one)} · ${props.when(one)}`}
          mark={
            daysUntil(one.day ?? "") < 0 ? <Mark tone="warning">{t("overdue")}</Mark> : undefined
          }
        />
      ))}
    </ul>
  );
}

function Deadlines(props: { first: AgendaPage }): JSX.Element | null {
  const { lines, left, more } = usePages("tasks", props.first);
  if (lines.length === 0) return null;
  return (
    <Section title={t("deadlines")}>
      <Due lines={lines} when={(one) => t("due_on", { date: day(one.day ?? "") })} />
      <MoreButton left={left} onMore={more} />
    </Section>
  );
}

function Pacts(props: { first: AgendaPage }): JSX.Element | null {
  const { lines, left, more } = usePages("pacts", props.first);
  if (lines.length === 0) return null;
  return (
    <Section title={t("pacts_due")}>
      <Due
        lines={lines}
        when={(one) =>
          t(one.field === "sign_by" ? "pact_sign_by" : "pact_ends", { date: day(one.day ?? "") })
        }
      />
      <MoreButton left={left} onMore={more} />
    </Section>
  );
}

/** Those that nobody has seen for longest; the rest when somebody asks. */
function Unvisited(props: { first: AgendaPage }): JSX.Element | null {
  const { lines, left, more } = usePages("unvisited", props.first);
  const [all, setAll] = useState(false);
  if (lines.length === 0) return null;
  const shown = all ? lines : lines.slice(0, UNVISITED_SHOWN);
  return (
    <Section
      title={t("unvisited", { n: UNVISITED_DAYS })}
      count={Number(props.first.total)}
    >
      <ul class="rows">
        {shown.map((one) => (
          <Row
            key={one.dossier}
            icon="families"
            href={to("dossier", one.dossier)}
            title={nameOf(one)}
            note={t(one.field === "opened_on" ? "never_visited" : "last_visited", {
              when: dayInWords(one.day ?? ""),
            })}
          />
        ))}
      </ul>
      <MoreButton
        left={left + lines.length - shown.length}
        onMore={() => (all ? more() : setAll(true))}
      />
    </Section>
  );
}

function Families(props: { first: AgendaPage }): JSX.Element {
  const total = Number(props.first.total);
  return (
    <Section title={t("my_families")} count={total}>
      {total === 0 && <Empty>{t("families_none")}</Empty>}
      <ul class="rows">
        {props.first.lines.slice(0, FAMILIES_SHOWN).map((one) => (
          <Row
            key={one.dossier}
            icon="families"
            href={to("dossier", one.dossier)}
            title={nameOf(one)}
          />
        ))}
      </ul>
      {total > FAMILIES_SHOWN && (
        <a class="btn btn-outline-primary" href={to("families")}>
          {t("more")}
        </a>
      )}
    </Section>
  );
}

/** A visit is a draft from its first second: it survives whatever happens to the tablet. */
export async function startVisit(dossier: string): Promise<void> {
  const { account } = await read<Identity>("identity");
  const { draft } = await write<{ draft: Draft }>("draft.open", {
    type: "visit",
    dossier,
    fields: { start_at: thisMinute(), educator: account },
  });
  go("visit", draft.id);
}
