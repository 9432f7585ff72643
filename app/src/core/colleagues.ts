// Who an account is, and which tablet the digits in a history are: the store writes accounts and
// digits, the server knows names. They are asked for after an exchange and kept on this tablet
// beside the store, so that they stand there without a network, too.
import { CoreError, read, tellChange } from "./core";
import { chosenFolder } from "./holders";
import { keep, kept } from "./kept";
import { isPractice, practisingName } from "./practice";
import { currentPicture, onPicture } from "./sync";
import type { Identity } from "./types";
import { t } from "../words";

export interface Tablet {
  name: string;
  /** The device's clock less the server's at its last exchange; undefined: not known. */
  offsetMs: number | undefined;
}

interface Told {
  people: { account: string; name: string }[];
  /** The newest first. */
  tablets: { id: string; name: string; clock_offset_ms?: number }[];
}

/** Whoever decides wants to know of clocks; names hardly ever change. */
const SOON_MS = 600_000;
const LATER_MS = 6 * 3_600_000;
/** As many as a history writes of an id. */
const DIGITS = 8;
/** More is not kept for when there is no network. */
const KEPT_MAX = 1000;

const names = new Map<string, string>();
const tablets = new Map<string, Tablet>();
let askedAt = 0;
let asking = false;
/** Accounts and digits on the screen that nobody told a name of, and those asked for in vain. */
const missing = new Set<string>();
const unknown = new Set<string>();

function miss(what: string): void {
  if (unknown.has(what) || missing.has(what)) return;
  missing.add(what);
  setTimeout(() => void ask(SOON_MS), 0);
}

/** As far as it is known here. */
function knownName(account: string): string | undefined {
  if (isPractice()) return practisingName(account);
  const { status } = currentPicture();
  if (status?.identity.account === account && status.identity.name) return status.identity.name;
  return names.get(account);
}

/** The account itself, while nobody told a name. */
export function nameOf(account: string): string {
  const name = knownName(account);
  if (name === undefined && account !== "" && !isPractice()) miss(account);
  return name ?? account;
}

/** Fields that hold a colleague's account: a person reads the name. */
const ACCOUNTS = new Set([
  "author", "educator", "from", "frozen_by", "opened_by", "operator", "ordered_by",
  "reference_operator", "to", "user_id", "worker",
]);
export const shownIn = (field: string, text: string): string =>
  ACCOUNTS.has(field) ? nameOf(text) : text;

/** In a form, where it may be half an account: the server is asked for none of these. */
export const typedName = (field: string, text: string): string =>
  ACCOUNTS.has(field) ? (knownName(text) ?? text) : text;

/** Of what `author` wrote on it. */
export function tabletOf(device: string, author: string): Tablet | undefined {
  if (isPractice()) {
    return { name: t("tablet_of", { who: nameOf(author) }), offsetMs: undefined };
  }
  const digits = device.slice(0, DIGITS);
  const tablet = tablets.get(digits);
  if (tablet === undefined && /^[0-9a-f]{8}$/.test(digits)) miss(digits);
  return tablet;
}

/** What screens show of all that: of clocks nobody reads the seconds. */
const shownNow = (): string =>
  JSON.stringify([
    [...names],
    [...tablets].map(([id, one]) => [id, one.name, Math.round((one.offsetMs ?? 0) / 60_000)]),
  ]);

/** Whether anything is said otherwise than before. */
function take(told: Told): boolean {
  const before = shownNow();
  for (const { account, name } of told.people) names.set(account, name);
  for (const one of told.tablets) {
    tablets.set(one.id, { name: one.name, offsetMs: one.clock_offset_ms });
  }
  return shownNow() !== before;
}

/** Nobody told of them, or nobody will: they are asked for no more. */
function giveUp(asked: string[]): void {
  for (const one of asked) {
    missing.delete(one);
    if (!names.has(one) && !tablets.has(one)) unknown.add(one);
  }
}

const place = (): string => `colleagues ${chosenFolder()}`;

/** Not again within `pause`, but for what was not asked for yet. */
async function ask(pause: number): Promise<void> {
  const isDue = missing.size > 0 || Date.now() - askedAt >= pause;
  const { online, state } = currentPicture();
  if (asking || !isDue || !online || !state?.enrolled) return;
  asking = true;
  // What the screen misses meanwhile is another question.
  const asked = [...missing];
  try {
    const told = await read<Told>("colleagues");
    askedAt = Date.now();
    const isNews = take(told);
    giveUp(asked);
    const people = told.people.slice(0, KEPT_MAX);
    const tablets = told.tablets.slice(0, KEPT_MAX);
    // Without room they are known until this page goes.
    await keep(place(), JSON.stringify({ people, tablets })).catch(() => undefined);
    if (isNews) tellChange();
    if (missing.size > 0) setTimeout(() => void ask(SOON_MS), 0);
  } catch (error) {
    if (!(error instanceof CoreError)) throw error; // refused or no network: what is kept will do
    if (error.code === "unavailable") return; // with the next exchange
    askedAt = Date.now();
    giveUp(asked);
  } finally {
    asking = false;
  }
}

/**
 * What was kept at once, then after exchanges and not too often; `soon`: whoever decides. Returns
 * what ends it.
 */
export function learnColleagues(me: Identity, soon: boolean): () => void {
  if (!me.enrolled || isPractice()) return () => undefined;
  try {
    if (names.size === 0) take(JSON.parse(kept(place())) as Told);
  } catch {
    // Nothing was kept.
  }
  let exchanges = 0;
  const look = (picture: { exchanges: number }): void => {
    if (picture.exchanges === exchanges) return;
    exchanges = picture.exchanges;
    void ask(soon ? SOON_MS : LATER_MS);
  };
  look(currentPicture());
  return onPicture(look);
}
