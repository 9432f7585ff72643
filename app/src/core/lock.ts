// When the store is locked: by a tap, after a time without a touch, or when the app is left. What
// is typed is kept first. The PIN itself is nowhere here: it goes to the core and is forgotten.
import { read, write } from "./core";
import { keep, kept } from "./kept";

export interface PinState {
  pin: boolean;
  locked: boolean;
  failed: number;
  wait_ms: string;
  wait_text: string;
  blocked: boolean;
  /** Whoever coordinates can open, should the PIN be forgotten. */
  recovery: boolean;
  pin_required: boolean;
  /**
   * What the server ordered: nothing, or `opened` by the coordinator's code; `wiping`: the PIN only
   * starts handing over what was not sent.
   */
  order: "" | "locked" | "wiped" | "opened" | "wiping";
  /** In words, for whoever holds the tablet. */
  order_text?: string;
  order_at?: string;
  reported?: boolean;
}

export const MINUTES = [1, 5, 15, 60];
const CHECK_MS = 2_000;

export function lockMinutes(): number {
  const minutes = Number(kept("lock-minutes"));
  return MINUTES.includes(minutes) ? minutes : 5;
}
export function setLockMinutes(minutes: number): Promise<void> {
  return keep("lock-minutes", String(minutes));
}
export function locksOnHide(): boolean {
  return kept("lock-hide") === "yes";
}
export function setLocksOnHide(on: boolean): Promise<void> {
  return keep("lock-hide", on ? "yes" : "no");
}
/** Somebody has said that they want none. */
export function isPinSkipped(): boolean {
  return kept("pin-skipped") === "yes";
}
export function skipPin(): Promise<void> {
  return keep("pin-skipped", "yes");
}
/** As the server last said; known without a network, too. */
export function isPinRequired(): boolean {
  return kept("pin-required") === "yes";
}

export function pinState(): Promise<PinState> {
  return read<PinState>("pin.state");
}

/** What the space asks of its tablets. Without a network the last answer holds. */
export async function learnPolicy(): Promise<void> {
  const policy = await write<{ pin_required: boolean }>("policy.fetch").catch(() => null);
  if (policy) await keep("pin-required", policy.pin_required ? "yes" : "no");
}

const keepers = new Set<() => Promise<void>>();
/** `keep` is awaited before the store is locked. Returns what ends that. */
export function beforeLock(keep: () => Promise<void>): () => void {
  keepers.add(keep);
  return () => keepers.delete(keep);
}

/** Everything that is typed and not kept yet. Rejects with the first that cannot be kept now. */
export async function keepTyped(): Promise<void> {
  const all = await Promise.allSettled([...keepers].map((keep) => keep()));
  const failed = all.find((one) => one.status === "rejected");
  if (failed?.status === "rejected") throw failed.reason;
}

let cover: (() => void) | null = null;
let locking: Promise<void> | null = null;

async function keepAndLock(all: (() => Promise<void>)[]): Promise<void> {
  await new Promise((done) => setTimeout(done)); // nobody can type any more
  await Promise.all(all.map((keep) => keep().catch(() => undefined)));
  await read("lock").catch(() => undefined);
  locking = null;
}

/** Covers the screen first, keeps what was typed, then closes the store. */
export function lockNow(): Promise<void> {
  if (locking !== null || cover === null) return locking ?? Promise.resolve();
  const all = [...keepers];
  cover();
  locking = keepAndLock(all);
  return locking;
}
/** Once the store is closed, if it is being closed. */
export function afterLocking(): Promise<void> {
  return locking ?? Promise.resolve();
}

/** The camera, or the choice of a file, covers the app: for so long that is not leaving it. */
const CAMERA_MS = 120_000;
let cameraUntil = 0;
export function openingCamera(): void {
  cameraUntil = Date.now() + CAMERA_MS;
}
export function backFromCamera(): void {
  cameraUntil = 0;
}

/** While a PIN protects an open store. `onCover` shows the lock screen. Returns what ends it. */
export function watchIdle(onCover: () => void): () => void {
  cover = onCover;
  let last = Date.now();
  const touched = (): void => {
    last = Date.now();
  };
  const check = (): void => {
    if (Date.now() < cameraUntil) return;
    const isLeft = document.hidden && locksOnHide();
    if (isLeft || Date.now() - last >= lockMinutes() * 60_000) void lockNow();
  };
  const left = (): void => {
    if (!document.hidden && Date.now() < cameraUntil) touched(); // the photo comes in a moment
    check();
  };
  const timer = setInterval(check, CHECK_MS);
  const events = ["pointerdown", "keydown", "wheel", "touchstart"] as const;
  for (const event of events) addEventListener(event, touched, { passive: true, capture: true });
  document.addEventListener("visibilitychange", left);
  return () => {
    cover = null;
    clearInterval(timer);
    for (const event of events) removeEventListener(event, touched, { capture: true });
    document.removeEventListener("visibilitychange", left);
  };
}
