// What a day begins with, as the core's command `agenda` gives it, and the visits that are running.
import { read } from "./core";
import type { Draft, RecordLine } from "./types";

/** What the core calls its lists; each holds lines up to a page, and says how many there are. */
export type AgendaList = "visits" | "tasks" | "pacts" | "unvisited" | "families";

export interface AgendaLine {
  dossier: string;
  dossier_short: string;
  /** Empty if its first record is not on this tablet. */
  family: string;
  day?: string;
  field?: string;
  what?: string;
  record?: RecordLine;
}

export interface AgendaPage {
  lines: AgendaLine[];
  total: string;
}

export type Agenda = Record<AgendaList, AgendaPage>;

/** A visit that somebody began, and where. */
export interface Running {
  draft: Draft;
  family: string;
}

export interface Caseload {
  agenda: Agenda;
  running: Running[];
}

export const PAGE = 40;
/** After so many days without a visit a family is named. */
export const UNVISITED_DAYS = 30;

export async function agendaPage(list: AgendaList, offset: number): Promise<AgendaPage> {
  const reply = await read<Agenda>("agenda", {
    list,
    offset,
    limit: PAGE,
    unvisited_days: UNVISITED_DAYS,
  });
  return reply[list];
}

/** A family by name, or by the digits of its dossier where only those are here. */
export const nameOf = (line: AgendaLine): string => line.family || line.dossier_short;

/** Empty, too, where the dossier has left the tablet: a visit that runs is shown all the same. */
async function familyOf(dossier: string): Promise<string> {
  const { records } = await read<{ records: RecordLine[] }>("record.list", {
    type: "household",
    dossier,
    limit: 1,
  }).catch(() => ({ records: [] }));
  return records[0]?.title ?? "";
}

export async function loadCaseload(): Promise<Caseload> {
  const [agenda, { drafts }] = await Promise.all([
    read<Agenda>("agenda", { limit: PAGE, unvisited_days: UNVISITED_DAYS }),
    read<{ drafts: Draft[] }>("draft.list"),
  ]);
  const running = await Promise.all(
    drafts
      .filter((one) => isRunningVisit(one))
      .map(async (draft) => ({ draft, family: await familyOf(draft.dossier) })),
  );
  return { agenda, running };
}

export function isRunningVisit(draft: Draft): boolean {
  return (
    draft.new &&
    draft.type === "visit" &&
    !draft.fields["end_at"] &&
    draft.fields["start_at"] !== undefined
  );
}
