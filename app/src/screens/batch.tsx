// One rule for many questions of the same sort: what it would decide is shown before it does.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { nameOf } from "../core/colleagues";
import { tellChange } from "../core/core";
import { useAct } from "../core/hooks";
import { decideAll, taken, undoBatch, type Batch, type QueueItem, type Rule } from "../core/queue";
import type { Identity } from "../core/types";
import type { ActWords } from "../form/act_words";
import { Choice } from "../form/field";
import { Failed, Note, say, Section } from "../parts/parts";
import { t } from "../words";
import { Reason } from "./findings";

/** Authors that have a value in every one of them. */
function commonAuthors(items: QueueItem[]): string[] {
  const [first, ...rest] = items.map((one) => one.alternatives.map((side) => side.author));
  return [...new Set(first ?? [])].filter((one) => rest.every((side) => side.includes(one)));
}

/** Two colleagues of one name are told apart by their accounts. */
function toldApart(account: string, all: string[]): string {
  const name = nameOf(account);
  const isOnly = all.every((one) => one === account || nameOf(one) !== name);
  return isOnly ? name : `${name} (${account})`;
}

function outcome(item: QueueItem, rule: Rule): string {
  const dot = taken(item, rule);
  if (dot === null) return item.now || t("not_filled");
  return item.alternatives.find((one) => one.dot === dot)?.text || t("not_filled");
}

/**
 * Kept as a draft of the core until it is decided or closed. Neither the rule nor the questions
 * are: both say something of what stood on the screen only, and that is another one later.
 */
export type BatchWords = { reason: string };

/** Of the same field, and not as it was seen: with a third value it has another id, too. */
function isOtherNow(seen: QueueItem, now: QueueItem): boolean {
  const about = (one: QueueItem): string => JSON.stringify([one.record, one.field, one.kind]);
  if (about(seen) !== about(now)) return false;
  const content = (one: QueueItem): string =>
    JSON.stringify([one.now, one.alternatives.map((side) => side.dot).sort()]);
  return content(seen) !== content(now);
}

export function BatchForm(props: {
  items: QueueItem[];
  me: Identity;
  typing: ActWords<BatchWords>;
  onClose: () => void;
}): JSX.Element {
  const { me, typing } = props;
  // As somebody saw them when it was opened: what arrives meanwhile waits for its own look.
  const [seen, setSeen] = useState(props.items);
  const items = seen.filter(({ id }) => props.items.some((one) => one.id === id));
  const others = props.items.filter((now) => seen.some((one) => isOtherNow(one, now)));
  const { reason } = typing.words;
  // With words from before, nobody has opened it for the questions that stand here now.
  const [resumed] = useState(reason !== "");
  const [asked, setAsked] = useState("");
  /** Ids of those that are not decided with the others. */
  const [left, setLeft] = useState(
    new Set(resumed ? props.items.map(({ id }) => id) : []),
  );
  const [last, setLast] = useState<Batch | null>(null);
  const act = useAct();
  // One that became another is decided after a look, the others need not wait for it.
  const chosen = items.filter(
    ({ id }) => !left.has(id) && !others.some((one) => one.id === id),
  );
  const authors = commonAuthors(chosen);
  const rules: [Rule, string][] = [
    ...authors.map((one): [Rule, string] => [
      `author:${one}`,
      t("batch_author", { who: one === me.account ? t("you") : toldApart(one, authors) }),
    ]),
    ["dismiss", t("dismiss")],
  ];
  // A rule that says nothing of one of them is none.
  const rule = rules.find(([one]) => one === asked)?.[0] ?? "";
  const decide = (): void =>
    void act.run(async () => {
      if (rule === "") return;
      const batch = await decideAll(chosen, rule, reason.trim());
      tellChange();
      setLast(batch);
      const back = t("decision_taken_back");
      say(t("batch_done", { n: batch.done.length }), undoBatch(batch, back));
      if (batch.failed.length === 0) props.onClose();
    });
  return (
    <Section
      title={t("batch")}
      action={
        <button type="button" class="btn btn-sm btn-outline-primary" onClick={props.onClose}>
          {t("close")}
        </button>
      }
    >
      <p class="muted">{t("batch_lead")}</p>
      {resumed && (
        <Note tone="info" title={t("batch_resumed")}>
          <p>{t("batch_resumed_why")}</p>
        </Note>
      )}
      <fieldset class="field">
        <legend>{t("batch_rule")}</legend>
        <div class="choices">
          {rules.map(([one, label]) => (
            <Choice
              key={one}
              type="radio"
              name="rule"
              label={label}
              checked={rule === one}
              onChange={() => setAsked(one)}
            />
          ))}
        </div>
      </fieldset>
      <fieldset class="field">
        <legend>{t("batch_which", { n: chosen.length })}</legend>
        <div class="choices choices-long">
          {items.map((one) => (
            <Choice
              key={one.id}
              type="checkbox"
              name="of"
              label={
                `${one.family} · ${one.label}` +
                (rule === "" ? "" : ` → «${outcome(one, rule)}»`)
              }
              checked={!left.has(one.id)}
              onChange={(on) => {
                const next = new Set(left);
                if (on) next.delete(one.id);
                else next.add(one.id);
                setLeft(next);
              }}
            />
          ))}
        </div>
      </fieldset>
      <Reason
        id="batch-reason"
        value={reason}
        set={(written) => typing.set({ reason: written })}
      />
      {others.length > 0 && (
        <Note tone="warning" title={t("item_arrived")} live>
          <p>{t("batch_arrived")}</p>
          <button
            type="button"
            class="btn btn-outline-primary"
            onClick={() => {
              // Those that nobody had opened it for are still not decided by a look at others.
              const fresh = props.items.filter(({ id }) => !seen.some((one) => one.id === id));
              if (resumed) setLeft(new Set([...left, ...fresh.map(({ id }) => id)]));
              setSeen(props.items);
              setLast(null);
            }}
          >
            {t("batch_look")}
          </button>
        </Note>
      )}
      <Failed error={act.failure} />
      {last && last.failed.length > 0 && (
        <Note tone="warning" title={t("batch_failed", { n: last.failed.length })} live>
          <ul>
            {last.failed.map(({ item, why }) => (
              <li key={item.id}>
                {item.family} · {item.label}: {why}
              </li>
            ))}
          </ul>
        </Note>
      )}
      <button
        type="button"
        class="btn btn-primary"
        disabled={act.busy || rule === "" || reason.trim() === "" || chosen.length === 0}
        onClick={decide}
      >
        {t("batch_decide", { n: chosen.length })}
      </button>
    </Section>
  );
}
