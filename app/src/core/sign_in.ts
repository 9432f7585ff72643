// Signing in. With one's organization the browser leaves this page and comes back to it with a
// ticket, which is of use only with what this tab kept meanwhile; with a password of the server's
// own it stays here, step by step.
import { read, whole } from "./core";

const KEPT = "sign-in";
const MARK = "#sign_in=";
const AGAIN_MS = 500;
const TRIES = 180;

interface Way {
  way: string;
  name: string;
}

/** How this server lets people in, beside invitations. */
export interface Ways {
  /** What people call their organization's provider; empty: there is none. */
  provider: string;
  /** Whether people have passwords here. */
  account: boolean;
}

const NONE: Ways = { provider: "", account: false };

let asked: Promise<Ways> = Promise.resolve(NONE);

async function ask(): Promise<Ways> {
  try {
    const { ways } = await read<{ ways: Way[] }>("sign_in.ways", { server: location.origin });
    return {
      provider: ways.find((one) => one.way === "provider")?.name ?? "",
      account: ways.some((one) => one.way === "account"),
    };
  } catch {
    return NONE; // no network, or a server of before
  }
}

export async function waysIn(): Promise<Ways> {
  await whole; // an invitation is typed meanwhile
  asked = ask();
  return asked;
}

/** The store makes one request to a server at a time. */
export async function waysAsked(): Promise<void> {
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
export async function invitationOf({ ticket, verifier }: Returned): Promise<string> {
  for (let tries = 1; ; tries++) {
    const reply = await read<{ state: string; invitation?: string }>("sign_in.finish", {
      server: location.origin,
      ticket,
      verifier,
    });
    if (reply.invitation !== undefined || tries === TRIES) return reply.invitation ?? "";
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}

/** What the server asks a person for next, and what it shows once. */
export interface AccountStep {
  ticket: string;
  verifier: string;
  next: string;
  totp_address?: string;
  totp_secret?: string;
  recovery_codes?: string[];
}

export async function beginAccount(name: string, password: string): Promise<AccountStep> {
  return read<AccountStep>("sign_in.account", { server: location.origin, name, password });
}

/** `given`: one of code, recovery_code, new_password. */
export async function stepAccount(
  step: AccountStep,
  given: Record<string, string>,
): Promise<AccountStep> {
  const { ticket, verifier } = step;
  const reply = await read<Partial<AccountStep> & { next: string }>("sign_in.step", {
    server: location.origin,
    ticket,
    verifier,
    ...given,
  });
  return { ...reply, ticket, verifier };
}
