// How tablets are, as their last synchronisation told the server.
import type { Family, SteerDevice, SteerPerson } from "./steer";

export type Condition =
  | "fine" | "late" | "silent" | "clock" | "unsent" | "never" | "stopped" | "locked";

const DAY_MS = 86_400_000;
const LATE_DAYS = 3;
const SILENT_DAYS = 14;
/** From here on times in the history may mislead; nothing is decided by them. */
const CLOCK_MS = 10 * 60_000;

/** The most urgent first, after that it is locked; "fine" alone if there is nothing. */
export function conditionsOf(device: SteerDevice, now: number): Condition[] {
  if (device.revoked_at || device.given_up_at) return ["stopped"];
  // A locked one still has what it had: whoever stops it must see that, too.
  const out: Condition[] = device.order ? ["locked"] : [];
  if (!device.last_sync_at) return [...out, "never"];
  const days = (now - Date.parse(device.last_sync_at)) / DAY_MS;
  if (days >= SILENT_DAYS) out.push("silent");
  else if (days >= LATE_DAYS) out.push("late");
  if ((device.unsent ?? 0) > 0) out.push("unsent");
  if (Math.abs(device.clock_offset_ms ?? 0) >= CLOCK_MS) out.push("clock");
  return out.length > 0 ? out : ["fine"];
}

export interface DeviceLine {
  person: SteerPerson;
  device: SteerDevice;
  conditions: Condition[];
}

const ORDER: Condition[] = [
  "silent", "unsent", "late", "clock", "never", "fine", "locked", "stopped",
];
const rank = (line: DeviceLine): number => ORDER.indexOf(line.conditions[0] ?? "fine");

export function deviceLines(people: SteerPerson[], now: number): DeviceLine[] {
  return people
    .flatMap((person) =>
      person.devices.map((device) => ({
        person,
        device,
        conditions: conditionsOf(device, now),
      })),
    )
    .sort(
      (a, b) =>
        rank(a) - rank(b) ||
        (a.device.last_sync_at ?? "").localeCompare(b.device.last_sync_at ?? ""),
    );
}

export interface TerritoryLine {
  territory: string;
  families: number;
  unseen: number;
  open: number;
  held: number;
}

/** By territory; what waits for a decision there, and what came late. */
export function territoryLines(
  families: Family[],
  held: Map<string, number>,
): TerritoryLine[] {
  const lines = new Map<string, TerritoryLine>();
  for (const one of families) {
    const line = lines.get(one.territory) ?? {
      territory: one.territory, families: 0, unseen: 0, open: 0, held: 0,
    };
    line.families += 1;
    line.unseen += one.unvisitedSince !== null ? 1 : 0;
    line.open += one.open;
    line.held += held.get(one.id) ?? 0;
    lines.set(one.territory, line);
  }
  return [...lines.values()].sort((a, b) => b.open + b.held - (a.open + a.held));
}
