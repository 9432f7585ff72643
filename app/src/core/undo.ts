// What takes back an act: always another act, so that history keeps both.
import type { Undo } from "../parts/parts";
import { read, write } from "./core";
import type { Draft, Json, WholeRecord } from "./types";

/**
 * As it stands at this moment. What takes an act back names this version: what a colleague wrote
 * later was not seen by it, so it becomes a question and is not overwritten.
 */
export async function wholeNow(record: string): Promise<WholeRecord | null> {
  // Whoever cannot read it now has no way back, but the act itself is done.
  return read<{ record: WholeRecord }>("record.get", { record, all: true }).then(
    (reply) => reply.record,
    () => null,
  );
}

/** To be called right after the act. A new record is retracted: its history stays. */
export async function undoNew(record: string): Promise<Undo | undefined> {
  const after = await wholeNow(record);
  return after === null
    ? undefined
    : () => write("record.retract", { record, version: after.version });
}

/** Kinds whose earlier value can simply be written again. */
const WRITTEN_AGAIN = new Set([
  "string", "text", "strings", "date", "instant", "integer", "real", "money", "boolean", "code",
  "codes", "reference", "references",
]);

/**
 * The fields that were edited get what they said before; nothing if that cannot be done whole.
 * `before` was read right before the act, and this is called right after it.
 */
export async function undoEdit(
  before: WholeRecord | null,
  edited: string[],
): Promise<Undo | undefined> {
  const after = before === null ? null : await wholeNow(before.id);
  if (before === null || after === null) return undefined;
  const known = edited.every((name) => WRITTEN_AGAIN.has(before.fields[name]?.kind ?? ""));
  // Of two values that nobody has decided on neither is "the one before".
  const settled = [before, after].every((record) =>
    edited.every((name) => record.fields[name]?.contested === false),
  );
  if (edited.length === 0 || !known || !settled) return undefined;
  const fields = Object.fromEntries(
    edited.map((name): [string, Json] => {
      const { kind, value } = before.fields[name] ?? { kind: "", value: null };
      return [name, value ?? (kind === "text" ? "" : kind.endsWith("s") ? [] : null)];
    }),
  );
  return () => write("record.save", { record: after.id, version: after.version, fields });
}

/** As a reference to a photo or a file ends: its size and its digest. */
const NAMES_BYTES = / \d+ [0-9a-f]{64}/;

/**
 * What was typed in a form that was thrown away, in a new draft over what stood there then. With
 * photos there is no way back: their bytes went with the draft.
 */
export function undoDiscard(draft: Draft, typed: Record<string, Json>): Undo | undefined {
  if (NAMES_BYTES.test(JSON.stringify([draft.fields, typed]))) return undefined;
  const fields = Object.fromEntries(
    Object.entries(typed).filter(([, value]) => !draft.new || value !== null),
  );
  return () =>
    write("draft.open", {
      ...(draft.new
        ? { type: draft.type, dossier: draft.dossier, section: draft.section }
        : { record: draft.record, version: draft.version }),
      fields,
    });
}

/** A decision is not erased: the question is open again, with the reason. */
export function undoDecision(record: string, field: string, reason: string): Undo | undefined {
  if (!field) return undefined;
  return () => write("review.contest", { record, field, reason, decision: "own" });
}
