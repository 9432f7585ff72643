// A form over a draft of the core: what is typed is kept within a moment, and survives the browser.
import { useEffect, useRef, useState } from "preact/hooks";
import { read, write } from "../core/core";
import { beforeLock } from "../core/lock";
import type { Draft, FieldType, Json, RecordLine, RecordType, WholeRecord } from "../core/types";

/** What is typed is kept so long after the last letter. */
export const KEEP_MS = 400;

export interface FormData {
  draft: Draft;
  type: RecordType;
  /** As it was when this was loaded; null for a new record. */
  record: WholeRecord | null;
  /** By record type: what references may point to. */
  targets: Map<string, RecordLine[]>;
}

async function targetsOf(type: RecordType, dossier: string): Promise<Map<string, RecordLine[]>> {
  const wanted = new Set(
    type.fields.map((field) => field.target).filter((one) => one !== undefined),
  );
  const targets = new Map<string, RecordLine[]>();
  await Promise.all(
    [...wanted].map(async (target) => {
      const { records } = await read<{ records: RecordLine[] }>("record.list", {
        type: target,
        dossier,
        limit: 200,
      }).catch(() => ({ records: [] }));
      targets.set(target, records);
    }),
  );
  return targets;
}

export async function loadForm(id: string): Promise<FormData> {
  const { draft } = await read<{ draft: Draft }>("draft.get", { draft: id });
  const [{ type }, record] = await Promise.all([
    read<{ type: RecordType }>("schema.type", { type: draft.type }),
    draft.new
      ? null
      : read<{ record: WholeRecord }>("record.get", { record: draft.record, all: true }).then(
          (reply) => reply.record,
        ),
  ]);
  return { draft, type, record, targets: await targetsOf(type, draft.dossier) };
}

/** What to show of a field: what was typed, else what the record says. */
export function valueOf(form: FormData, typed: Record<string, Json>, field: FieldType): Json {
  if (field.name in typed) return typed[field.name] ?? null;
  return form.record?.fields[field.name]?.value ?? null;
}

export interface Typing {
  typed: Record<string, Json>;
  kept: boolean;
  set: (name: string, value: Json) => void;
  /** Resolves when all that was typed is kept. */
  flush: () => Promise<void>;
  /** Something that the core changes in the draft itself, in its turn; the draft as it is then. */
  act: (work: () => Promise<Draft>) => Promise<void>;
  /** What has to be kept, or to fail, before the draft becomes a record. Returns what ends that. */
  beforeCommit: (work: () => Promise<void>) => () => void;
  /** Everything is kept, also what `beforeCommit` names; rejects if something could not be. */
  settle: () => Promise<void>;
  /** As `typed`, also between two drawings of the screen. */
  latest: () => Record<string, Json>;
}

/**
 * What was typed is kept when the app is left, before it is locked, and where the form goes; there
 * only while `isDue`.
 */
export function useKeptOnLeaving(flush: () => Promise<void>, isDue = (): boolean => true): void {
  useEffect(() => {
    const leave = (): void => void flush().catch(() => undefined);
    document.addEventListener("visibilitychange", leave);
    const end = beforeLock(flush);
    return () => {
      end();
      document.removeEventListener("visibilitychange", leave);
      if (isDue()) leave();
    };
  }, []);
}

/** The fields that a person touched, kept in the draft a moment after each touch. */
export function useTyping(draft: Draft): Typing {
  const [typed, setTyped] = useState(draft.fields);
  const [kept, setKept] = useState(true);
  const latest = useRef(draft.fields);
  const timer = useRef(0);
  const last = useRef<Promise<void>>(Promise.resolve());
  const dirty = useRef(new Set<string>());
  const others = useRef(new Set<() => Promise<void>>());

  /** After what came before, whether that could be kept or not. */
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    last.current = last.current.catch(() => undefined).then(work);
    return last.current;
  };

  const flush = (): Promise<void> => {
    clearTimeout(timer.current);
    if (dirty.current.size === 0) return last.current.catch(() => undefined);
    const names = [...dirty.current];
    const fields = Object.fromEntries(names.map((name) => [name, latest.current[name]]));
    dirty.current.clear();
    return inTurn(async () => {
      try {
        await read("draft.save", { draft: draft.id, fields });
      } catch (error) {
        for (const name of names) dirty.current.add(name); // with the next letter, or when saved
        throw error;
      }
      setKept(dirty.current.size === 0);
    });
  };
  const act = async (work: () => Promise<Draft>): Promise<void> => {
    setKept(false);
    await flush();
    await inTurn(async () => {
      const { fields } = await work();
      const typing = [...dirty.current].map((name) => [name, latest.current[name] ?? null]);
      latest.current = { ...fields, ...Object.fromEntries(typing) };
      setTyped(latest.current);
    }).finally(() => setKept(dirty.current.size === 0));
  };
  const beforeCommit = (work: () => Promise<void>): (() => void) => {
    others.current.add(work);
    return () => others.current.delete(work);
  };
  const settle = async (): Promise<void> => {
    for (const work of others.current) await work();
    await flush();
  };
  const set = (name: string, value: Json): void => {
    latest.current = { ...latest.current, [name]: value };
    dirty.current.add(name);
    setTyped(latest.current);
    setKept(false);
    clearTimeout(timer.current);
    timer.current = window.setTimeout(() => void flush().catch(() => undefined), KEEP_MS);
  };
  useKeptOnLeaving(flush);
  return { typed, kept, set, flush, act, beforeCommit, settle, latest: () => latest.current };
}

export async function commitDraft(
  draft: Draft,
  act: string,
): Promise<{ record: { id: string; title: string } }> {
  return write("draft.commit", { draft: draft.id }, act);
}
export async function discardDraft(draft: Draft): Promise<void> {
  await write("draft.discard", { draft: draft.id });
}
