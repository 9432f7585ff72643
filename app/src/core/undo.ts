// What takes back an act: always another act, so that history keeps both.
import type { Undo } from "../parts/parts";
import { write } from "./core";
import { wholeRecord } from "./records";
import type { Draft, Json, WholeRecord } from "./types";

async function versionOf(record: string): Promise<string> {
  return (await wholeRecord(record)).version;
}

/** A new record is retracted: it stays in the history, and can be restored. */
export function undoNew(record: string): Undo {
  return async () => write("record.retract", { record, version: await versionOf(record) });
}

/** Kinds whose earlier value can simply be written again. */
const WRITTEN_AGAIN = new Set([
  "string", "text", "strings", "date", "instant", "integer", "real", "money", "boolean", "code",
  "codes", "reference", "references",
]);

/** The fields that were edited get what they said before; nothing if that cannot be done whole. */
export function undoEdit(before: WholeRecord, edited: string[]): Undo | undefined {
  const known = edited.every((name) => WRITTEN_AGAIN.has(before.fields[name]?.kind ?? ""));
  // Of two values that nobody has decided on neither is "the one before".
  const settled = edited.every((name) => before.fields[name]?.contested === false);
  if (edited.length === 0 || !known || !settled) return undefined;
  const fields = Object.fromEntries(
    edited.map((name): [string, Json] => {
      const { kind, value } = before.fields[name] ?? { kind: "", value: null };
      return [name, value ?? (kind === "text" ? "" : kind.endsWith("s") ? [] : null)];
    }),
  );
  return async () =>
    write("record.save", { record: before.id, version: await versionOf(before.id), fields });
}

/** What was typed in a form that was thrown away, in a new draft. */
export function undoDiscard(draft: Draft, typed: Record<string, Json>): Undo {
  const fields = Object.fromEntries(Object.entries(typed).filter(([, value]) => value !== null));
  return () =>
    write("draft.open", {
      ...(draft.new
        ? { type: draft.type, dossier: draft.dossier, section: draft.section }
        : { record: draft.record }),
      fields,
    });
}

/** A decision is not erased: the question is open again, with the reason. */
export function undoDecision(record: string, field: string, reason: string): Undo | undefined {
  return field ? () => write("review.contest", { record, field, reason }) : undefined;
}
