// The store, as screens speak to it: one call, replies or a CoreError, and a note to everybody who
// shows something when anything was written.
import { Insieme, keepStorage as keepInBrowser, PRACTICE, requestId } from "insieme/index.mjs";
import type { Event, Failure, Reply } from "insieme";
import { language } from "../words";
import { Desk, isDesk } from "./desk";
import { learn, purposeFor } from "./purpose";

export class CoreError extends Error {
  constructor(readonly failure: Failure) {
    super(language() === "en" ? failure.message_en : failure.message_it);
  }
  get code(): string {
    return this.failure.code;
  }
}

const carrier = isDesk() ? new Desk() : new Worker(WORKER_URL, { type: "module" });
const insieme = new Insieme(carrier);
const watchers = new Set<() => void>();

/** Called whenever something here may look different now. Returns what ends it. */
export function onChange(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}
export function tellChange(): void {
  for (const watcher of watchers) watcher();
}

export function onEvent(listener: (event: Event) => void): () => void {
  return insieme.onEvent(listener);
}

/**
 * Once the core is here with both its parts. What nobody waits for begins then: a command of the
 * second part that is given before holds up everything else until that has come.
 */
export const whole = new Promise<void>((resolve) => {
  if (isDesk()) resolve();
  insieme.onEvent((event) => {
    if (event.event === "part_arrived") resolve();
  });
});

let full = false;

/** Whether the last thing that was to be kept found no room. */
export function foundNoRoom(): boolean {
  return full;
}

function take<T>(reply: Reply<T>): T {
  if (reply.ok) return reply;
  if (reply.error.code === "storage_full") {
    full = true;
    tellChange();
  }
  throw new CoreError(reply.error);
}

/** Whether it stays locked until its PIN is given. */
export async function open(folder: string): Promise<{ locked: boolean }> {
  const reply = take(await insieme.open(folder)) as { locked?: boolean };
  return { locked: reply.locked === true };
}
/** After the core's second part was missed: whether the store that is back waits for its PIN. */
export async function revive(): Promise<{ locked: boolean }> {
  return { locked: take(await insieme.revive()).locked === true };
}
/** A new store, where the server wiped the one that was here. */
export async function beginAnew(folder: string): Promise<void> {
  take(await insieme.close());
  take(await insieme.open(folder, true));
}
/** See Insieme.erase. */
export async function eraseStore(folder: string): Promise<void> {
  take(await insieme.erase(folder));
}
export { PRACTICE };
export async function takeOver(): Promise<void> {
  take(await insieme.takeOver());
}

/** The core speaks to the server about one thing at a time, and refuses a second one. */
const ASKS_SERVER =
  /^(sync\.run|steer\..*|glass\.(open|end|seen)|finding\.fetch|policy\.fetch|colleagues)$/;
let asking: Promise<unknown> = Promise.resolve();

function inTurn<T>(ask: () => Promise<T>): Promise<T> {
  const mine = asking.then(ask);
  asking = mine.catch(() => undefined);
  return mine;
}

/** A command that reads. */
export async function read<T>(command: string, args: Record<string, unknown> = {}): Promise<T> {
  const given = { lang: language(), ...purposeFor(command, args), ...args };
  const ask = (): Promise<Reply<T>> => insieme.call<T>(command, given);
  const reply = take(await (ASKS_SERVER.test(command) ? inTurn(ask) : ask()));
  learn(reply as object);
  return reply;
}

/**
 * A command that writes, once: `act` names what the person did, so that a second tap on a slow
 * tablet is the same act.
 */
export async function write<T>(
  command: string,
  args: Record<string, unknown> = {},
  act: string = requestId(),
): Promise<T> {
  const reply = await read<T>(command, { request_id: act, ...args });
  full = false;
  tellChange();
  return reply;
}

/** A file on this computer is kept as long as nobody removes it; what room there is, is unknown. */
export async function keepStorage(): Promise<{ kept: boolean; usage: number; quota: number }> {
  return isDesk() ? { kept: true, usage: 0, quota: 0 } : keepInBrowser();
}
export { requestId };

/** The bundler puts the worker's address here. */
declare const WORKER_URL: string;

// For a support call, and for tests: the store from the browser's own console.
Object.assign(globalThis, { insieme });
