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

/** One act may speak of several values; the newest is told first. */
export function told(decisions: Decision[]): Decision[] {
  const acts = new Map(decisions.map((one) => [`${one.author} ${one.at} ${one.field}`, one]));
  return [...acts.values()].reverse();
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
