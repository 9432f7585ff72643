// Reports that only the server can compute, since they are about what no tablet has: questions and
// tablets of everybody, flows, accesses. Asked for each time, cut down there to what one may know
// (docs/adr/0069), and kept nowhere.
import { read } from "./core";
import { csv } from "./steer";
import type { Figure, FigureTable, Given, ReportPage } from "./report";
import type { Word } from "../words";

export interface ServerReport {
  code: string;
  label: Word;
  help: Word;
  /** Beside the period and the territory. */
  more: "" | "body" | "dossier";
  /** Also for whoever administers and sees no family. */
  forOffice: boolean;
}

export const SERVER_REPORTS: ServerReport[] = [
  { code: "R10", label: "report_r10", help: "report_r10_help", more: "", forOffice: false },
  { code: "R11", label: "report_r11", help: "report_r11_help", more: "body", forOffice: true },
  { code: "R15", label: "report_r15", help: "report_r15_help", more: "dossier", forOffice: false },
];

export function serverReport(code: string): ServerReport | undefined {
  return SERVER_REPORTS.find((one) => one.code === code);
}

export function runAtServer(code: string, given: Given): Promise<ReportPage> {
  return read<ReportPage>("steer.report", { report: code, with: given });
}

/** What the server knows by itself, and the dossier that it is about. */
export interface Behind {
  records: { id: string; type: string; title: string; dossier?: string }[];
  more: boolean;
}

export function behindAtServer(
  code: string,
  given: Given,
  table: FigureTable,
  figure: Figure,
): Promise<Behind> {
  return read<Behind>("steer.report", {
    report: code,
    with: given,
    table: table.name,
    measure: figure.measure,
    row: figure.row,
    column: figure.column,
  });
}

/** As the core writes a report's: a number is one for a spreadsheet, too. */
export function pageCsv(page: ReportPage): string {
  const cell = (figure: Figure): string | number =>
    figure.unit === "number" && figure.value !== undefined ? Number(figure.value) : figure.text;
  const tables = page.tables.flatMap((table) => [
    [],
    [table.title],
    ...(table.heads.length > 0 ? [[...table.label_heads, ...table.heads]] : []),
    ...table.rows.map((row) => [...row.labels, ...row.cells.map(cell)]),
    ...table.notes.map((note) => [note]),
  ]);
  return csv([
    [`${page.code} ${page.title}`],
    ...page.parameters.map((one) => [one.label, one.text]),
    ...tables,
  ]);
}
