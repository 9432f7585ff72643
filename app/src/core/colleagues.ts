// Who an account is, and which tablet the digits in a history are: the store writes accounts and
// digits, the server knows names. Asked for by whoever coordinates, held while the app is open and
// nowhere else; without a network the accounts stand there.
import { CoreError, tellChange } from "./core";
import { loadPeople } from "./steer";
import { currentPicture, onPicture } from "./sync";

export interface Tablet {
  name: string;
  /** The device's clock less the server's at its last exchange; undefined: not known. */
  offsetMs: number | undefined;
}

const AGAIN_MS = 600_000;
/** As many as a history writes of a device's id. */
const DIGITS = 8;

const names = new Map<string, string>();
const tablets = new Map<string, Tablet>();
let askedAt = 0;
let asking = false;

/** The account itself, while nobody told a name. */
export function nameOf(account: string): string {
  const { status } = currentPicture();
  if (status?.identity.account === account && status.identity.name) return status.identity.name;
  return names.get(account) ?? account;
}

export function tabletOf(digits: string): Tablet | undefined {
  return tablets.get(digits.slice(0, DIGITS));
}

async function ask(): Promise<void> {
  if (asking || !currentPicture().online || Date.now() - askedAt < AGAIN_MS) return;
  asking = true;
  try {
    const { people } = await loadPeople();
    for (const person of people) {
      names.set(person.account, person.name);
      for (const device of person.devices) {
        const offsetMs = device.clock_offset_ms;
        tablets.set(device.id.slice(0, DIGITS), { name: device.name, offsetMs });
      }
    }
    askedAt = Date.now();
    tellChange();
  } catch (error) {
    if (!(error instanceof CoreError)) throw error; // refused or no network: accounts will do
    if (error.code !== "unavailable") askedAt = Date.now();
  } finally {
    asking = false;
  }
}

/** Asks now, after exchanges, and not too often. Returns what ends it. */
export function learnColleagues(): () => void {
  let exchanges = -1;
  const look = (picture: { exchanges: number }): void => {
    if (picture.exchanges === exchanges) return;
    exchanges = picture.exchanges;
    void ask();
  };
  look(currentPicture());
  return onPicture(look);
}
