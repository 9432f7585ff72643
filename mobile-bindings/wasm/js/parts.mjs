// The module lies in two parts (tools/wasm.d/split.mjs). The first has what an educator's day
// calls; for what it does not have its table holds placeholders, until the rest takes their place.

/** Whoever says this has a module in the middle of something: it cannot go on. */
export class PartMissing extends Error {}

const one = (exports, Kind) => Object.values(exports).find((value) => value instanceof Kind);

/**
 * `instantiateFirst(imports)` gives `{instance, module}` of the first part; `restNow()` the
 * compiled rest, and is asked when something of it is first called: it throws if there is none.
 * Gives what `instantiateFirst` gave.
 */
export async function instantiateParts(imports, instantiateFirst, restNow) {
  let first = null;
  let joined = false;

  function join() {
    if (joined) return;
    // As it starts, it writes its functions into the first part's table.
    new WebAssembly.Instance(restNow(), { ...imports, p: first.instance.exports });
    joined = true;
  }

  function placeholder(at) {
    return (...given) => {
      join();
      return one(first.instance.exports, WebAssembly.Table).get(at)(...given);
    };
  }

  const placeholders = new Proxy({}, { get: (_, at) => placeholder(Number(at)) });
  first = await instantiateFirst({ ...imports, h: placeholders });
  return first;
}

const RETRY_MS = [1_000, 5_000, 30_000];
/** So long without a byte, and whoever waits is told. A slow network that goes on is waited for. */
export const STALL_MS = 10_000;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function bytesOf(url) {
  const stalled = new AbortController();
  let timer;
  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(() => stalled.abort(), STALL_MS);
  };
  wait();
  try {
    const answer = await fetch(url, { signal: stalled.signal });
    if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
    const reader = answer.body.getReader();
    const pieces = [];
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return new Blob(pieces).arrayBuffer();
      pieces.push(value);
      wait();
    }
  } finally {
    clearTimeout(timer);
  }
}

/**
 * The rest as a worker gets it: beside what it does, again where the network fails, or at once
 * where it is called before it is there. `now()` gives it, or throws PartMissing after STALL_MS;
 * `arrives()` asks again at once and resolves when it is there, or rejects with PartMissing.
 * `onThere` is called once, when it has come.
 */
export function fetchedRest(url, onThere = () => {}) {
  let rest = null;
  let coming = null;

  async function fetchOnce() {
    const bytes = await bytesOf(url);
    rest ??= await WebAssembly.compile(bytes);
  }

  function fetchShared() {
    coming ??= fetchOnce().finally(() => {
      coming = null;
    });
    return coming;
  }

  async function fetchUntilThere() {
    for (let tries = 0; rest === null; ++tries) {
      try {
        await fetchShared();
      } catch {
        await pause(RETRY_MS[Math.min(tries, RETRY_MS.length - 1)]);
      }
    }
    onThere();
  }

  async function arrives() {
    try {
      if (rest === null) await fetchShared();
    } catch (error) {
      throw new PartMissing(url, { cause: error });
    }
  }

  function now() {
    if (rest !== null) return rest;
    const request = new XMLHttpRequest();
    request.open("GET", url, false);
    request.responseType = "arraybuffer";
    request.timeout = STALL_MS; // a worker may, and nothing else runs in it meanwhile
    try {
      request.send();
    } catch (error) {
      throw new PartMissing(url, { cause: error });
    }
    if (request.status !== 200) throw new PartMissing(`${url}: ${request.status}`);
    rest = new WebAssembly.Module(request.response);
    return rest;
  }

  fetchUntilThere();
  return { now, arrives };
}
