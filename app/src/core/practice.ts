// A store to practise in: invented families, a place of its own, and no server ever (the worker
// lets no command of the network through there). Whoever practises chooses a role, and another one
// whenever they like: it is the same little world. It ends with the tab, or when it is thrown away.
import { eraseStore, open, PRACTICE, read, tellChange } from "./core";
import { keep, kept } from "./kept";
import type { Dossier } from "./types";
import type { Word } from "../words";
import { makeWorld, PEOPLE, writeAs, type Practising } from "./practice_world";

const KEY = "insieme-practising";
/** Set while the world is made: one that was cut by a kill is made anew. */
const MAKING = "practice-making";

export function isPractice(): boolean {
  return sessionStorage.getItem(KEY) === "yes";
}

function again(): void {
  location.hash = "#/";
  location.reload();
}
export function enterPractice(): void {
  sessionStorage.setItem(KEY, "yes");
  again();
}
export function leavePractice(): void {
  sessionStorage.removeItem(KEY);
  again();
}
export async function throwPracticeAway(): Promise<void> {
  await eraseStore(PRACTICE);
  leavePractice();
}

export function practisingName(account: string): string | undefined {
  return PEOPLE.find((one) => one.account === account)?.name;
}

export async function practiseAs(role: Practising["role"]): Promise<void> {
  const who = PEOPLE.find((one) => one.role === role);
  if (who) await writeAs(who);
  location.hash = "#/";
  tellChange();
}

/** What became of a save, in words. */
export const savedWord = (): Word => (isPractice() ? "practice_saved" : "saved_here");

/** A role is chosen on a screen that knows which one it was. */
export async function chooseRoleAgain(me: { account: string; name: string }): Promise<void> {
  await writeAs({ ...me, role: "" });
  location.hash = "#/";
  tellChange();
}

/** One of a program that knew no roles has no network, and nothing to decide. */
const isOfToday = (dossiers: Dossier[]): boolean => dossiers.some((one) => one.type === "network");

/** At the first opening; a world that was cut, or is an older program's, is made anew. */
export async function fillPractice(): Promise<void> {
  const { dossiers } = await read<{ dossiers: Dossier[] }>("dossier.list");
  const isCut = kept(MAKING) === "yes";
  if (!isCut && isOfToday(dossiers)) return;
  if (isCut || dossiers.length > 0) {
    await keep(MAKING, "yes");
    await eraseStore(PRACTICE);
    await open(PRACTICE);
  }
  await keep(MAKING, "yes");
  await makeWorld();
  await writeAs({ account: "anna", name: "", role: "" });
  await keep(MAKING, "");
}
