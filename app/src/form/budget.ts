// What is typed on a budget sheet: a draft of the core for each line that was touched, kept within
// a moment, so that it survives the browser; steps back; one save of everything.
import { useRef, useState } from "preact/hooks";
import { LINE, MONTH, type Entry, type Fields, type Row, type Sheet } from "../core/budget";
import { read, write } from "../core/core";
import type { Draft, Json } from "../core/types";
import { discardDraft, KEEP_MS, useKeptOnLeaving } from "./draft";

const STEPS_MAX = 200;

/** What stood in a field before a step; undefined: nothing was typed there. */
interface Before {
  key: string;
  field: string;
  was: Json | undefined;
}

export interface SheetTyping {
  kept: boolean;
  /** What was typed, else undefined. */
  typed: (key: string, field: string) => Json | undefined;
  /** Several fields at once are one step back. */
  set: (changes: { key: string; field: string; value: Json }[]) => void;
  steps: number;
  undo: () => void;
  flush: () => Promise<void>;
  /**
   * Saves the sheet, once: what is typed after it belongs on the sheet as it is loaded then.
   * Returns the keys of what stays typed, since a remark alone is no line.
   */
  save: (act: string) => Promise<string[]>;
  discard: () => Promise<void>;
  changed: boolean;
}

/** The fields that name a new record of the sheet. */
function nameOf(entry: Entry, month: string): Fields {
  if (entry.key === "month") return { month };
  const { direction, category } = entry as Row;
  return { month, direction, category };
}

/** Whether a new line has a remark and no amount: that is not thrown away. */
export function isRemarkAlone(entry: Entry, amount: Json | undefined, remarks: string): boolean {
  const blank = String(amount ?? "").trim() === "";
  return entry.key !== "month" && entry.record === null && blank && remarks.trim() !== "";
}

/** One member of the save; null: of this nothing is to be saved. */
function toSave(entry: Entry, draft: Draft, typed: Fields, sheet: Sheet): object | null {
  const fields = { ...typed };
  const isLine = entry.key !== "month";
  // An amount that was taken away again: nobody said that it is zero.
  if (isLine && !fields["amount"]) delete fields["amount"];
  for (const name of Object.keys(nameOf(entry, sheet.month))) delete fields[name];
  if (Object.keys(fields).length === 0) return null;
  if (entry.record !== null) {
    const version = draft.new ? entry.record.version : draft.version;
    return { record: entry.record.id, fields, version, draft: draft.id };
  }
  if (isLine && fields["amount"] === undefined) return null;
  return {
    type: isLine ? LINE : MONTH,
    dossier: sheet.dossier,
    fields: { ...nameOf(entry, sheet.month), ...fields },
    draft: draft.id,
  };
}

