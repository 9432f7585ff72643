// The dedicated worker that holds the store. One tab at a time has it: the others wait, and may ask
// for it. Messages in: {id, act, …}; out: {id, …} for each, and {event} whenever something happens.
import { Core } from "./core.mjs";
import { filesOfStore, OpfsFiles } from "./files.mjs";
import { dropKey, keepKey, makeKey, readKey } from "./keys.mjs";
import { networkOf } from "./network.mjs";
import { fetchedRest, instantiateParts, PartMissing } from "./parts.mjs";
import { waitForNews } from "./waiting.mjs";

const STORE = "store.db";
/** Of `status`: what would be lost with the store. */
const ONLY_HERE = ["unsent", "blobs_to_send", "drafts", "exchanged", "letters", "openings"];
const REFUSED = ["refused", "blobs_refused"];
/** Commands whose reply has what this browser keeps from now on in place of the key. */
const KEPT_HERE = new Set(["pin.set", "pin.remove"]);
/** The server closed the store: for a while, or for good. */
const ORDERED = new Set(["device_locked", "device_wiped"]);
/** A store to practise in (index.mjs): invented families, and no server ever. */
const PRACTICE = "insieme-practice";

/**
 * `createCore` is core.js; `wasmUrl` and `restUrl` are where core.wasm and core-rest.wasm are.
 * Called once, by the worker's script.
 */
