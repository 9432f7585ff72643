// When to exchange with the server: the core's plan decides, this only asks and obeys. Nothing here
// ever stands between a person and a save.
import { language } from "../words";
import { filesMayGo, onConnection } from "./carry";
import { CoreError, onChange, onEvent, read, tellChange, whole } from "./core";
import { learnPolicy } from "./lock";
import { isPractice } from "./practice";
import type { FilesMoved, Heard, Status, SyncState } from "./types";

const POLL_MS = 15_000;
/** One carries 64 MiB of files at most; what is left goes with the next. */
const FILE_RUNS_MAX = 20;

export interface Picture {
  status: Status | null;
  state: SyncState | null;
  running: boolean;
  /** Why the last exchange ended early, in words; empty if it did not. */
  trouble: string;
  online: boolean;
  /** Seconds until the next attempt of the exchange under way; 0 if it does not wait. */
  waitingS: number;
  /** Exchanges that ended, well or not. */
  exchanges: number;
  /** Why photos and files were not all carried, in words; empty if they were. */
  filesTrouble: string;
}

let picture: Picture = {
  status: null,
  state: null,
  running: false,
  trouble: "",
  online: navigator.onLine,
  waitingS: 0,
  exchanges: 0,
  filesTrouble: "",
};
const watchers = new Set<(picture: Picture) => void>();
let timer = 0;
let looking = false;
let listening = false;
let knowsPolicy = false;
let mayExchange = (): boolean => true;

/** Nothing is fetched nor sent while this says no. */
export function exchangeOnlyIf(may: () => boolean): void {
  mayExchange = may;
}

function show(change: Partial<Picture>): void {
  picture = { ...picture, ...change };
  for (const watcher of watchers) watcher(picture);
}
export function currentPicture(): Picture {
  return picture;
}
export function onPicture(watcher: (picture: Picture) => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

/** Reads how things stand, and exchanges if it is time. */
async function look(): Promise<void> {
  if (looking) return;
  looking = true;
  try {
    const [told, state] = await Promise.all([
      read<Status>("status"),
      read<SyncState>("sync.state"),
    ]);
    // What is practised is sent to nobody: it does not wait.
    const status: Status = isPractice()
      ? { ...told, unsent: "0", oldest_unsent_at: "", blobs_to_send: "0" }
      : told;
    show({ status, state, online: navigator.onLine });
    const wait = state.due_in_ms === undefined ? POLL_MS : Number(state.due_in_ms);
    window.clearTimeout(timer);
    timer = window.setTimeout(look, Math.min(Math.max(wait, 500), POLL_MS));
    const may = state.state === "planned" || state.state === "backing_off";
    if (state.due && may && state.enrolled && navigator.onLine && !picture.running) {
      void syncNow(false);
    }
    void listen();
  } catch {
    window.clearTimeout(timer);
    timer = window.setTimeout(look, POLL_MS);
  } finally {
    looking = false;
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Hears from the server when there is something to fetch, while somebody looks at the page. What is
 * not heard comes with the next exchange of the plan.
 */
async function listen(): Promise<void> {
  if (listening) return;
  listening = true;
  let state: object | undefined;
  await whole;
  while (!document.hidden && navigator.onLine && picture.state?.enrolled) {
    try {
      const heard: Heard = await read("sync.wait", state ? { state } : {});
      state = heard.state;
      if (heard.news && !picture.running) await syncNow(false);
      await pause(heard.in_ms);
    } catch {
      await pause(POLL_MS); // locked, or given to another tab
    }
  }
  listening = false;
}

/** Records, then photos and files if they may go: in as many runs as they need. */
async function exchange(files: boolean): Promise<string> {
  for (let run = 1; ; ++run) {
    const { blobs } = await read<{ blobs: FilesMoved }>("sync.run", { blobs: files });
    const stopped = (language() === "en" ? blobs.stopped_en : blobs.stopped_it) ?? "";
    const moved = Number(blobs.sent) + Number(blobs.received);
    const left = Number(blobs.to_send) + Number(blobs.to_fetch);
    if (!files || stopped || moved === 0 || left === 0 || run === FILE_RUNS_MAX) return stopped;
  }
}

/**
 * One exchange. Says what became of it if a person asked for it. `files`: photos, too, whatever
 * this tablet is set to.
 */
export async function syncNow(asked = true, files = filesMayGo()): Promise<boolean> {
  if (picture.running || !mayExchange()) return false;
  show({ running: true });
  try {
    const filesTrouble = await exchange(files);
    show({
      running: false,
      waitingS: 0,
      trouble: "",
      filesTrouble,
      exchanges: picture.exchanges + 1,
    });
    // Once in a while: the space may ask for a PIN now, or have another key for forgotten ones.
    if (!knowsPolicy) {
      knowsPolicy = true;
      void learnPolicy();
    }
    return true;
  } catch (error) {
    const isLocked = error instanceof CoreError && error.code === "locked";
    const trouble = isLocked ? "" : error instanceof CoreError ? error.message : String(error);
    show({
      running: false,
      waitingS: 0,
      trouble: asked || navigator.onLine ? trouble : "",
      exchanges: picture.exchanges + 1,
    });
    return false;
  } finally {
    tellChange();
  }
}

let isStarted = false;

/** Also after each unlocking. */
export async function startSync(): Promise<void> {
  if (isStarted) {
    tellChange();
    return;
  }
  isStarted = true;
  const networkChanged = async (): Promise<void> => {
    await whole;
    await read("network.changed", { online: navigator.onLine }).catch(() => undefined);
    show({ online: navigator.onLine });
    await look();
  };
  onEvent((event) => {
    if (event.event !== "sync") return;
    show({ waitingS: event.step === "waiting" ? Math.ceil((event.wait_ms ?? 0) / 1000) : 0 });
  });
  window.addEventListener("online", networkChanged);
  window.addEventListener("offline", networkChanged);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) void look();
  });
  onChange(() => void look());
  // Where photos waited for a network that costs nothing, this may be one.
  onConnection(() => {
    const waiting = Number(picture.status?.blobs_to_send ?? 0) > 0;
    if (waiting && filesMayGo() && navigator.onLine) void syncNow(false);
  });
  void networkChanged();
  await look();
}
