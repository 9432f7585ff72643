// A newer build of the app: fetched beside the one that runs, taken when the app begins or when
// somebody asks, and never under somebody's fingers. What was typed is kept first.
import { isDesk } from "./desk";
import { keepTyped } from "./lock";

const LOOK_MS = 60 * 60_000;

let waiting: ServiceWorker | null = null;
let taking = false;
/** Another window of the app has taken it already. */
let taken = false;
const watchers = new Set<() => void>();

/** Whether a newer build lies here, whole, and waits to be taken. */
export function isUpdateReady(): boolean {
  return waiting !== null;
}
export function onUpdate(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

function ready(worker: ServiceWorker): void {
  // Without one before it this is the first: nothing is replaced.
  if (navigator.serviceWorker.controller === null) return;
  waiting = worker;
  for (const watcher of watchers) watcher();
}

/** Whether somebody has typed on this screen what no draft keeps: a reload would lose it. */
export function isTypedUnkept(): boolean {
  const fields = document.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>(
    "main textarea, main input:not([type=radio]):not([type=checkbox]):not([type=search])",
  );
  return [...fields].some((one) => one.value !== "" && one.closest("[data-kept]") === null);
}

/** Keeps what is typed, then goes on with the newer build at the same place; rejects otherwise. */
export async function takeUpdate(): Promise<void> {
  if (waiting === null || taking) return;
  await keepTyped(); // or it fails, and nothing is taken
  taking = true;
  if (taken) location.reload();
  else waiting.postMessage("take");
}

function watch(registration: ServiceWorkerRegistration): void {
  if (registration.waiting) ready(registration.waiting);
  registration.addEventListener("updatefound", () => {
    const coming = registration.installing;
    coming?.addEventListener("statechange", () => {
      if (coming.state === "installed") ready(coming);
    });
  });
  const look = (): void => {
    if (navigator.onLine && !document.hidden) void registration.update().catch(() => undefined);
  };
  setInterval(look, LOOK_MS);
  window.addEventListener("online", look);
  document.addEventListener("visibilitychange", look);
}

/**
 * To be awaited before the store is opened: where a newer build waits already, it is taken now,
 * before anybody has typed a letter.
 */
export async function startUpdates(): Promise<void> {
  if (!("serviceWorker" in navigator) || isDesk()) return;
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    taken = waiting !== null;
    if (taking) location.reload();
  });
  const known = await navigator.serviceWorker.getRegistration().catch(() => undefined);
  if (known?.waiting) ready(known.waiting);
  if (waiting !== null) await takeUpdate();
  // Without it everything works as long as the server answers; with it, without a network too.
  navigator.serviceWorker.register("/sw.js").then(watch, () => undefined);
}
