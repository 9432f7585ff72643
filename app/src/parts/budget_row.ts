// One row of the household's sheet as it stands now.
import { centsOf, savedCents, type Row } from "../core/budget";
import type { SheetTyping } from "../form/budget";

/** Cents of a row as it stands now: what is typed, else what is saved. */
export function centsAt(typing: SheetTyping): (row: Row) => number | null {
  return (row) => {
    const typed = typing.typed(row.key, "amount");
    if (typed === undefined) return savedCents(row.record);
    return centsOf(String(typed ?? ""));
  };
}

export function remarksOf(row: Row, typing: SheetTyping): string {
  const typed = typing.typed(row.key, "remarks");
  return String(typed ?? row.record?.fields["remarks"]?.value ?? "");
}

export const idOf = (row: Row): string => `b-${row.direction}-${row.category}`;
