// What whoever coordinates or administers looks at: who has which family, how much that is, how
// the tablets are. The server knows who has what (docs/adr/0053); what families wait for is in
// the store.
import { CoreError, read, write } from "./core";
import { UNVISITED_DAYS, type Agenda, type AgendaList } from "./caseload";
import { exportedRecords } from "./records";
import type { Dossier, RecordLine } from "./types";

/** What is ordered of a lost tablet, and each step that it took (docs/adr/0054). */
export interface DeviceOrder {
  kind: "lock" | "wipe";
  reason: string;
  /** No: its program knows no orders, and it is only refused. */
  understood: boolean;
  ordered_at: string;
  told_at?: string;
  escrowed_at?: string;
  destroyed_at?: string;
  /** Handed over, and of those still to be read at the server. */
  parcels?: number;
  kept?: number;
}

export interface Absence {
  number: string;
  deputy: string;
  deputy_name: string;
  from: string;
  until: string;
  now: boolean;
}

export interface SteerDevice {
  id: string;
  name: string;
  enrolled_at: string;
  last_sync_at?: string;
  clock_offset_ms?: number;
  unsent?: number;
  revoked_at?: string;
  revoke_reason?: string;
  given_up_at?: string;
  order?: DeviceOrder;
}

export interface SteerPerson {
  account: string;
  name: string;
  role: string;
  organization: string;
  disabled: boolean;
  /** One may disable them, and stop their tablets. */
  administered: boolean;
  /** One may invite them; an older server does not say. */
  may_be_invited?: boolean;
  /** Has every dossier by their role, and carries none in particular. */
  has_all: boolean;
  /** Their role may be given a household. */
  takes_families: boolean;
  from?: string;
  until?: string;
  /** Codes that nobody used yet, of whom one may administer. */
  invitation?: { open: number; made_at: string; expires_at: string };
  /** Those that are not over. */
  absences?: Absence[];
  devices: SteerDevice[];
}

export interface SteerPeople {
  people: SteerPerson[];
  more: boolean;
  may_review: boolean;
  may_administer: boolean;
  roles: string[];
  organizations: { id: string; name: string }[];
}

export interface Holder {
  account: string;
  name: string;
  reads_only: boolean;
  sections: string[];
}

export interface SteerDossier {
  id: string;
  organization: string;
  territory: string;
  held: number;
  people: Holder[];
}

export interface AccessLine {
  number: string;
  at: string;
  name: string;
  device_name: string;
  kind: "read" | "write" | "refused" | "opened";
  sections: string[];
  changes: number;
  purpose: string;
  opened_at?: string;
  opened_for?: string;
}

export interface Erasure {
  id: string;
  dossier: string;
  state: "proposed" | "carried_out" | "withdrawn";
  whole: boolean;
  targets: { section?: string; record?: string }[];
  ground: string;
  asked_by: string;
  mine: boolean;
  proposed_at: string;
  confirmed_by?: string;
  decided_at?: string;
  key_destroyed: boolean;
  devices: {
    id: string;
    name: string;
    person: string;
    gone: boolean;
    takes_orders: boolean;
    told: boolean;
    last_sync_at?: string;
    confirmed_at?: string;
  }[];
}

export interface HandOver extends RecordLine {
  from: string;
  to: string;
  state: string;
  reason: string;
}

export interface Invitation {
  account: string;
  code: string;
  url: string;
  expires_at: string;
}

export function loadPeople(): Promise<SteerPeople> {
  return read<SteerPeople>("steer.people");
}

/** More than any Ambito has; the server gives 500 at a time. */
const PAGES_MAX = 40;

export async function loadHolders(): Promise<SteerDossier[]> {
  const all: SteerDossier[] = [];
  let after = "";
  for (let page = 0; page < PAGES_MAX; ++page) {
    const { dossiers, more } = await read<{ dossiers: SteerDossier[]; more: boolean }>(
      "steer.dossiers",
      after ? { after } : {},
    );
    all.push(...dossiers);
    after = dossiers[dossiers.length - 1]?.id ?? "";
    if (!more || !after) break;
  }
  return all;
}

const AGENDA_PAGE = 200;

/** All lines of a list of the agenda. */
async function whole(list: AgendaList, days = 0): Promise<{ dossier: string; day?: string }[]> {
  const out: { dossier: string; day?: string }[] = [];
  for (let page = 0; page < PAGES_MAX; ++page) {
    const reply = await read<Agenda>("agenda", {
      list,
      days,
      offset: out.length,
      limit: AGENDA_PAGE,
      unvisited_days: UNVISITED_DAYS,
    });
    out.push(...reply[list].lines);
    if (reply[list].lines.length === 0 || out.length >= Number(reply[list].total)) break;
  }
  return out;
}

/** One family, and what is known of it. */
export interface Family {
  id: string;
  title: string;
  territory: string;
  /** Who works with it: not those who have every dossier by their role. */
  people: Holder[];
  /** Who is assigned and cannot work any more: their account is disabled. */
  formerly: Holder[];
  /** Of the last visit, if that is too long ago; "" if nobody ever came. */
  unvisitedSince: string | null;
  overdue: number;
  /** Questions to decide, and late edits that wait. */
  open: number;
}

