// What a page uses: the store of this browser, in its worker. Types: index.d.ts.

/** See index.d.ts. */
export class Insieme {
  #worker;
  #waiting = new Map();
  #next = 1;
  #listeners = new Set();

  /** `worker`: a dedicated worker whose script calls `serve` of worker.mjs. */
  constructor(worker) {
    this.#worker = worker;
    worker.onmessage = ({ data }) => {
      if (data.event) {
        for (const listener of this.#listeners) listener(data.event);
        return;
      }
      this.#waiting.get(data.id)?.(data.reply);
      this.#waiting.delete(data.id);
    };
  }

  #ask(message) {
    const id = this.#next++;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.#worker.postMessage({ id, ...message });
    });
  }

  open(folder = "insieme", anew = false) {
    return this.#ask({ act: "open", folder, anew });
  }

  call(command, args = {}) {
    return this.#ask({ act: "call", request: { command, ...args } });
  }

  takeOver() {
    return this.#ask({ act: "take_over" });
  }

  copy() {
    return this.#ask({ act: "copy" });
  }

  revive() {
    return this.#ask({ act: "revive" });
  }

  erase(folder) {
    return this.#ask({ act: "erase", folder });
  }

  close() {
    return this.#ask({ act: "close" });
  }

  onEvent(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

/** Asks that the browser never throws the store away by itself. Only a page can ask. */
export async function keepStorage() {
  const storage = navigator.storage;
  const kept = (await storage?.persisted?.()) || (await storage?.persist?.()) || false;
  const { usage = 0, quota = 0 } = (await storage?.estimate?.()) ?? {};
  return { kept, usage, quota };
}

/** The folder of the practice store. */
export const PRACTICE = "insieme-practice";

/** One per act of a person: repeated after a kill, it writes nothing twice. */
export function requestId() {
  return crypto.randomUUID();
}
