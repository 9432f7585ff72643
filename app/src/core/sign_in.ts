// Signing in with one's organization: the browser leaves this page and comes back to it with a
// ticket, which is of use only with what this tab kept meanwhile.
import { read } from "./core";

const KEPT = "sign-in";
const MARK = "#sign_in=";
const AGAIN_MS = 500;
const TRIES = 180;

interface Way {
  way: string;
  name: string;
}

let asked: Promise<string> = Promise.resolve("");

async function ask(): Promise<string> {
  try {
    const { ways } = await read<{ ways: Way[] }>("sign_in.ways", { server: location.origin });
    return ways.find((one) => one.way === "provider")?.name ?? "";
  } catch {
    return ""; // no network, or a server of before
  }
}

/** What people call the provider; empty where people are invited, or nothing can be heard of it. */
export function providerName(): Promise<string> {
  asked = ask();
  return asked;
}

/** The store makes one request to a server at a time. */
export async function providerAsked(): Promise<void> {
  await asked;
}

/** Leaves this page. */
export async function signIn(): Promise<void> {
  const begun = await read<{ address: string; verifier: string }>("sign_in.begin", {
    server: location.origin,
    back_to: "app",
  });
  sessionStorage.setItem(KEPT, begun.verifier);
  location.assign(begun.address);
}

export interface Returned {
  ticket: string;
  verifier: string;
}

/** What a browser that comes back brought; null if it comes from nowhere. Works once. */
export function takeReturned(): Returned | null {
  if (!location.hash.startsWith(MARK)) return null;
  const ticket = location.hash.slice(MARK.length);
  history.replaceState(null, "", location.pathname);
  const verifier = sessionStorage.getItem(KEPT) ?? "";
  sessionStorage.removeItem(KEPT);
  return { ticket, verifier };
}

/** Whether this tab began it: a ticket that somebody else sends here is thrown away. */
export function isOurs(returned: Returned): boolean {
  return returned.ticket !== "" && returned.verifier !== "";
}

/** The invitation that came of it. */
export async function invitationOf(returned: Returned): Promise<string> {
  for (let tries = 1; ; tries++) {
    const reply = await read<{ state: string; invitation?: string }>("sign_in.finish", {
      server: location.origin,
      ...returned,
    });
    if (reply.invitation !== undefined || tries === TRIES) return reply.invitation ?? "";
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}
