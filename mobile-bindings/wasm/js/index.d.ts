/** Why something was not done, in words for a person. Codes: docs/commands.md. */
export interface Failure {
  code: string;
  message_it: string;
  message_en: string;
  field?: string;
  problems?: Problem[];
  details?: Record<string, unknown>;
}
/** A rule of the schema that a record breaks. */
export interface Problem {
  field: string;
  label: string;
  severity: "error" | "warning";
  rule: string;
  message_it: string;
  message_en: string;
}
export type Reply<T> = ({ ok: true } & T) | { ok: false; error: Failure };

/** Something that happened without being asked for. */
export type Event =
  /** Another tab has the store; `open` goes on when it is closed or hands it over. */
  | { event: "waiting" }
  /** This tab gave the store to another one: nothing works here until the page is loaded again. */
  | { event: "handed_over" }
  /**
   * The store was closed: for a copy, and has a PIN, so that `unlock` opens it again; or because
   * the server locked or wiped this device, as `pin.state` tells.
   */
  | { event: "locked" }
  /** The core's second part is here; once, soon after the store was first opened. */
  | { event: "part_arrived" }
  /** It was needed before and did not come: nothing works until `revive`. */
  | { event: "part_missing" }
  | {
      event: "sync";
      step: string;
      unsent_left: string;
      wait_ms?: number;
      [more: string]: unknown;
    };

/** Whoever carries messages to the store and back: a worker, or what stands for one. */
export interface Carrier {
  postMessage(message: { id: number }): void;
  onmessage: ((message: MessageEvent) => void) | null;
}

/**
 * The store of this browser, in its worker. Calls are answered in the order in which they can be;
 * one that needs the network (`sync.run`, `device.enrol`, `sign_in.begin`, `finding.fetch` …) keeps
 * none of the others waiting. Here `sync.wait` performs its request, too: the reply is that of
 * `sync.waited`, up to a minute later.
 */
export class Insieme {
  constructor(worker: Carrier | Worker);
  /**
   * Opens the store of that folder of the Origin Private File System, or makes it. Waits while
   * another tab has it. With a PIN the reply is that of `pin.state`, `locked` is true, and
   * `unlock` or `recovery.answer` opens it. What `pin.set` and `pin.remove` give to keep stays in
   * the worker. Where the server wiped the store, the reply tells so (`order` is `wiped`) until it
   * is opened `anew`, which makes another one. Failures: `key_lost`, `wrong_key`,
   * `storage_newer`, `storage_full`, `storage_failure`.
   */
  open(folder?: string, anew?: boolean): Promise<Reply<Record<string, unknown>>>;
  /** One command of docs/commands.md. Never rejects: failures are replies. */
  call<T = Record<string, unknown>>(
    command: string,
    args?: Record<string, unknown>,
  ): Promise<Reply<T>>;
  /** Asks the tab that has the store to give it to this one. */
  takeOver(): Promise<Reply<unknown>>;
  /** The whole store as one encrypted file. `busy` while an exchange is under way. */
  copy(): Promise<Reply<{ bytes: Uint8Array }>>;
  /**
   * Throws a store and its key away, for good: the practice store, or the one that is open here.
   * Of one that is enrolled nothing may be unsent, carried for others or drafted (`unsent`), nor
   * refused by the server (`refused`). Other failures: `not_allowed`, `busy`, `locked`.
   */
  erase(folder: string): Promise<Reply<unknown>>;
  /**
   * After `part_missing`: asks for the missing part again and opens the store anew, as after a
   * kill. `locked` if it has a PIN. `part_missing` again once nothing has come for ten seconds.
   */
  revive(): Promise<Reply<{ locked?: boolean }>>;
  close(): Promise<Reply<unknown>>;
  /** Returns what ends the listening. */
  onEvent(listener: (event: Event) => void): () => void;
}

/** The folder of the practice store: no command that needs the network works there. */
export const PRACTICE: string;
/** `kept`: the browser promises not to throw the store away by itself. Bytes. */
export function keepStorage(): Promise<{ kept: boolean; usage: number; quota: number }>;
/** For `request_id`: one per act of a person. */
export function requestId(): string;
