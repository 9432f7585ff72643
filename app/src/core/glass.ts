// Dossiers that are opened with a reason, for hours (docs/adr/0039): asked of the server, which
// tells whoever coordinates.
import { read, write } from "./core";
import type { Dossier } from "./types";

export interface Opening {
  id: string;
  short: string;
  dossier: string;
  dossier_short: string;
  name: string;
  mine: boolean;
  reason: string;
  opened_at: string;
  until: string;
  open: boolean;
  /** Somebody else's, to be looked into. */
  unseen: boolean;
  ended_at?: string;
  ended_by?: string;
  seen_by?: string;
  seen_at?: string;
  note?: string;
}

export interface Openings {
  all: Opening[];
  /** Titles of those dossiers that are on this tablet. */
  titles: Map<string, string>;
}

export async function loadOpenings(): Promise<Openings> {
  const [{ openings }, { dossiers }] = await Promise.all([
    read<{ openings: Opening[] }>("glass.list"),
    read<{ dossiers: Dossier[] }>("dossier.list"),
  ]);
  return { all: openings, titles: new Map(dossiers.map((one) => [one.id, one.title])) };
}

export async function openInEmergency(
  digits: string,
  reason: string,
  hours: string,
  act: string,
): Promise<void> {
  // Read out on the telephone, digits come in groups.
  const dossier = digits.replace(/[\s-]/g, "").toLowerCase();
  await write("glass.open", { dossier, reason, ...(hours ? { hours } : {}) }, act);
}

export async function endOpening(id: string, act: string): Promise<void> {
  await write("glass.end", { opening: id }, act);
}

export async function lookedInto(id: string, note: string, act: string): Promise<void> {
  await write("glass.seen", { opening: id, note }, act);
}
