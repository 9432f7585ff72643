// One question with all that whoever decides it should see beside it.
import { read } from "./core";
import { fitting, loadQueue } from "./queue";
import type {
  Decision,
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

const isAbout = (one: ReviewItem, other: ReviewItem): boolean =>
  one.record === other.record && one.field === other.field && one.kind === other.kind;

/** `last`: as it was loaded before. With a third value the question has another id. */
export async function loadItem(id: string, last: ReviewItem | undefined): Promise<Question> {
  const { items } = await loadQueue();
  const item =
    items.find((one) => one.id === id) ?? items.find((one) => last && isAbout(one, last));
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