export function serve(createCore, wasmUrl, restUrl) {
  let core = null;
  let files = null;
  let letGo = null;
  const handover = new BroadcastChannel("insieme-store");
  const post = networkOf(self.location.origin);
  const tell = (event) => self.postMessage({ event });
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

  async function instantiateFirst(imports) {
    const answer = await fetch(wasmUrl);
    try {
      return await WebAssembly.instantiateStreaming(answer.clone(), imports);
    } catch {
      return WebAssembly.instantiate(await answer.arrayBuffer(), imports);
    }
  }

  let rest = null;
  /** The core was left in the middle of something for want of the rest: `revive` opens another. */
  let missing = false;
  /** The rest comes after the first part, and never in its way. */
  async function instantiate(imports) {
    const first = await instantiateParts(imports, instantiateFirst, () => rest.now());
    rest ??= fetchedRest(restUrl, () => tell({ event: "part_arrived" }));
    return first;
  }

  function failure(code, italian, english) {
    return { ok: false, error: { code, message_it: italian, message_en: english } };
  }

  const NOT_OPEN = failure(
    "not_open",
    "L'archivio non è aperto in questa scheda.",
    "The store is not open in this tab.",
  );

  const BUSY = failure("busy", "C'è uno scambio in corso.", "An exchange is under way.");

  /** Resolves when this tab has the store, and not before. */
  function hold() {
    return new Promise((resolve) => {
      const granted = (lock) => {
        if (lock === null) {
          tell({ event: "waiting" });
          navigator.locks.request("insieme-store", granted);
          return undefined;
        }
        resolve();
        return new Promise((release) => {
          letGo = release;
        });
      };
      navigator.locks.request("insieme-store", { ifAvailable: true }, granted);
    });
  }

  const NOT_ARRIVED = failure(
    "part_missing",
    "Una parte di Insieme non è ancora arrivata. Ciò che è stato salvato è al sicuro.",
    "A part of Insieme has not arrived yet. What was saved is safe.",
  );

  function closeFiles() {
    missing = false;
    core?.cancel();
    core?.close();
    files?.close();
    core = null;
    files = null;
  }

  function close() {
    closeFiles();
    letGo?.();
    letGo = null;
  }

  handover.onmessage = ({ data }) => {
    if (data !== "yield" || core === null) return;
    close();
    tell({ event: "handed_over" });
  };

  let opening = null; // how this store was opened
  let place = ""; // its folder

  /** The page never sees the secret; the core goes over to it once it is on the disk. */
  async function keepSecret(reply) {
    await keepKey(place, reply.device_secret);
    opening.key = reply.device_secret;
    return JSON.parse(core.call(JSON.stringify({ command: "pin.kept" })));
  }

  /** The core has closed the store. Of a wiped one the key goes, and the server is told. */
  async function followOrder(code) {
    core.forgetExchanges();
    if (code === "device_wiped") await dropKey(place);
    await contact();
    tell({ event: "locked" });
  }

  /** Whether a lock still stands; or that all was destroyed. Without a network: the next time. */
  async function contact() {
    const asked = JSON.stringify({ command: "order.contact" });
    return JSON.parse(await core.exchange(asked, post, pause));
  }

  async function call(request) {
    if (request.command === "sync.wait") {
      const ask = (text) => {
        if (core === null || missing) return JSON.stringify(missing ? NOT_ARRIVED : NOT_OPEN);
        return core.call(text);
      };
      return waitForNews(request, ask, post);
    }
    const reply = JSON.parse(await core.exchange(JSON.stringify(request), post, pause));
    if (!reply.ok && ORDERED.has(reply.error.code)) await followOrder(reply.error.code);
    if (!reply.ok && reply.error.code === "device_wiping") tell({ event: "locked" });
    if (!reply.ok) return reply;
    if (KEPT_HERE.has(request.command)) return keepSecret(reply);
    if (request.command === "lock") core.forgetExchanges();
    return reply;
  }

  /** Why the open store must not be thrown away yet; null: the server has all of it. */
  function stillNeeded() {
    const status = JSON.parse(core.call(JSON.stringify({ command: "status" })));
    if (!status.ok) return status;
    if (!status.identity.enrolled) return null;
    if (ONLY_HERE.some((name) => Number(status[name]) > 0)) {
      return failure(
        "unsent",
        "Qui c'è ancora lavoro che il server non ha (anche di colleghi), o una bozza: prima " +
          "inviare, e salvare o scartare le bozze.",
        "There is still work here that the server does not have (of colleagues, too), or a " +
          "draft: first send it, and save or discard the drafts.",
      );
    }
    if (REFUSED.every((name) => Number(status[name]) === 0)) return null;
    return failure(
      "refused",
      "Il server ha rifiutato una parte del lavoro, che è conservata soltanto qui: parlarne con " +
        "chi coordina prima di togliere l'archivio.",
      "The server refused a part of the work, which is kept here alone: talk to your " +
        "coordinator before you remove the store.",
    );
  }

  /** A store and its key, for good: the practice one, or the open one once nothing is unsent. */
  async function erase(folder) {
    if (core === null ? folder !== PRACTICE : folder !== place) {
      return failure("not_allowed", "Non è l'archivio aperto qui.", "Not the store open here.");
    }
    if (core !== null && folder !== PRACTICE) {
      if (core.busy) return BUSY;
      const needed = stillNeeded();
      if (needed !== null) return needed;
    }
    closeFiles();
    try {
      await dropKey(folder);
      const root = await navigator.storage.getDirectory();
      await root.removeEntry(folder, { recursive: true }).catch((error) => {
        if (error?.name !== "NotFoundError") throw error;
      });
    } finally {
      close(); // only now may another tab that waits have the store's place
    }
    return { ok: true };
  }

  /** The whole store as one encrypted file: closing it is what puts everything into one. */
  function copy() {
    if (core === null || core.busy) return BUSY;
    core.close();
    const bytes = files.bytesOf(STORE);
    const reply = JSON.parse(core.open({ ...opening, mode: "open" }));
    if (!reply.ok) return reply;
    if (reply.locked) tell({ event: "locked" }); // opened again without its PIN
    return { ok: true, bytes };
  }

  const loadCore = () =>
    Core.load(createCore, instantiate, files, (event) => tell(JSON.parse(event)));

  /** The store as after a kill, by a core that has all its parts; with a PIN it is locked. */
  async function revive() {
    if (core === null) return NOT_OPEN;
    if (!missing) return { ok: true, locked: false };
    await rest.arrives();
    if (!missing) return { ok: true, locked: false }; // asked twice
    files.close();
    files = await OpfsFiles.open(place, filesOfStore(STORE));
    core = await loadCore();
    const reply = JSON.parse(core.open({ ...opening, mode: "open" }));
    missing = !reply.ok;
    return reply;
  }

  async function open(folder, anew) {
    await hold();
    place = folder;
    files = await OpfsFiles.open(folder, filesOfStore(STORE));
    const exists = files.exists(STORE);
    // What is left of a store that the server wiped says so, until somebody begins anew.
    const ordered = files.exists(`${STORE}.order`);
    let key = await readKey(folder);
    if (exists && key === null && !ordered) {
      close();
      return failure(
        "key_lost",
        "C'è un archivio, ma la sua chiave non è più in questo browser. Non cancellare nulla: " +
          "chiamare chi gestisce Insieme.",
        "There is a store, but its key is no longer in this browser. Erase nothing: call the " +
          "people who run Insieme.",
      );
    }
    key ??= await makeKey(folder);
    core = await loadCore();
    const practice = folder === PRACTICE;
    const mode = exists || (ordered && !anew) ? "open" : "create";
    opening = { path: STORE, key, mode, practice };
    let reply = JSON.parse(core.open(opening));
    if (!reply.ok) close();
    if (!reply.ok || !ordered) return reply;
    if (reply.order === "wiped") await dropKey(folder);
    // A new store goes on at once: that the old one is gone is told beside it.
    const contacted = await contact();
    if (contacted.error?.code === "device_wiped") {
      await dropKey(folder); // handed over and destroyed just now: the server is told, too
      await contact();
    }
    if (reply.order) reply = { ...reply, ...contacted, ok: true };
    return reply;
  }

  async function answer({ act, folder, anew, request }) {
    if (missing && ["call", "copy", "erase"].includes(act)) return NOT_ARRIVED;
    switch (act) {
      case "open":
        if (core !== null) return failure("busy", "Già aperto.", "Open already.");
        try {
          return await open(folder, anew === true);
        } catch (error) {
          close(); // whoever waits for the store may have it
          throw error;
        }
      case "call": {
        if (core === null) {
          return NOT_OPEN;
        }
        return call(request);
      }
      case "take_over":
        handover.postMessage("yield");
        return { ok: true };
      case "revive":
        return revive();
      case "copy":
        return copy();
      case "close":
        close();
        return { ok: true };
      case "erase":
        return erase(folder);
      default:
        return failure("unknown_command", "Richiesta sconosciuta.", "Unknown request.");
    }
  }

  self.onmessage = async ({ data }) => {
    let reply;
    try {
      reply = await answer(data);
    } catch (error) {
      if (error instanceof PartMissing) {
        missing = core !== null;
        if (missing && data.act !== "revive") tell({ event: "part_missing" });
        self.postMessage({ id: data.id, reply: NOT_ARRIVED });
        return;
      }
      reply = failure(
        error?.name === "QuotaExceededError" ? "storage_full" : "storage_failure",
        "L'archivio di questo browser non risponde: chiudere le altre schede di Insieme e " +
          `ricaricare la pagina (${error?.message ?? error}).`,
        "This browser's storage does not answer: close the other tabs of Insieme and reload " +
          `the page (${error?.message ?? error}).`,
      );
    }
    self.postMessage({ id: data.id, reply });
  };
}
