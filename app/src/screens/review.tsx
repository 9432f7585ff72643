// The queue of what somebody has to decide, as the coordinator wants to go through it.
import type { JSX } from "preact";
import { useLayoutEffect, useState } from "preact/hooks";
import { nameOf } from "../core/colleagues";
import { write } from "../core/core";
import { useAct, useLoad } from "../core/hooks";
import { isPractice } from "../core/practice";
import {
  EVERYTHING,
  fitting,
  goesWith,
  loadQueue,
  mayBatch,
  select,
  selected,
} from "../core/queue";
import type { Order, Queue, QueueItem, Selection } from "../core/queue";
import type { Identity, InboxEntry, ReviewItem } from "../core/types";
import { undoEdit, undoNew, wholeNow } from "../core/undo";
import { ago } from "../format";
import { useActWords } from "../form/act_words";
import { Select } from "../parts/finding";
import {
  Await,
  Empty,
  Failed,
  Mark,
  Note,
  Row,
  say,
  Section,
  SureButton,
  Title,
} from "../parts/parts";
import { to } from "../router";
import { BatchForm, type BatchWords } from "./batch";
import { FindingCard, FromServer, Reason } from "./findings";
import { count, t, type Word } from "../words";

export function Review(props: { me: Identity }): JSX.Element {
  const load = useLoad(loadQueue, "queue");
  useRowKeys();
  return (
    <>
      <Title text={t("review")} lead={t("review_lead")} />
      <Await of={load}>
        {(queue) => (
          <>
            {isEmpty(queue) && <Empty>{t("review_none")}</Empty>}
            {queue.items.length > 0 && <Items queue={queue} me={props.me} />}
            {queue.late.length > 0 && (
              <Section title={t("late")} count={queue.late.length}>
                <p class="muted">{t("late_lead")}</p>
                {queue.late.map((entry) => (
                  <Late
                    key={entry.id}
                    entry={entry}
                    all={queue.late}
                    family={queue.names.get(entry.dossier) ?? ""}
                  />
                ))}
              </Section>
            )}
            {queue.findings.length > 0 && (
              <Section title={t("findings")} count={queue.findings.length}>
                <p class="muted">{t("findings_lead")}</p>
                {queue.findings.map((one) => (
                  <FindingCard key={one.id} finding={one} />
                ))}
              </Section>
            )}
            {!isEmpty(queue) && <p class="muted keys">{t("queue_keys")}</p>}
          </>
        )}
      </Await>
      {!isPractice() && <FromServer />}
    </>
  );
}

const isEmpty = (queue: Queue): boolean =>
  queue.items.length + queue.late.length + queue.findings.length === 0;

const SHOWN = 100;

function Items(props: { queue: Queue; me: Identity }): JSX.Element {
  const { queue, me } = props;
  const [chosen, setChosen] = useState(selected());
  const [isOpen, setOpen] = useState(false);
  const typing = useActWords<BatchWords>(
    { act: "review.batch", subject: "" },
    { reason: "" },
    (words) => words.reason === "",
  );
  // The reason typed before the lock, or before a killed browser, is there again.
  const batch = isOpen || typing.words.reason !== "";
  const choose = (change: Partial<Selection>): void => {
    select(change);
    setChosen(selected());
  };
  const items = fitting(queue.items, chosen);
  const batchable = items.filter(mayBatch);
  return (
    <>
      {queue.items.length > 1 && <Filters queue={queue} chosen={chosen} choose={choose} />}
      <p class="muted" role="status">
        {items.length < queue.total
          ? t("queue_shown", { n: items.length, all: queue.total })
          : count(queue.total, "queue_one", "queue_many")}
      </p>
      {items.length === 0 && (
        <button type="button" class="btn btn-link" onClick={() => choose(EVERYTHING)}>
          {t("queue_all")}
        </button>
      )}
      <ul class="rows queue">
        {items.slice(0, SHOWN).map((item) => (
          <Line key={item.id} item={item} me={me} />
        ))}
      </ul>
      {batchable.length > 1 && typing.ready && !batch && (
        <p>
          <button type="button" class="btn btn-outline-primary" onClick={() => setOpen(true)}>
            {t("batch_open", { n: batchable.length })}
          </button>
        </p>
      )}
      {batch && batchable.length > 0 && (
        <BatchForm
          items={batchable}
          me={me}
          typing={typing}
          onClose={() => {
            setOpen(false);
            void typing.done();
          }}
        />
      )}
    </>
  );
}

