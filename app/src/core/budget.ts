// A household's budget, month by month: its lines as the core has them, sums, what is missing.
import { read } from "./core";
import { exportedRecords } from "./records";
import type { Code, Dossier, Draft, Json, RecordType, WholeRecord } from "./types";

export const LINE = "household_budget_line";
export const MONTH = "household_month";
export type Direction = "entrata" | "uscita";

/** Where each category stands on the sheet; one that is not among them is an outgoing. */
const INCOME = new Set([
  "lavoro",
  "pensione",
  "sostegno_reddito",
  "assegni_figli",
  "mantenimento",
  "altre_entrate",
]);
/** What every household pays, whatever was written in other months. */
const ALWAYS = ["uscita/affitto", "uscita/utenze", "uscita/alimenti"];

/** One line of the sheet, or the month itself under the key `month`. */
export interface Entry {
  key: string;
  /** Null: not saved yet. */
  record: WholeRecord | null;
  draft: Draft | null;
}

export interface Row extends Entry {
  direction: Direction;
  category: string;
  label: string;
}

export interface MonthTotal {
  month: string;
  income: number;
  outgoings: number;
}

export interface Sheet {
  family: string;
  dossier: string;
  /** False: this person does not hold the economic section. */
  allowed: boolean;
  month: string;
  rows: Row[];
  whole: Entry;
  /** Cents of each line of the month before, by key. */
  before: Map<string, number>;
  /** All months that have a line, the newest first. */
  months: MonthTotal[];
}

/** Whether a draft was typed on the sheet of a month. */
export function isBudget(draft: Draft): boolean {
  return draft.type === LINE || draft.type === MONTH;
}

export function thisMonth(now = new Date()): string {
  return `${now.getFullYear()}-${String(now.getMonth() + 1).padStart(2, "0")}`;
}

export function isMonth(text: string): boolean {
  return /^\d{4}-(0[1-9]|1[0-2])$/.test(text);
}

export function monthBeside(month: string, by: number): string {
  const [year = 0, number = 1] = month.split("-").map(Number);
  const at = year * 12 + number - 1 + by;
  const two = String((at % 12) + 1).padStart(2, "0");
  return `${String(Math.floor(at / 12)).padStart(4, "0")}-${two}`;
}

const CENTS_MAX = 1_000_000_000_00;

/**
 * Cents of an amount as people write it, by the core's own rule; null: none is written, NaN: that
 * is no amount, or not clearly one (`1.234`).
 */
export function centsOf(text: string): number | null {
  const bare = text.replace(/EUR|€|[\s\u00a0\u202f]/g, "");
  if (bare === "") return null;
  const found =
    /^\+?(\d{1,3}(?:\.\d{3})+|\d+),(\d{1,2})$/.exec(bare) ??
    /^\+?(\d{1,3}(?:,\d{3})+|\d+)\.(\d{1,2})$/.exec(bare) ??
    /^\+?(\d+|\d{1,3}(?:\.\d{3}){2,}|\d{1,3}(?:,\d{3}){2,})()$/.exec(bare);
  if (!found) return NaN;
  const whole = (found[1] ?? "").replace(/[.,]/g, "");
  const cents = Number(whole) * 100 + Number((found[2] ?? "").padEnd(2, "0"));
  return cents <= CENTS_MAX ? cents : NaN;
}

/** Cents as an amount that can be typed: `850,00`. */
export function typedAmount(cents: number): string {
  return `${Math.floor(cents / 100)},${String(cents % 100).padStart(2, "0")}`;
}

export function savedCents(record: WholeRecord | null): number | null {
  const value = record?.fields["amount"]?.value;
  if (value === null || typeof value !== "object" || Array.isArray(value)) return null;
  return Number(value?.["cents"] ?? NaN);
}

const savedText = (record: WholeRecord, field: string): string => {
  const value = record.fields[field]?.value;
  return typeof value === "string" ? value : "";
};

const keyOf = (record: WholeRecord): string =>
  `${savedText(record, "direction")}/${savedText(record, "category")}`;

function totalsOf(lines: WholeRecord[]): MonthTotal[] {
  const months = new Map<string, MonthTotal>();
  for (const line of lines) {
    const month = savedText(line, "month");
    const total = months.get(month) ?? { month, income: 0, outgoings: 0 };
    const cents = savedCents(line) ?? 0;
    if (savedText(line, "direction") === "entrata") total.income += cents;
    else total.outgoings += cents;
    months.set(month, total);
  }
  return [...months.values()].sort((a, b) => b.month.localeCompare(a.month));
}

