// When photos and files travel: records always go first, and on a network that costs they may go
// alone. The browser's word for the network is a hint; the person decides.
import { keep, kept } from "./kept";

export type Carry = "auto" | "always" | "asked";
export const CARRIES: readonly Carry[] = ["auto", "always", "asked"];

const NAME = "files-carry";

/** Not in every browser, and not in TypeScript's own types. */
interface Connection extends EventTarget {
  type?: string;
  saveData?: boolean;
}
const connection = (navigator as { connection?: Connection }).connection;

export function carry(): Carry {
  const chosen = kept(NAME);
  return CARRIES.find((one) => one === chosen) ?? "auto";
}
export function setCarry(next: Carry): Promise<void> {
  return keep(NAME, next);
}

/** As far as the browser tells; most say nothing of it, and then it is none. */
export function isMetered(): boolean {
  return connection?.saveData === true || connection?.type === "cellular";
}

/** Whether an exchange that nobody asked for takes photos along. */
export function filesMayGo(): boolean {
  const chosen = carry();
  return chosen === "always" || (chosen === "auto" && !isMetered());
}

export function onConnection(changed: () => void): void {
  connection?.addEventListener?.("change", changed);
}
