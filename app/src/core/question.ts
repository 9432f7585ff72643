// One question with all that whoever decides it should see beside it.
import { read } from "./core";
import { fitting, loadQueue, type QueueItem } from "./queue";
import { exportedRecords } from "./records";
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
  visits: VisitsOf;
}

/** A change, without the number of what it did. */
const changeOf = (dot: string): string => dot.slice(0, dot.lastIndexOf("-"));

/** One act may speak of several values; the newest is told first. */
export function told(decisions: Decision[]): Decision[] {
  const acts = new Map(decisions.map((one) => [`${changeOf(one.dot)} ${one.field}`, one]));
  return [...acts.values()].reverse();
}

/** By the dot of a value: the visit that its author was on when they wrote, or of that day. */
export type VisitsOf = Map<string, WholeRecord>;

const dayOf = (at: string): string => new Date(at).toDateString();

async function visitsOf(item: ReviewItem): Promise<VisitsOf> {
  const found: VisitsOf = new Map();
  if (item.type === VISIT || item.alternatives.length === 0) return found;
  // Somebody may decide about a record of a dossier whose visits they may not see.
  const visits = await exportedRecords(VISIT, item.dossier).catch((): WholeRecord[] => []);
  const instant = (one: WholeRecord, name: string): number =>
    Date.parse(String(one.fields[name]?.value ?? ""));
  for (const side of item.alternatives) {
    const wrote = Date.parse(side.at);
    const own = visits.filter((one) => one.fields["educator"]?.value === side.author);
    const isOpen = (one: WholeRecord): boolean =>
      instant(one, "start_at") <= wrote && wrote <= instant(one, "end_at");
    const isThatDay = (one: WholeRecord): boolean =>
      dayOf(String(one.fields["start_at"]?.value ?? "")) === dayOf(side.at);
    const visit = own.find(isOpen) ?? own.find(isThatDay);
    if (visit) found.set(side.dot, visit);
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
      visits: new Map(),
    };
  }
  const [{ type }, { record }, { lines }, visits] = await Promise.all([
    read<{ type: RecordType }>("schema.type", { type: item.type }),
    read<{ record: WholeRecord }>("record.get", { record: item.record }),
    read<{ lines: HistoryLine[] }>("history", {
      record: item.record,
      ...(item.field ? { field: item.field } : {}),
    }),
    visitsOf(item),
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
  return { item, next, left, family: item.family, lines, field, targets, earlier, record, visits };
}