export function useSheet(sheet: Sheet): SheetTyping {
  const entries = new Map<string, Entry>([...sheet.rows, sheet.whole].map((one) => [one.key, one]));
  const drafts = useRef(new Map<string, Draft>());
  const latest = useRef(new Map<string, Fields>());
  const began = useRef(false);
  if (!began.current) {
    began.current = true;
    for (const entry of entries.values()) {
      if (!entry.draft) continue;
      const named = nameOf(entry, sheet.month);
      drafts.current.set(entry.key, entry.draft);
      latest.current.set(
        entry.key,
        Object.fromEntries(Object.entries(entry.draft.fields).filter(([name]) => !(name in named))),
      );
    }
  }
  const dirty = useRef(new Set<string>());
  const steps = useRef<Before[][]>([]);
  const timer = useRef(0);
  const last = useRef<Promise<void>>(Promise.resolve());
  const [, draw] = useState(0);
  const [kept, setKept] = useState(true);

  const keep = async (key: string): Promise<void> => {
    const entry = entries.get(key);
    if (!entry) return;
    const typed = latest.current.get(key) ?? {};
    const draft = drafts.current.get(key);
    if (Object.keys(typed).length === 0) {
      // All of it was taken back.
      drafts.current.delete(key);
      if (draft) await read("draft.discard", { draft: draft.id });
      return;
    }
    // A draft of a new record keeps its name though a colleague's line of that name came.
    const fields =
      entry.record && !draft?.new ? typed : { ...nameOf(entry, sheet.month), ...typed };
    if (draft) {
      await read("draft.save", { draft: draft.id, fields, replace: true });
      return;
    }
    const target = entry.record
      ? { record: entry.record.id }
      : { type: key === "month" ? MONTH : LINE, dossier: sheet.dossier };
    const made = await read<{ draft: Draft }>("draft.open", { ...target, fields });
    drafts.current.set(key, made.draft);
  };
  const flush = (): Promise<void> => {
    clearTimeout(timer.current);
    last.current = last.current
      .catch(() => undefined)
      .then(async () => {
        for (const key of [...dirty.current]) {
          dirty.current.delete(key);
          try {
            await keep(key);
          } catch (error) {
            dirty.current.add(key); // with the next letter, or when saved
            throw error;
          }
        }
        setKept(dirty.current.size === 0);
      });
    return last.current;
  };
  const put = (key: string, field: string, value: Json | undefined): void => {
    const fields = { ...latest.current.get(key) };
    if (value === undefined) delete fields[field];
    else fields[field] = value;
    latest.current.set(key, fields);
    dirty.current.add(key);
  };
  const later = (): void => {
    setKept(false);
    draw((n) => n + 1);
    clearTimeout(timer.current);
    timer.current = window.setTimeout(() => void flush().catch(() => undefined), KEEP_MS);
  };
  const set: SheetTyping["set"] = (changes) => {
    const before = changes.map(({ key, field }) => ({
      key,
      field,
      was: latest.current.get(key)?.[field],
    }));
    const [top] = steps.current.slice(-1);
    // One letter after the other in the same place is one step.
    const goesOn =
      changes.length === 1 &&
      top?.length === 1 &&
      top[0]?.key === changes[0]?.key &&
      top[0]?.field === changes[0]?.field;
    if (!goesOn) steps.current = [...steps.current.slice(1 - STEPS_MAX), before];
    for (const { key, field, value } of changes) put(key, field, value);
    later();
  };
  const undo = (): void => {
    for (const { key, field, was } of steps.current.pop() ?? []) put(key, field, was);
    later();
  };
  const save = async (act: string): Promise<string[]> => {
    await flush();
    const records: object[] = [];
    const spare: Draft[] = [];
    const lacking: string[] = [];
    for (const [key, draft] of drafts.current) {
      const entry = entries.get(key);
      const typed = latest.current.get(key) ?? {};
      const one = entry ? toSave(entry, draft, typed, sheet) : null;
      if (one) records.push(one);
      else if (entry && isRemarkAlone(entry, typed["amount"], String(typed["remarks"] ?? ""))) {
        lacking.push(key);
      } else spare.push(draft);
    }
    if (records.length > 0) await write("record.save", { records }, act);
    // These drafts are records now: nothing may be written to them, nor taken back in them. What
    // was typed is shown until the sheet is loaded again.
    drafts.current.clear();
    steps.current = [];
    // One that cannot be discarded costs nothing: it is on the sheet that is loaded.
    for (const draft of spare) await discardDraft(draft).catch(() => undefined);
    return lacking;
  };
  const discard = async (): Promise<void> => {
    await flush().catch(() => undefined);
    for (const draft of drafts.current.values()) await discardDraft(draft);
  };
  useKeptOnLeaving(flush, () => dirty.current.size > 0);
  return {
    kept,
    typed: (key, field) => latest.current.get(key)?.[field],
    set,
    steps: steps.current.length,
    undo,
    flush,
    save,
    discard,
    changed: [...latest.current.values()].some((fields) => Object.keys(fields).length > 0),
  };
}
