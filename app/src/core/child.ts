// The world of a child: one rating for each of its sub-dimensions at T0, T1 and T2. A rating is a
// record whose id follows from the assessment and the sub-dimension, so that two people who rate
// the same one make two values of one record.
import { today } from "../format";
import type { Undo } from "../parts/parts";
import { read, write } from "./core";
import { exportedRecords, recordsOf } from "./records";
import type { Code, FieldType, Json, RecordLine, RecordType, WholeRecord } from "./types";
import { wholeNow } from "./undo";

export const ASSESSMENT = "child_assessment";
export const RATING = "child_rating";
/** From a serious problem to a strength. */
export const RATINGS = [1, 2, 3, 4, 5, 6];

export type Side = "child" | "family" | "environment";
/** Codes of sub-dimensions begin with the letter of their side. */
const SIDE_OF: Record<string, Side> = { b: "child", f: "family", a: "environment" };

export interface Dimension extends Code {
  side: Side;
}

export interface Rating {
  record: string;
  version: string;
  value: number | null;
  note: string;
  /** Two people rated it without seeing each other: all values. */
  contested: number[];
}

export interface Assessment {
  time: string;
  label: string;
  record: WholeRecord | null;
  /** By the code of the sub-dimension. */
  ratings: Map<string, Rating>;
}

export interface ChildWorld {
  dossier: string;
  children: RecordLine[];
  child: RecordLine | undefined;
  dimensions: Dimension[];
  /** All times that the schema knows, the first first. */
  times: Assessment[];
}

const codesOf = (type: RecordType, name: string): Code[] =>
  type.fields.find((field: FieldType) => field.name === name)?.codes ?? [];

function ratingOf(record: WholeRecord): Rating {
  const field = record.fields["rating"];
  const value = field?.value;
  return {
    record: record.id,
    version: record.version,
    value: value === null || value === undefined ? null : Number(value),
    note: record.fields["note"]?.text ?? "",
    contested: field?.contested ? (field.values ?? []).map((one) => Number(one.text)) : [],
  };
}

export async function loadChildWorld(dossier: string, asked: string): Promise<ChildWorld> {
  const [children, all, ratings, { type }, rating] = await Promise.all([
    recordsOf("member", dossier),
    exportedRecords(ASSESSMENT, dossier),
    exportedRecords(RATING, dossier),
    read<{ type: RecordType }>("schema.type", { type: ASSESSMENT }),
    read<{ type: RecordType }>("schema.type", { type: RATING }),
  ]);
  const rated = new Set(all.map((one) => String(one.fields["child"]?.value ?? "")));
  const child =
    children.find((one) => one.id === asked) ??
    children.find((one) => rated.has(one.id)) ??
    children[0];
  const valueOf = (record: WholeRecord, field: string): string =>
    String(record.fields[field]?.value ?? "");
  const times = codesOf(type, "time").map(({ code, label }): Assessment => {
    const isIt = (one: WholeRecord): boolean =>
      valueOf(one, "time") === code && valueOf(one, "child") === child?.id;
    const record = all.find(isIt) ?? null;
    const own = ratings.filter((one) => record && valueOf(one, "assessment") === record.id);
    const bySubject = own.map((one): [string, Rating] => [
      valueOf(one, "subdimension"),
      ratingOf(one),
    ]);
    return { time: code, label, record, ratings: new Map(bySubject) };
  });
  const dimensions = codesOf(rating.type, "subdimension").map((one) => ({
    ...one,
    side: SIDE_OF[one.code.charAt(0)] ?? "environment",
  }));
  return { dossier, children, child, dimensions, times };
}

interface Saved {
  record: { id: string };
}

/** The assessment of that time, made now if there is none. Its day is the day on which it began. */
async function assessmentFor(world: ChildWorld, at: Assessment): Promise<string> {
  if (at.record !== null) return at.record.id;
  const { record } = await write<Saved>("record.save", {
    type: ASSESSMENT,
    dossier: world.dossier,
    upsert: true,
    fields: {
      child: world.child?.id ?? "",
      time: at.time,
      assessed_on: today(),
      list_version: 1,
    },
  });
  return record.id;
}

/**
 * One tap is one save; it can be taken back, unless two people had given different ratings.
 * `before`: the rating that whoever rates was looking at.
 */
export async function rate(
  world: ChildWorld,
  at: Assessment,
  dimension: string,
  fields: { rating?: number | null; note?: string },
  before = at.ratings.get(dimension),
): Promise<Undo | undefined> {
  if (before) {
    await write("record.save", { record: before.record, version: before.version, fields });
    const was: Record<string, Json> =
      fields.rating === undefined ? { note: before.note } : { rating: before.value };
    return before.contested.length > 1 ? undefined : backTo(before.record, was);
  }
  const assessment = await assessmentFor(world, at);
  const asked = {
    type: RATING,
    dossier: world.dossier,
    upsert: true,
    fields: { assessment, subdimension: dimension, ...fields },
  };
  const { record } = await write<Saved>("record.save", asked);
  // Its id follows from assessment and dimension: it may have been retracted on its own page.
  const made = await wholeNow(record.id);
  if (made?.lifecycle === "retracted") {
    await write("record.restore", { record: record.id, version: made.version });
    await write<Saved>("record.save", asked);
  }
  // Not retracted: the same tap again has to find the same record.
  return backTo(record.id, fields.rating === undefined ? { note: "" } : { rating: null });
}

/** To be called right after the act. */
async function backTo(record: string, fields: Record<string, Json>): Promise<Undo | undefined> {
  const after = await wholeNow(record);
  return after === null
    ? undefined
    : () => write("record.save", { record, version: after.version, fields });
}
