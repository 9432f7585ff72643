// Several people on one tablet (docs/adr/0050): each has a store, a PIN and a device of their own,
// and opens nobody else's. What lies in the browser's folders says how many there are; what is kept
// beside them is their names and what each has not sent, and nothing of a family.
import { CoreError, eraseStore, read, requestId } from "./core";
import { isDesk } from "./desk";
import { invitationIn } from "./invitation";
import { keep, kept } from "./kept";
import { beforeLock, keepTyped, lockNow } from "./lock";
import { isPractice } from "./practice";
import { onPicture } from "./sync";
import type { Status } from "./types";

/** One of those whose work lies here, as they are told apart before anything is opened. */
export interface Holder {
  folder: string;
  /** Empty: a store that was begun, and is nobody's yet. */
  name: string;
  /** Changes and photos that the server did not have when this person last worked here. */
  unsent: number;
  /** When the oldest of them was made or first counted; empty if there are none. */
  since: string;
  /** What was typed and not saved. */
  drafts: number;
  /** When all of it last was with the server; empty if never. */
  last: string;
}

const FIRST = "insieme";
const FOLDER = /^insieme(-[0-9a-f]{8})?$/;
/** Who works in this tab: another tab, or the next start, asks again. */
const HERE = "insieme-holder";

/** An invitation that an address brought along, until somebody is asked for theirs. */
const INVITED = "insieme-invited";

let folders: string[] = [FIRST];

/** Once, before anything is opened, and after the choices are loaded. */
export async function findHolders(): Promise<void> {
  if (isDesk()) return;
  const found: string[] = [];
  const root = await navigator.storage.getDirectory();
  for await (const name of root.keys()) if (FOLDER.test(name)) found.push(name);
  // A store that is about to be begun has no folder yet.
  const chosen = sessionStorage.getItem(HERE) ?? "";
  if (FOLDER.test(chosen) && !found.includes(chosen)) found.push(chosen);
  folders = found.length > 0 ? found.sort() : [FIRST];
}

function holderOf(folder: string): Holder {
  const none = { folder, name: "", unsent: 0, since: "", drafts: 0, last: "" };
  try {
    return { ...none, ...(JSON.parse(kept(`holder ${folder}`) || "{}") as object), folder };
  } catch {
    return none;
  }
}

/** By name; a store that is nobody's yet comes last. */
export function holders(): Holder[] {
  const all = folders.map(holderOf);
  return all.sort((a, b) =>
    a.name === "" || b.name === "" ? b.name.length - a.name.length : a.name.localeCompare(b.name),
  );
}

/** How whoever works in this tab is called; empty: nobody yet. */
export function holderHere(): string {
  return holderOf(chosenFolder()).name;
}

/** Whether somebody else's work lies here, too: then everybody needs a PIN. */
export function isShared(): boolean {
  return !isPractice() && folders.length > 1;
}

/** The folder of whoever works in this tab; empty: they have to say who they are. */
export function chosenFolder(): string {
  const chosen = sessionStorage.getItem(HERE) ?? "";
  if (folders.includes(chosen)) return chosen;
  return folders.length === 1 ? (folders[0] ?? FIRST) : "";
}

/** Begins as that one; with "" everybody is asked who they are. */
export function chooseHolder(folder: string): void {
  const invitation = invitationIn(location.href);
  if (invitation) sessionStorage.setItem(INVITED, invitation);
  if (folder) sessionStorage.setItem(HERE, folder);
  else sessionStorage.removeItem(HERE);
  location.hash = "#/";
  location.reload();
}

/** The invitation that a scanned address brought along, also before somebody said who they are. */
export function takeInvited(): string {
  const inAddress = invitationIn(location.href);
  const invitation = inAddress || (sessionStorage.getItem(INVITED) ?? "");
  sessionStorage.removeItem(INVITED);
  if (inAddress) history.replaceState(null, "", location.pathname);
  return invitation;
}

/** Of whom this tab has just connected: nobody else may choose their PIN. */
const CONNECTED = "insieme-connected";
export function noteConnected(): void {
  sessionStorage.setItem(CONNECTED, chosenFolder());
}
export function isConnectedHere(): boolean {
  return sessionStorage.getItem(CONNECTED) === chosenFolder();
}

/** What is typed is kept and the store closed; then somebody else says who they are. */
export async function leave(): Promise<void> {
  await keepTyped().catch((error: unknown) => {
    // Closed beneath a screen that waits behind the lock: nothing more can be kept.
    if (!(error instanceof CoreError && error.code === "locked")) throw error;
  });
  await lockNow();
  chooseHolder("");
}

/** A store for somebody new. It is on the disk once they are asked for their invitation. */
export async function addHolder(): Promise<void> {
  await keepTyped();
  await lockNow();
  chooseHolder(`${FIRST}-${requestId().slice(0, 8)}`); // eight digits that nobody else has
}

/** The store that is open here, for good. Refused, in words, while anything of it is unsent. */
export async function removeHolder(): Promise<void> {
  const folder = chosenFolder();
  await eraseStore(folder);
  await keep(`holder ${folder}`, "");
  await keep(`colleagues ${folder}`, "");
  chooseHolder("");
}

async function note(status: Status): Promise<void> {
  const { name, account, enrolled } = status.identity;
  const folder = chosenFolder();
  if (!enrolled || folder === "") return;
  const counts = [status.unsent, status.blobs_to_send, status.exchanged, status.letters];
  const unsent = counts.reduce((sum, one) => sum + Number(one), 0);
  const known = holderOf(folder).since || new Date().toISOString();
  const since = unsent > 0 ? (status.oldest_unsent_at ?? known) : "";
  const last = status.last_sync_at ?? "";
  const drafts = Number(status.drafts);
  const told = { name: name || account, unsent, since, drafts, last };
  await keep(`holder ${folder}`, JSON.stringify(told));
}

/** The server wiped this store, and has what was not sent. */
export async function noteWiped(): Promise<void> {
  if (isDesk() || isPractice()) return;
  const told = { ...holderOf(chosenFolder()), unsent: 0, since: "", drafts: 0 };
  await keep(`holder ${told.folder}`, JSON.stringify(told));
  await keep(`colleagues ${told.folder}`, "");
}

/** Keeps what the others are told of this person, while their store is open. */
export function noteHolder(): void {
  if (isDesk() || isPractice()) return;
  onPicture(({ status }) => {
    if (status !== null) void note(status).catch(() => undefined);
  });
  // What was saved a moment ago counts, too.
  beforeLock(() => read<Status>("status").then(note, () => undefined));
}