export interface Team {
  families: Family[];
  /** Who works with families, or could. */
  people: SteerPerson[];
  handOvers: HandOver[];
  /** Why only what this tablet knows is shown; empty: the server answered. */
  offline: string;
}

const counted = (lines: { dossier: string }[]): Map<string, number> => {
  const out = new Map<string, number>();
  for (const line of lines) out.set(line.dossier, (out.get(line.dossier) ?? 0) + 1);
  return out;
};

/** What the server alone knows; without a network nothing, and why. */
async function fromServer(): Promise<{
  people: SteerPerson[];
  dossiers: SteerDossier[];
  offline: string;
}> {
  try {
    const [{ people }, dossiers] = await Promise.all([loadPeople(), loadHolders()]);
    return { people, dossiers, offline: "" };
  } catch (error) {
    if (error instanceof CoreError && error.code === "unavailable") {
      return { people: [], dossiers: [], offline: error.message };
    }
    throw error;
  }
}

/** Where each household lives, as its record says; of what cannot be read nothing. */
export async function communesHere(): Promise<Map<string, { code: string; label: string }>> {
  const out = new Map<string, { code: string; label: string }>();
  for (const one of await exportedRecords("household").catch(() => [])) {
    const commune = one.fields["commune"];
    if (commune?.text) {
      out.set(one.dossier, { code: String(commune.value ?? ""), label: commune.text });
    }
  }
  return out;
}

/** What the operator declared; where nothing was, or the same, the household's commune. */
function territoryOf(
  placed: string,
  commune: { code: string; label: string } | undefined,
): string {
  if (!commune) return placed;
  const isSame = [commune.code, commune.label].some(
    (one) => one.toLowerCase() === placed.toLowerCase(),
  );
  return placed === "" || isSame ? commune.label : placed;
}

const REVIEW_MAX = 1000;

export async function loadTeam(): Promise<Team> {
  const [server, { dossiers }, unvisited, tasks, review, inbox, { hand_overs }, communes] =
    await Promise.all([
      fromServer(),
      read<{ dossiers: Dossier[] }>("dossier.list"),
      whole("unvisited"),
      whole("tasks"),
      read<{ items: { dossier: string }[] }>("review.list", { limit: REVIEW_MAX }),
      read<{ entries: { dossier: string }[] }>("inbox.list"),
      read<{ hand_overs: HandOver[] }>("handover.list"),
      communesHere(),
    ]);
  const held = new Map(server.dossiers.map((one) => [one.id, one]));
  const since = new Map(unvisited.map((one) => [one.dossier, one.day ?? ""]));
  const overdue = counted(tasks);
  const open = counted([...review.items, ...inbox.entries]);
  const accounts = (of: (one: SteerPerson) => boolean): Set<string> =>
    new Set(server.people.filter(of).map((one) => one.account));
  const idle = accounts((one) => one.disabled || one.has_all || !one.takes_families);
  const stopped = accounts((one) => one.disabled && !one.has_all);
  const families = dossiers
    .filter((one) => one.type === "household" && !one.leaving)
    .map((one) => ({
      id: one.id,
      title: one.title,
      territory: territoryOf(held.get(one.id)?.territory ?? "", communes.get(one.id)),
      people: (held.get(one.id)?.people ?? []).filter((who) => !idle.has(who.account)),
      formerly: (held.get(one.id)?.people ?? []).filter((who) => stopped.has(who.account)),
      unvisitedSince: since.get(one.id) ?? null,
      overdue: overdue.get(one.id) ?? 0,
      open: open.get(one.id) ?? 0,
    }))
    .sort((a, b) => a.title.localeCompare(b.title));
  return {
    families,
    people: server.people.filter((one) => !one.disabled && !one.has_all && one.takes_families),
    handOvers: hand_overs.filter((one) => !one.retracted),
    offline: server.offline,
  };
}

/** Proposes and accepts in one go: the record stays in the dossier, and both read why. */
export async function handOver(
  given: { dossier: string; from: string; to: string; reason: string },
  act: string,
): Promise<void> {
  const reason = given.reason ? { reason: given.reason } : {};
  const { record } = await write<{ record: { id: string } }>(
    "handover.propose",
    { dossier: given.dossier, from: given.from, to: given.to, ...reason },
    `${act}-p`,
  );
  await write("handover.accept", { record: record.id, ...reason }, `${act}-a`);
}

/** An act of whoever coordinates or administers, decided by the server. */
export function steer<T = { done: true }>(
  what: string,
  given: Record<string, unknown>,
): Promise<T> {
  return write<T>("steer.act", { act: what, ...given });
}

/** A line for a spreadsheet; what begins like a formula is made a text. */
export function csv(rows: (string | number)[][]): string {
  const cell = (value: string | number): string => {
    const text = String(value);
    const safe = typeof value === "string" && /^[=+\-@\t]/.test(text) ? `'${text}` : text;
    return /[";\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
  };
  return `\ufeff${rows.map((row) => row.map(cell).join(";")).join("\r\n")}\r\n`;
}