function Line(props: { item: QueueItem; me: Identity }): JSX.Element {
  const { item, me } = props;
  return (
    <Row
      icon="review"
      href={to("review", item.id)}
      title={
        <>
          {item.family || item.title}
          {item.label && <> · {item.label}</>}
        </>
      }
      note={[
        item.commune,
        `${item.type_label} ${item.title}`,
        authors(item, me),
        ago(item.since || new Date().toISOString()),
      ]
        .filter(Boolean)
        .join(" · ")}
      mark={
        item.contested ? (
          <Mark tone="danger">{contested(item, me)}</Mark>
        ) : (
          <Mark tone="warning">{item.kind_text}</Mark>
        )
      }
    />
  );
}

const ORDERS: [Order, Word][] = [
  ["severity", "order_severity"],
  ["age", "order_age"],
  ["family", "order_family"],
];
const AGES: [number, Word][] = [
  [0, "age_any"],
  [1, "age_day"],
  [7, "age_week"],
  [30, "age_month"],
];

function Filters(props: {
  queue: Queue;
  chosen: Selection;
  choose: (change: Partial<Selection>) => void;
}): JSX.Element {
  const { queue, chosen, choose } = props;
  const kinds = new Map(queue.items.map((one) => [one.kind, one.kind_text]));
  const communes = [...new Set(queue.items.map((one) => one.commune).filter(Boolean))].sort();
  return (
    <div class="filters" role="group" aria-label={t("queue_filters")}>
      <Select
        id="by-kind"
        label={t("queue_kind")}
        value={chosen.kind}
        options={[["", t("report_all")], ...kinds]}
        onChange={(kind) => choose({ kind })}
      />
      {communes.length > 1 && (
        <Select
          id="by-commune"
          label={t("queue_commune")}
          value={chosen.commune}
          options={[["", t("report_all")], ...communes.map((one): [string, string] => [one, one])]}
          onChange={(commune) => choose({ commune })}
        />
      )}
      <Select
        id="by-age"
        label={t("queue_age")}
        value={String(chosen.days)}
        options={AGES.map(([days, word]) => [String(days), t(word)])}
        onChange={(days) => choose({ days: Number(days) })}
      />
      <Select
        id="by-order"
        label={t("queue_order")}
        value={chosen.order}
        options={ORDERS.map(([order, word]) => [order, t(word)])}
        onChange={(order) => choose({ order: order as Order })}
      />
    </div>
  );
}

/** What J and K go through: questions, those of a batch, late edits and findings. */
const ROWS = ".queue a, .choices-long input, [data-card]";
const TYPED = "input:not([type=checkbox]):not([type=radio]),textarea,select";

/**
 * J and K go down and up, outside of fields; Enter opens, as it does on every link. In a card its
 * buttons have numbers, and M is its reason, as on the screen of one question.
 */
function useRowKeys(): void {
  // With the screen, not a frame after it: whoever types at once is heard.
  useLayoutEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      const at = event.target as HTMLElement;
      // Steps go on while J or K is held down; what decides does not.
      if (event.repeat && !/^[jk]$/.test(event.key)) return;
      if (event.ctrlKey || event.metaKey || event.altKey || at.matches(TYPED)) return;
      // Beneath a cover, or behind the lock, the screen hears nothing.
      if (document.querySelector("dialog[open], .opened[hidden]")) return;
      const card = at.closest("[data-card]");
      if (card !== null && /^[1-9]$/.test(event.key)) {
        card.querySelectorAll<HTMLElement>(".buttons button")[Number(event.key) - 1]?.click();
      } else if (card !== null && event.key === "m") {
        event.preventDefault();
        card.querySelector<HTMLElement>(TYPED)?.focus();
      }
      const step = { j: 1, k: -1 }[event.key];
      if (step === undefined) return;
      const rows = [...document.querySelectorAll<HTMLElement>(ROWS)];
      const now = rows.findIndex((row) => row === at || row === card);
      rows[now < 0 ? 0 : Math.min(Math.max(now + step, 0), rows.length - 1)]?.focus();
    };
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, []);
}

