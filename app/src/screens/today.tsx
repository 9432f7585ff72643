import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { read, write } from "../core/core";
import { loadCaseload, type Due, type Planned } from "../core/caseload";
import { useAct, useLoad, useNow, usePicture } from "../core/hooks";
import type { Dossier, Draft, Identity } from "../core/types";
import { age, clock, day, dayInWords, daysUntil, stopwatch, thisMinute } from "../format";
import { Icon } from "../parts/icons";
import { Await, Empty, Failed, Mark, Note, Row, Section, Title } from "../parts/parts";
import { go, to } from "../router";
import { urgency } from "../shell";
import { t } from "../words";

const DAYS_SHOWN = 14;
const CARDS_SHOWN = 40;

export function Today(props: { me: Identity; reviewer: boolean }): JSX.Element {
  const [asked, setAsked] = useState(0);
  const load = useLoad(() => loadCaseload(asked), `caseload ${asked}`);
  const firstName = props.me.name.split(" ")[0] ?? props.me.name;
  return (
    <>
      <Title text={t("hello", { name: firstName })} lead={day(new Date().toISOString())} />
      <Warnings />
      {props.reviewer && <OpenItems />}
      <Await of={load}>
        {(caseload) => (
          <>
            {caseload.running.map((draft) => (
              <Running
                key={draft.id}
                draft={draft}
                family={caseload.families.find((one) => one.id === draft.dossier)}
              />
            ))}
            {caseload.isAsked && (
              <Note tone="info">
                <p>{t("today_many", { n: caseload.families.length })}</p>
                <button
                  type="button"
                  class="btn btn-outline-primary"
                  onClick={() => setAsked(Date.now())}
                >
                  {t(asked === 0 ? "today_many_look" : "today_many_again")}
                </button>
              </Note>
            )}
            {(!caseload.isAsked || asked > 0) && <Visits planned={caseload.planned} />}
            <Deadlines due={caseload.due} />
            <Section title={t("my_families")} count={caseload.families.length}>
              {caseload.families.length === 0 && <Empty>{t("families_none")}</Empty>}
              <ul class="rows">
                {caseload.families.slice(0, 8).map((one) => (
                  <Row
                    key={one.id}
                    icon="families"
                    href={to("dossier", one.id)}
                    title={one.title}
                  />
                ))}
              </ul>
              {caseload.families.length > 8 && (
                <a class="btn btn-outline-primary" href={to("families")}>
                  {t("more")}
                </a>
              )}
            </Section>
          </>
        )}
      </Await>
    </>
  );
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
      {status?.clock_wrong && (
        <Note tone="warning">
          <p>
            {t("clock_wrong", {
              minutes: Math.round(Math.abs(Number(status.clock_offset_ms)) / 60_000),
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

function Running(props: { draft: Draft; family: Dossier | undefined }): JSX.Element {
  const start = String(props.draft.fields["start_at"]);
  const now = useNow(1000);
  return (
    <a class="big-link running" href={to("visit", props.draft.id)}>
      <Icon name="clock" />
      <span>
        <strong>
          {t("visit_running")}: {props.family?.title}
        </strong>
        <small>
          {t("visit_since", { time: clock(start) })} · {t("visit_resume")}
        </small>
      </span>
      <span class="timer">{stopwatch(start, now)}</span>
    </a>
  );
}

function Visits(props: { planned: Planned[] }): JSX.Element {
  const near = props.planned.filter((one) => daysUntil(one.date) <= DAYS_SHOWN);
  const act = useAct();
  const [shown, setShown] = useState(CARDS_SHOWN);
  return (
    <Section title={t("visits_planned")}>
      <Failed error={act.failure} />
      {near.length === 0 && <Empty>{t("visits_none")}</Empty>}
      <ul class="cards">
        {near.slice(0, shown).map((one) => {
          const days = daysUntil(one.date);
          return (
            <li class="card-box" key={one.dossier}>
              <div class="card-head">
                <a href={to("dossier", one.dossier)} class="card-name">
                  {one.family}
                </a>
                <Mark tone={days < 0 ? "warning" : days === 0 ? "success" : "neutral"}>
                  {days < 0 ? `${t("overdue")} · ${dayInWords(one.date)}` : dayInWords(one.date)}
                </Mark>
              </div>
              {one.nextStep && (
                <p class="card-text">
                  <span class="muted">{t("next_step")}:</span> {one.nextStep}
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
      {near.length > shown && (
        <button
          type="button"
          class="btn btn-outline-primary"
          onClick={() => setShown(shown + CARDS_SHOWN)}
        >
          {t("more_left", { n: near.length - shown })}
        </button>
      )}
    </Section>
  );
}

function Deadlines(props: { due: Due[] }): JSX.Element | null {
  const near = props.due.filter((one) => daysUntil(one.date) <= DAYS_SHOWN);
  if (near.length === 0) return null;
  return (
    <Section title={t("deadlines")}>
      <ul class="rows">
        {near.map((one) => (
          <Row
            key={one.record}
            icon="target"
            href={to("record", one.record)}
            title={one.what}
            note={`${one.family} · ${t("due_on", { date: day(one.date) })}`}
            mark={daysUntil(one.date) < 0 ? <Mark tone="warning">{t("overdue")}</Mark> : undefined}
          />
        ))}
      </ul>
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
