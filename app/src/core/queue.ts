// What somebody has to decide: in an order and a selection that the coordinator chooses, and that
// holds while one goes from one question to the next.
import type { Undo } from "../parts/parts";
import { CoreError, read, requestId, write } from "./core";
import { recordsOf, wholeRecord } from "./records";
import type { Dossier, InboxEntry, ReviewItem } from "./types";

export interface Finding {
  id: string;
  kind_text: string;
  rule: string;
  evidence: { code: string; text: string }[];
  records: {
    id: string;
    short: string;
    title: string;
    type_label: string;
    message: string;
    /** Of what the server found: the record is on this tablet. */
    held?: boolean;
  }[];
  /** Of what the server found: this tablet finds it, too. */
  here?: boolean;
}

export interface QueueItem extends ReviewItem {
  family: string;
  /** The household's commune; empty if it is not known here. */
  commune: string;
  /** When the last of its values was written. */
  since: string;
  /** 0 is the most urgent. */
  severity: number;
}

export interface Queue {
  items: QueueItem[];
  /** How many there are in all, should it be more than are listed. */
  total: number;
  findings: Finding[];
  names: Map<string, string>;
  late: InboxEntry[];
}

const ITEMS_MAX = 1000;
/** Households whose commune is looked up; a territory is no filter beyond. */
const COMMUNES_MAX = 300;

/** Money first, then whether a record stands at all, then what it says. */
const SEVERITIES = [
  ["provisional_spend"],
  ["edited_after_retraction", "concurrent_lifecycle", "edited_after_closure"],
  ["concurrent_values"],
  ["text_overlap"],
];

function severityOf(item: ReviewItem): number {
  if (item.contested) return 0; // somebody disagrees, and waits for an answer
  const at = SEVERITIES.findIndex((kinds) => kinds.includes(item.kind));
  return at < 0 ? SEVERITIES.length : at + 1;
}

async function communeOf(dossier: string): Promise<string> {
  const [first] = await recordsOf("household", dossier);
  return first ? ((await wholeRecord(first.id)).fields["commune"]?.text ?? "") : "";
}

async function communesOf(dossiers: string[]): Promise<Map<string, string>> {
  const found = await Promise.all(
    dossiers
      .slice(0, COMMUNES_MAX)
      .map(async (one): Promise<[string, string]> => [one, await communeOf(one).catch(() => "")]),
  );
  return new Map(found);
}

export type Order = "severity" | "age" | "family";
export interface Selection {
  kind: string;
  commune: string;
  /** At least so many days old. */
  days: number;
  order: Order;
}

export const EVERYTHING: Selection = { kind: "", commune: "", days: 0, order: "severity" };
let selection = EVERYTHING;
export function selected(): Selection {
  return selection;
}
export function select(change: Partial<Selection>): void {
  selection = { ...selection, ...change };
}

const ORDERS: Record<Order, (a: QueueItem, b: QueueItem) => number> = {
  severity: (a, b) => a.severity - b.severity || a.since.localeCompare(b.since),
  age: (a, b) => a.since.localeCompare(b.since),
  family: (a, b) => a.family.localeCompare(b.family) || a.since.localeCompare(b.since),
};

export function fitting(items: QueueItem[], chosen = selection, now = Date.now()): QueueItem[] {
  const oldest = now - chosen.days * 86_400_000;
  return items
    .filter(
      (one) =>
        (chosen.kind === "" || one.kind === chosen.kind) &&
        (chosen.commune === "" || one.commune === chosen.commune) &&
        (chosen.days === 0 || Date.parse(one.since) <= oldest),
    )
    .sort(ORDERS[chosen.order]);
}

const sinceOf = (item: ReviewItem): string =>
  item.alternatives
    .map((one) => one.at)
    .sort()
    .pop() ?? "";

export async function loadQueue(): Promise<Queue> {
  const [{ items, findings, total }, { dossiers }, { entries }] = await Promise.all([
    read<{ items: ReviewItem[]; findings: Finding[]; total: string }>("review.list", {
      limit: ITEMS_MAX,
    }),
    read<{ dossiers: Dossier[] }>("dossier.list"),
    read<{ entries: InboxEntry[] }>("inbox.list"),
  ]);
  const names = new Map(dossiers.map((one) => [one.id, one.title]));
  const communes = await communesOf([...new Set(items.map((one) => one.dossier))]);
  const queue = items.map((one) => ({
    ...one,
    family: names.get(one.dossier) ?? "",
    commune: communes.get(one.dossier) ?? "",
    since: sinceOf(one),
    severity: severityOf(one),
  }));
  return { items: queue, total: Number(total), findings, names, late: entries };
}

/**
 * The others that `inbox.decide` takes along: a refusal what stands on it, an acceptance also what
 * it stands on.
 */
export function goesWith(entry: InboxEntry, all: InboxEntry[], accept: boolean): InboxEntry[] {
  const together = new Set([entry.id]);
  const below = (one: InboxEntry): void => {
    for (const other of all.filter(({ id }) => one.stands_on?.includes(id))) {
      if (together.has(other.id)) continue;
      together.add(other.id);
      below(other);
    }
  };
  if (accept) below(entry);
  const isAbove = (one: InboxEntry): boolean =>
    !together.has(one.id) && (one.stands_on ?? []).some((id) => together.has(id));
  for (let more = all.find(isAbove); more; more = all.find(isAbove)) together.add(more.id);
  return all.filter((one) => one !== entry && together.has(one.id));
}

/**
 * One rule for many questions: one author's value, or what is shown now. Never the newest: that
 * would be decided by the clocks of tablets.
 */
export type Rule = "dismiss" | `author:${string}`;

/** The value the rule takes, by its dot; null: it stays as it is; undefined: it says nothing. */
export function taken(item: ReviewItem, rule: Rule): string | null | undefined {
  if (rule === "dismiss") return null;
  const sides = [...item.alternatives].sort((a, b) => b.at.localeCompare(a.at));
  return sides.find((one) => one.author === rule.slice("author:".length))?.dot;
}

/** Questions that a rule may decide: two values of one field, and nobody disagreed yet. */
export function mayBatch(item: ReviewItem): boolean {
  return item.kind === "concurrent_values" && !item.contested && item.field !== "";
}

export interface Batch {
  done: QueueItem[];
  failed: { item: QueueItem; why: string }[];
}

/** Each question is decided by itself: one that has changed meanwhile stops no other. */
export async function decideAll(
  items: QueueItem[],
  rule: Rule,
  reason: string,
): Promise<Batch> {
  const batch: Batch = { done: [], failed: [] };
  for (const item of items) {
    const side = taken(item, rule);
    if (side === undefined) continue;
    try {
      // The last one tells the screens.
      await read("review.resolve", {
        request_id: requestId(),
        item: item.id,
        version: item.version,
        reason,
        ...(side === null ? { dismiss: true } : { choose: side }),
      });
      batch.done.push(item);
    } catch (error) {
      if (!(error instanceof CoreError)) throw error;
      batch.failed.push({ item, why: error.message });
    }
  }
  return batch;
}

export function undoBatch(batch: Batch, reason: string): Undo {
  return async () => {
    for (const item of batch.done) {
      await write("review.contest", {
        record: item.record,
        field: item.field,
        reason,
        decision: "own",
      });
    }
  };
}