export function authors(item: ReviewItem, me: Identity): string {
  const names = item.alternatives.map((one) =>
    one.author === me.account ? t("you") : nameOf(one.author),
  );
  return [...new Set(names)].join(", ");
}

/** Of a text, as much as tells one change from another; its card has the rest. */
const SAID_MAX = 60;

/** What is decided along with it, for whoever would not expect that. */
function along(entry: InboxEntry, all: InboxEntry[], accept: boolean): string {
  const which = goesWith(entry, all, accept).map((one) => {
    const what = one.operations.map((op) => {
      const said = op.text.length > SAID_MAX ? `${op.text.slice(0, SAID_MAX)}…` : op.text;
      return `${op.type_label} ${op.title ?? ""} · ${op.label} «${said.trim()}»`;
    });
    return `${what.join(", ")} (${nameOf(one.author)}, ${ago(one.at)})`;
  });
  return which.length > 0 ? t("late_along", { which: which.join("; ") }) : "";
}

function Late(props: { entry: InboxEntry; all: InboxEntry[]; family: string }): JSX.Element {
  const { entry } = props;
  const typing = useActWords(
    { act: "inbox.decide", subject: entry.id, dossier: entry.dossier },
    { reason: "" },
  );
  const { reason } = typing.words;
  const act = useAct();
  const records = [...new Set(entry.operations.map((one) => one.record))];
  const only = records.length === 1 ? records[0] : undefined;
  const decide = (accept: boolean): void =>
    void act.run(async () => {
      const before = accept && only ? await wholeNow(only) : null;
      const { together } = await write<{ together?: string[] }>("inbox.decide", {
        entry: entry.id,
        accept,
        ...(reason ? { reason } : {}),
      });
      const fields = entry.operations.map((one) => one.field);
      const isAlone = accept && only !== undefined && together === undefined;
      const back = before === null ? undoNew : () => undoEdit(before, fields);
      const undo = isAlone ? await back(only) : undefined;
      await typing.done();
      say(together ? t("late_done_along", { n: together.length }) : t("review_done"), undo);
    });
  const accepted = along(entry, props.all, true);
  const refused = along(entry, props.all, false);
  return (
    <article class="card-box" data-card tabIndex={-1}>
      <div class="card-head">
        <span class="card-name">{props.family}</span>
        <span class="muted">
          {nameOf(entry.author)}, {ago(entry.at)}
        </span>
      </div>
      <ul class="plain">
        {entry.operations.map((one) => (
          <li key={one.label + one.text}>
            {one.type_label} {one.title} · {one.label}: <strong>«{one.text}»</strong>
          </li>
        ))}
      </ul>
      {entry.reason && (
        <Note tone="neutral">
          <p>{entry.reason}</p>
        </Note>
      )}
      <Reason
        id={`late-${entry.id}`}
        value={reason}
        set={(written) => typing.set({ reason: written })}
      />
      <Failed error={act.failure} />
      <div class="buttons">
        {only && !accepted ? (
          <button
            type="button"
            class="btn btn-primary"
            disabled={act.busy}
            onClick={() => decide(true)}
          >
            {t("accept")}
          </button>
        ) : (
          <SureButton
            label={t("accept")}
            question={[accepted, t(only ? "late_accept_along" : "late_accept_final")]
              .filter(Boolean)
              .join(" ")}
            yes={t("late_accept_yes")}
            tone="btn-primary"
            disabled={act.busy}
            onSure={() => decide(true)}
          />
        )}
        <SureButton
          label={t("refuse")}
          question={[refused, t("late_refuse_final")].filter(Boolean).join(" ")}
          yes={t("late_refuse_yes")}
          disabled={act.busy || !reason.trim()}
          onSure={() => decide(false)}
        />
      </div>
    </article>
  );
}

/** By whoever disagrees, or by who took the decision and took it back. */
export function contested(item: ReviewItem, me: Identity): string {
  const who = item.contested_by;
  if (who === undefined) return t("contested_item");
  return who === me.account ? t("contested_by_you") : t("contested_by", { who: nameOf(who) });
}
