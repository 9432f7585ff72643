// Reports, as the core computes them over what this tablet may see.
import { read } from "./core";
import type { Code, RecordLine } from "./types";

export interface Parameter {
  name: string;
  label: string;
  kind: string;
  required: boolean;
  target?: string;
  codes?: Code[];
}

export interface ReportLine {
  name: string;
  code: string;
  label: string;
  help: string;
  source: string;
  parameters: Parameter[];
}

export interface Figure {
  text: string;
  unit: string;
  value?: string;
  /** About too few people to be shown. */
  hidden?: boolean;
  records: number;
  measure: string;
  row: string[];
  column: string[];
}

export interface FigureRow {
  level: "group" | "subtotal" | "total";
  labels: string[];
  cells: Figure[];
}

export interface FigureTable {
  name: string;
  title: string;
  help: string;
  label_heads: string[];
  heads: string[];
  rows: FigureRow[];
  notes: string[];
  bars?: boolean;
}

export interface ReportPage {
  report: string;
  code: string;
  title: string;
  help: string;
  source: string;
  parameters: { label: string; text: string }[];
  tables: FigureTable[];
  checks: { name: string; label: string; left: string; right: string; holds: boolean }[];
  holds: boolean;
}

export interface Frozen {
  id: string;
  code: string;
  title: string;
  frozen_on: string;
  frozen_by: string;
  sent_to?: string;
}

export type Given = Record<string, string>;

/** What a figure names of the report that it stands in. */
export function recordsBehind(
  page: ReportPage,
  given: Given,
  table: FigureTable,
  figure: Figure,
): Promise<{ records: RecordLine[] }> {
  return read("report.records", {
    report: page.report,
    with: given,
    table: table.name,
    measure: figure.measure,
    row: figure.row,
    column: figure.column,
  });
}

export interface Bar {
  label: string;
  text: string;
  share: number;
  figure: Figure | undefined;
}

/** Of one column of figures; the tallest group is the whole width. */
export function barsOf(table: FigureTable, column = 0): Bar[] {
  const groups = table.rows.filter((row) => row.level === "group" && !row.cells[column]?.hidden);
  const values = groups.map((row) => Math.max(0, Number(row.cells[column]?.value ?? 0)));
  const most = Math.max(...values, 0);
  if (most === 0) return [];
  return groups.map((row, at) => ({
    label: row.labels.filter(Boolean).join(" · "),
    text: row.cells[column]?.text ?? "",
    share: (values[at] ?? 0) / most,
    figure: row.cells[column],
  }));
}