/** A row for every category in its place, and for what was written in the other one. */
function rowsOf(codes: Code[], lines: WholeRecord[], drafts: Draft[]): Row[] {
  const saved = new Map(lines.map((line) => [keyOf(line), line]));
  const typed = new Map<string, Draft>();
  for (const draft of drafts) {
    const line = lines.find((one) => one.id === draft.record);
    const { direction, category } = draft.fields;
    typed.set(line ? keyOf(line) : `${String(direction)}/${String(category)}`, draft);
  }
  const wanted = codes.map((one) => `${INCOME.has(one.code) ? "entrata" : "uscita"}/${one.code}`);
  const keys = new Set([...wanted, ...saved.keys(), ...typed.keys()]);
  return [...keys].map((key) => {
    const [direction = "uscita", category = ""] = key.split("/");
    return {
      key,
      direction: direction as Direction,
      category,
      label: codes.find((one) => one.code === category)?.label ?? category,
      record: saved.get(key) ?? null,
      draft: typed.get(key) ?? null,
    };
  });
}

export async function loadSheet(dossier: string, month: string): Promise<Sheet> {
  const { dossiers } = await read<{ dossiers: Dossier[] }>("dossier.list");
  const one = dossiers.find((each) => each.id === dossier);
  const empty: Sheet = {
    family: one?.title ?? "",
    dossier,
    allowed: false,
    month,
    rows: [],
    whole: { key: "month", record: null, draft: null },
    before: new Map(),
    months: [],
  };
  if (!one?.sections.includes("economic")) return empty;
  const [{ type }, lines, months, { drafts }] = await Promise.all([
    read<{ type: RecordType }>("schema.type", { type: LINE }),
    exportedRecords(LINE, dossier),
    exportedRecords(MONTH, dossier),
    read<{ drafts: Draft[] }>("draft.list"),
  ]);
  const here = lines.filter((line) => savedText(line, "month") === month);
  const whole = months.find((each) => savedText(each, "month") === month) ?? null;
  const mine = drafts.filter((draft) => draft.dossier === dossier);
  const isOf = (draft: Draft, records: WholeRecord[]): boolean =>
    draft.new
      ? draft.fields["month"] === month
      : records.some((record) => record.id === draft.record);
  const codes = type.fields.find((field) => field.name === "category")?.codes ?? [];
  const last = monthBeside(month, -1);
  return {
    ...empty,
    allowed: true,
    rows: rowsOf(
      codes,
      here,
      mine.filter((draft) => draft.type === LINE && isOf(draft, here)),
    ),
    whole: {
      key: "month",
      record: whole,
      draft:
        mine.find((draft) => draft.type === MONTH && isOf(draft, whole === null ? [] : [whole])) ??
        null,
    },
    before: new Map(
      lines
        .filter((line) => savedText(line, "month") === last)
        .map((line) => [keyOf(line), savedCents(line) ?? 0]),
    ),
    months: totalsOf(lines),
  };
}

export interface Sums {
  income: number;
  outgoings: number;
}

export function sumsOf(rows: Row[], centsAt: (row: Row) => number | null): Sums {
  const sums: Sums = { income: 0, outgoings: 0 };
  for (const row of rows) {
    const cents = centsAt(row) ?? 0;
    if (Number.isNaN(cents)) continue;
    if (row.direction === "entrata") sums.income += cents;
    else sums.outgoings += cents;
  }
  return sums;
}

/**
 * What is expected and not written: lines of the month before, what every household pays, and some
 * income at all (the key `entrata/`).
 */
export function missingOf(
  rows: Row[],
  before: Map<string, number>,
  centsAt: (row: Row) => number | null,
): string[] {
  const blank = rows.filter((row) => centsAt(row) === null).map((row) => row.key);
  const expected = new Set([...ALWAYS, ...before.keys()]);
  const missing = blank.filter((key) => expected.has(key));
  const hasIncome = rows.some((row) => row.direction === "entrata" && centsAt(row) !== null);
  const namesIncome = missing.some((key) => key.startsWith("entrata/"));
  return hasIncome || namesIncome ? missing : ["entrata/", ...missing];
}

export type Fields = Record<string, Json>;
