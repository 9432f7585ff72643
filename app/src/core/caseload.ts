// What is planned and due on one's families, out of the records that are here.
import { read } from "./core";
import type { Dossier, Draft, Json } from "./types";

type RowOf = Record<string, Json>;

/** All records of a type as the core exports them: one JSON object per line. */
async function rowsOf(type: string): Promise<RowOf[]> {
  const reply = await read<{ content: string }>("export", { type, format: "json" });
  return reply.content
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as RowOf);
}

const textOf = (row: RowOf, name: string): string => {
  const field = (row["fields"] as RowOf | undefined)?.[name] as RowOf | undefined;
  const value = field?.["value"];
  return typeof value === "string" ? value : "";
};

export interface Planned {
  record: string;
  dossier: string;
  family: string;
  date: string;
  nextStep: string;
}

export interface Due {
  record: string;
  dossier: string;
  family: string;
  what: string;
  date: string;
}

export interface Caseload {
  families: Dossier[];
  planned: Planned[];
  due: Due[];
  running: Draft[];
  /** Of so many families visits and due dates are looked up when somebody asks. */
  isAsked: boolean;
}

/** Beyond them nobody visits all, and reading every visit takes seconds with each change. */
const FAMILIES_MANY = 150;

const idOf = (row: RowOf): string => String(row["id"] ?? row["record"] ?? "");

/** The last visit of each family names the next one. */
function plannedOf(visits: RowOf[], names: Map<string, string>): Planned[] {
  const last = new Map<string, RowOf>();
  for (const visit of visits) {
    const dossier = String(visit["dossier"] ?? "");
    const known = last.get(dossier);
    if (!known || textOf(visit, "start_at") > textOf(known, "start_at")) last.set(dossier, visit);
  }
  const planned: Planned[] = [];
  for (const [dossier, visit] of last) {
    const date = textOf(visit, "next_date");
    const family = names.get(dossier);
    if (!date || family === undefined) continue;
    planned.push({
      record: idOf(visit),
      dossier,
      family,
      date,
      nextStep: textOf(visit, "next_step"),
    });
  }
  return planned.sort((a, b) => a.date.localeCompare(b.date));
}

const CLOSED = new Set(["raggiunto", "raggiunto_in_parte", "non_raggiunto", "abbandonato"]);

type Lists = Pick<Caseload, "planned" | "due">;

async function lookUp(names: Map<string, string>): Promise<Lists> {
  const [visits, objectives] = await Promise.all([rowsOf("visit"), rowsOf("objective")]);
  const due: Due[] = objectives
    .filter((row) => textOf(row, "due_on") && !CLOSED.has(textOf(row, "status")))
    .map((row) => ({
      record: idOf(row),
      dossier: String(row["dossier"] ?? ""),
      family: names.get(String(row["dossier"] ?? "")) ?? "",
      what: textOf(row, "title"),
      date: textOf(row, "due_on"),
    }))
    .sort((a, b) => a.date.localeCompare(b.date));
  return { planned: plannedOf(visits, names), due };
}

/** Of many families, as they were when somebody asked: by the number of that asking. */
let looked: { asked: number; lists: Promise<Lists> } | null = null;

/** With many families only when `asked` is another number than before. */
function listsFor(names: Map<string, string>, asked: number): Promise<Lists> {
  if (names.size <= FAMILIES_MANY) return lookUp(names);
  if (asked === 0) return Promise.resolve({ planned: [], due: [] });
  if (looked?.asked !== asked) {
    looked = { asked, lists: lookUp(names) };
    looked.lists.catch(() => {
      looked = null;
    });
  }
  return looked.lists;
}

/** `asked`: a number of one's own for each time that somebody asked to look; 0: nobody did. */
export async function loadCaseload(asked: number): Promise<Caseload> {
  const [{ dossiers }, { drafts }] = await Promise.all([
    read<{ dossiers: Dossier[] }>("dossier.list"),
    read<{ drafts: Draft[] }>("draft.list"),
  ]);
  const families = dossiers.filter((one) => one.type === "household");
  const names = new Map(families.map((one) => [one.id, one.title]));
  const lists = await listsFor(names, asked);
  const running = drafts.filter((one) => isRunningVisit(one));
  return { families, ...lists, running, isAsked: families.length > FAMILIES_MANY };
}

export function isRunningVisit(draft: Draft): boolean {
  return (
    draft.new &&
    draft.type === "visit" &&
    !draft.fields["end_at"] &&
    draft.fields["start_at"] !== undefined
  );
}
