// One question with all that whoever decides it should see beside it.
import { read } from "./core";
import { fitting, loadQueue, type QueueItem } from "./queue";
import { seenDots } from "./seen";
import type {
  Decision,
  Draft,
  FieldType,
  HistoryLine,
  RecordLine,
  RecordType,
  ReviewItem,
  WholeRecord,
} from "./types";

const VISIT = "visit";

export interface Question {
  item: ReviewItem | undefined;
  next: string | undefined;
  left: number;
  family: string;
  /** What was written in this field, the oldest first. */
  lines: HistoryLine[];
  field: FieldType | undefined;
  targets: RecordLine[];
  /** What was decided about this field before, the newest first. */
  earlier: Decision[];
  record: WholeRecord | undefined;
}

/** A change, without the number of what it did. */
const changeOf = (dot: string): string => dot.slice(0, dot.lastIndexOf("-"));

/** One act may speak of several values; the newest is told first. */
export function told(decisions: Decision[]): Decision[] {
  const acts = new Map(decisions.map((one) => [`${changeOf(one.dot)} ${one.field}`, one]));
  return [...acts.values()].reverse();
}

/** By the dot of a value: the visit that its author was on when they wrote, or of that day. */
export type VisitsOf = Map<string, RecordLine>;

/** As the core gives at once, the latest first. */
const VISITS_MAX = 1000;

/** As clocks in Rome show it, `2026-11-27 15:30`: so a visit's title is written, too. */
const inRome = (at: string): string =>
  new Date(at).toLocaleString("sv-SE", { timeZone: "Europe/Rome" }).slice(0, 16);

/** A visit's title begins with its start, `27/11/2026 15:30`. */
function startOf(visit: RecordLine): string {
  const [, day, month, year, time] =
    /^(\d\d)\/(\d\d)\/(\d{4}) (\d\d:\d\d)/.exec(visit.title) ?? [];
  return time === undefined ? "" : `${year}-${month}-${day} ${time}`;
}

/**
 * By their lines alone: to read the visits themselves would be noted as an opening of all that
 * stands in them.
 */
export async function visitsOf(item: ReviewItem): Promise<VisitsOf> {
  const found: VisitsOf = new Map();
  if (item.type === VISIT) return found;
  for (const author of new Set(item.alternatives.map((one) => one.author))) {
    const { records } = await read<{ records: RecordLine[] }>("record.list", {
      type: VISIT,
      dossier: item.dossier,
      where: { educator: author },
      order: "start_at",
      limit: VISITS_MAX,
    });
    for (const side of item.alternatives.filter((one) => one.author === author)) {
      const wrote = inRome(side.at);
      const thatDay = records.filter((one) => startOf(one).startsWith(wrote.slice(0, 10)));
      const visit = thatDay.find((one) => startOf(one) <= wrote) ?? thatDay.pop();
      if (visit) found.set(side.dot, visit);
    }
  }
  return found;
}

/** Kinds of which one field may ask several questions: one for each spend, one for each passage. */
const SEVERAL = new Set(["provisional_spend", "text_overlap"]);

const dotsOf = (item: ReviewItem): string[] => item.alternatives.map((one) => one.dot).sort();
const placeOf = (item: ReviewItem): string => `${item.record} ${item.kind} ${item.field}`;

/** Of the same field; where that asks several questions, with a value in common. */
function isAbout(one: ReviewItem, other: ReviewItem): boolean {
  if (placeOf(one) !== placeOf(other)) return false;
  const others = dotsOf(other);
  return !SEVERAL.has(one.kind) || dotsOf(one).some((dot) => others.includes(dot));
}

/** What words typed for its decision are about: neither its id nor its version, which change. */
export function subjectOf(item: ReviewItem): string {
  return SEVERAL.has(item.kind) ? `${placeOf(item)} ${dotsOf(item)[0] ?? ""}` : placeOf(item);
}

/** Whether these words were typed for this question, as it is now or as it was. */
export function isDraftOf(draft: Draft, item: ReviewItem): boolean {
  if (draft.act !== "review.resolve") return false;
  if (draft.fields["item"] === item.id || draft.subject === subjectOf(item)) return true;
  // An earlier value may have joined the passage since: one that was seen is still among them.
  const seen = draft.fields["seen"];
  return (
    SEVERAL.has(item.kind) &&
    draft.subject?.startsWith(placeOf(item)) === true &&
    typeof seen === "string" &&
    seenDots(seen).some((dot) => dotsOf(item).includes(dot))
  );
}

/** Where somebody left off with a question that has another id since. */
async function itemOfDraft(id: string, items: QueueItem[]): Promise<QueueItem | undefined> {
  const { drafts } = await read<{ drafts: Draft[] }>("draft.list");
  const draft = drafts.find((one) => one.fields["item"] === id);
  return draft && items.find((one) => isDraftOf(draft, one));
}

/** `last`: as it was loaded before. With a third value the question has another id. */
export async function loadItem(id: string, last: ReviewItem | undefined): Promise<Question> {
  const { items } = await loadQueue();
  const item =
    items.find((one) => one.id === id) ??
    items.find((one) => last && isAbout(one, last)) ??
    (await itemOfDraft(id, items));
  // As the coordinator goes through them; from the first again after the last.
  const order = fitting(items);
  const at = order.findIndex((one) => one.id === item?.id);
  const next = order[at + 1]?.id ?? order.find((one) => one.id !== item?.id)?.id;
  const left = order.length;
  if (!item) {
    return {
      item,
      next,
      left,
      family: "",
      lines: [],
      field: undefined,
      targets: [],
      earlier: [],
      record: undefined,
    };
  }
  const [{ type }, { record }, { lines }] = await Promise.all([
    read<{ type: RecordType }>("schema.type", { type: item.type }),
    read<{ record: WholeRecord }>("record.get", { record: item.record }),
    read<{ lines: HistoryLine[] }>("history", {
      record: item.record,
      ...(item.field ? { field: item.field } : {}),
    }),
  ]);
  const earlier = told(record.decisions.filter((one) => one.field === item.field));
  const field = type.fields.find((one) => one.name === item.field);
  const targets = field?.target
    ? (
        await read<{ records: RecordLine[] }>("record.list", {
          type: field.target,
          dossier: item.dossier,
          limit: 200,
        })
      ).records
    : [];
  return { item, next, left, family: item.family, lines, field, targets, earlier, record };
}
