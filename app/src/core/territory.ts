// The territories that a report may be asked for: where households live, areas, other communes.
import { codesOf, fieldsOf } from "./network";
import { communesHere } from "./steer";
import type { Code } from "./types";

export interface Territories {
  /** Of the households on this tablet. */
  here: Code[];
  areas: Code[];
  others: Code[];
}

const byLabel = (a: Code, b: Code): number => a.label.localeCompare(b.label);

/** Codes, as the parameter takes them; each list in the order of its names. */
export async function loadTerritories(): Promise<Territories> {
  const [homes, household, project] = await Promise.all([
    communesHere(),
    fieldsOf("household"),
    fieldsOf("project"),
  ]);
  const lived = new Set([...homes.values()].map((one) => one.code));
  const communes = codesOf(household, "commune");
  return {
    here: communes.filter((one) => lived.has(one.code)).sort(byLabel),
    areas: codesOf(project, "area"),
    others: communes.filter((one) => !lived.has(one.code)).sort(byLabel),
  };
}
