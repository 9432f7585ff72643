// Words typed for an act that is no record's form: a decision with its reason, a new household.
// They are a draft of the core as a form is: they outlive the lock and a killed browser, and nobody
// reads them while the store is locked.
import { useEffect, useRef, useState } from "preact/hooks";
import { read } from "../core/core";
import type { Draft, Json } from "../core/types";
import { KEEP_MS, useKeptOnLeaving } from "./draft";

export interface ActOf {
  /** The command that they are for, or another name of the act. */
  act: string;
  /** What it is about: one draft for each. */
  subject: string;
  /** Erased with it. */
  record?: string;
  dossier?: string;
}

export interface ActWords<T> {
  words: T;
  set: (change: Partial<T>) => void;
  /** Whether what was kept before has been looked for. */
  ready: boolean;
  /** When the words were kept that were here before this form; empty if there were none. */
  found: string;
  /** The act is done, or the words are thrown away: nothing of them stays. */
  done: () => Promise<void>;
  /** Once all is kept; empty if there is nothing to keep. */
  draft: () => Promise<string>;
}

const isSame = (a: Json | undefined, b: Json | undefined): boolean =>
  JSON.stringify(a ?? null) === JSON.stringify(b ?? null);

/** How what was kept comes back, where its act and subject alone do not say it. */
export interface ComingBack<T> {
  /** Whether these words are of this act; by its `act` and `subject` unless given. */
  isOf?: (draft: Draft) => boolean;
  /** What says something only together: all of it is as it was kept, or as it was just chosen. */
  together?: (keyof T & string)[];
}

/**
 * Of what was kept: all that was not typed anew meanwhile, and of what belongs together nothing
 * if a part of it was.
 */
function keptOf(
  fields: Record<string, Json>,
  touched: Set<string>,
  together: string[],
): Record<string, Json> {
  const isNew = together.some((name) => touched.has(name));
  const kept = Object.entries(fields).filter(
    ([name]) => !touched.has(name) && !(isNew && together.includes(name)),
  );
  return Object.fromEntries(kept);
}

/** `empty`: before anything is typed. There is a draft while the words are not `isNothing`. */
export function useActWords<T extends { [name: string]: Json }>(
  about: ActOf,
  empty: T,
  isNothing = (words: T): boolean =>
    Object.entries(words).every(([name, value]) => isSame(value, empty[name])),
  back: ComingBack<T> = {},
): ActWords<T> {
  const [words, setWords] = useState(empty);
  const [ready, setReady] = useState(false);
  const [when, setWhen] = useState("");
  const none = useRef(empty);
  const latest = useRef(empty);
  const touched = useRef(new Set<string>());
  const isDue = useRef(false);
  const id = useRef("");
  const timer = useRef(0);
  const last = useRef<Promise<void>>(Promise.resolve());

  /** After what came before, whether that went well or not. */
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    last.current = last.current.catch(() => undefined).then(work);
    return last.current;
  };
  const discard = async (): Promise<void> => {
    const mine = id.current;
    id.current = "";
    if (mine) await read("draft.discard", { draft: mine });
  };
  const keep = async (): Promise<void> => {
    if (!isDue.current) return;
    isDue.current = false;
    const fields = latest.current;
    try {
      if (isNothing(fields)) await discard();
      else if (id.current) await read("draft.save", { draft: id.current, fields });
      else {
        const { draft } = await read<{ draft: Draft }>("draft.open", { ...about, fields });
        id.current = draft.id;
      }
    } catch (error) {
      isDue.current = true; // with the next letter, or when it is left
      throw error;
    }
  };
  const flush = (): Promise<void> => {
    clearTimeout(timer.current);
    return inTurn(keep);
  };
  useEffect(() => {
    void inTurn(async () => {
      const { drafts } = await read<{ drafts: Draft[] }>("draft.list");
      const isOf =
        back.isOf ?? ((one) => one.act === about.act && one.subject === about.subject);
      const found = drafts.find(isOf);
      if (!found) return;
      id.current = found.id;
      const kept = keptOf(found.fields, touched.current, back.together ?? []);
      latest.current = { ...latest.current, ...kept };
      setWords(latest.current);
      setWhen(found.updated_at);
    })
      .catch(() => undefined)
      .then(() => setReady(true));
  }, [about.act, about.subject]);
  useKeptOnLeaving(flush);

  const set = (change: Partial<T>): void => {
    for (const name of Object.keys(change)) touched.current.add(name);
    latest.current = { ...latest.current, ...change };
    setWords(latest.current);
    isDue.current = true;
    clearTimeout(timer.current);
    timer.current = window.setTimeout(() => void flush().catch(() => undefined), KEEP_MS);
  };
  const done = (): Promise<void> => {
    clearTimeout(timer.current);
    isDue.current = false;
    latest.current = none.current;
    setWords(none.current);
    setWhen("");
    // It may have gone with the act itself.
    return inTurn(() => discard().catch(() => undefined));
  };
  const draft = async (): Promise<string> => {
    await flush();
    return id.current;
  };
  return { words, set, ready, found: when, done, draft };
}

/** Where only a reason is typed. */
export function useReason(
  act: string,
  subject: string,
  record?: string,
): ActWords<{ reason: string }> {
  return useActWords({ act, subject, ...(record ? { record } : {}) }, { reason: "" });
}
