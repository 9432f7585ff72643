// The module's functions as a class: texts in, texts out. What the numbers mean is in insieme.h.

const OK = 0;
const REFUSED = 1;
const NEED = ["nothing", "post", "pause"];
/** What insieme.h gives no reply for. */
const FAULTS = {
  2: ["a closed handle", "archivio chiuso"],
  3: [
    "out of memory: close other programs and open Insieme again",
    "memoria esaurita: chiudere altri programmi e riaprire Insieme",
  ],
  4: [
    "a fault of Insieme itself: close it and open it again; what was saved is safe",
    "un difetto di Insieme: chiudere e riaprire; ciò che è stato salvato è al sicuro",
  ],
};

const LOCKED = JSON.stringify({
  ok: false,
  error: {
    code: "locked",
    message_it: "L'archivio è chiuso: serve il PIN.",
    message_en: "The store is locked: the PIN is needed.",
  },
});

function faultReply(status) {
  const [english, italian] = FAULTS[status] ?? FAULTS[4];
  return JSON.stringify({
    ok: false,
    error: { code: "internal", message_it: italian, message_en: english },
  });
}

/**
 * One store, open. Every function is synchronous but `exchange`, which waits for the network in
 * between.
 */
export class Core {
  #module;
  #client = 0;
  #encoder = new TextEncoder();
  #decoder = new TextDecoder();
  /** Set once the module has ended itself: whatever it says after that is worth nothing. */
  dead = false;
  /** While an exchange waits for the network. */
  busy = false;
  /** Counts how often the store was locked: what was asked for before is not gone on with. */
  #locks = 0;

  /** `createCore` is core.js; `instantiate(imports)` gives `{instance, module}`. */
  static async load(createCore, instantiate, files, onEvent) {
    const core = new Core();
    let fail;
    const failure = new Promise((_, reject) => {
      fail = reject;
    });
    const loading = createCore({
      files,
      onEvent,
      onAbort: () => {
        core.dead = true;
      },
      instantiateWasm: (imports, done) => {
        instantiate(imports).then(({ instance, module }) => done(instance, module), fail);
        return {};
      },
    });
    core.#module = await Promise.race([loading, failure]);
    return core;
  }

  #put(bytes) {
    const at = this.#module._malloc(bytes.length || 1);
    if (at === 0) throw new Error("out of memory");
    this.#module.HEAPU8.set(bytes, at);
    return at;
  }
  #bytes(at, length) {
    return this.#module.HEAPU8.slice(at, at + length);
  }
  #word(at) {
    return new DataView(this.#module.HEAPU8.buffer).getUint32(at, true);
  }

  /** Runs `act` with a text or bytes in the module's memory and room for `words` results. */
  #with(inputs, words, act) {
    const places = [];
    try {
      for (const input of inputs) places.push(this.#put(input));
      const out = this.#put(new Uint8Array(4 * words));
      places.push(out);
      return this.#unlessItFails(() => act(places, out));
    } finally {
      for (const place of places) this.#module._free(place);
    }
  }

  /** A module that was left by an exception of JavaScript's is in the middle of something. */
  #unlessItFails(act) {
    try {
      return act();
    } catch (error) {
      this.dead = true;
      throw error;
    }
  }

  #takeText(at, length) {
    if (at === 0) return "";
    const text = this.#decoder.decode(this.#bytes(at, length));
    this.#module._insieme_free(at);
    return text;
  }

  /** Options as in insieme.h; the reply as of a command. */
  open(options) {
    const text = this.#encoder.encode(JSON.stringify(options));
    return this.#with([text], 3, ([from], out) => {
      const status = this.#module._insieme_open(from, text.length, out, out + 4, out + 8);
      if (status !== OK && status !== REFUSED) return faultReply(status);
      if (status === OK) this.#client = this.#word(out);
      return this.#takeText(this.#word(out + 4), this.#word(out + 8));
    });
  }

  /** A command as JSON; its reply as JSON. What needs the network is for `exchange`. */
  call(request) {
    if (this.dead) return faultReply(4);
    const text = this.#encoder.encode(request);
    return this.#with([text], 2, ([from], out) => {
      const status = this.#module._insieme_call(
        this.#client,
        from,
        text.length,
        0,
        0,
        out,
        out + 4,
      );
      if (status !== OK && status !== REFUSED) return faultReply(status);
      return this.#takeText(this.#word(out), this.#word(out + 4));
    });
  }

  #step(inputs, act) {
    if (this.dead) return { need: "nothing", text: faultReply(4) };
    return this.#with(inputs, 5, (places, out) => {
      const status = act(places, out);
      if (status !== OK && status !== REFUSED) return { need: "nothing", text: faultReply(status) };
      const need = NEED[this.#word(out)];
      const text = this.#takeText(this.#word(out + 4), this.#word(out + 8));
      const bodyAt = this.#word(out + 12);
      const body = this.#bytes(bodyAt, bodyAt === 0 ? 0 : this.#word(out + 16));
      this.#module._insieme_free(bodyAt);
      return { need, text, body };
    });
  }

  /** Of the module, which only ever grows. */
  memoryBytes() {
    return this.#module.HEAPU8.length;
  }

  /** After `lock`: exchanges under way are over, whatever is answered to them. */
  forgetExchanges() {
    ++this.#locks;
    this.busy = false;
  }

  #begin(request) {
    const text = this.#encoder.encode(request);
    return this.#step([text], ([from], out) =>
      this.#module._insieme_begin(
        this.#client,
        from,
        text.length,
        this.#module._insieme_event_function(),
        0,
        out,
        out + 4,
        out + 8,
        out + 12,
        out + 16,
      ),
    );
  }

  #resume(answer, body) {
    const words = this.#encoder.encode(JSON.stringify(answer));
    return this.#step([words, body], ([from, bytes], out) =>
      this.#module._insieme_resume(
        this.#client,
        from,
        words.length,
        bytes,
        body.length,
        out,
        out + 4,
        out + 8,
        out + 12,
        out + 16,
      ),
    );
  }

  /**
   * Any command; the core knows which need the network. For those `post({url, headers, …}, body)`
   * performs a request and gives `{answer, body}` (insieme_resume), `pause(ms)` waits, and other
   * commands work meanwhile.
   */
  async exchange(request, post, pause) {
    const locks = this.#locks;
    let step = this.#begin(request);
    if (step.need === "nothing") return step.text;
    this.busy = true;
    try {
      while (step.need !== "nothing") {
        let answer = {};
        let body = new Uint8Array(0);
        if (step.need === "post") {
          ({ answer, body } = await post(JSON.parse(step.text), step.body));
        } else {
          await pause(JSON.parse(step.text).ms);
        }
        if (this.#client === 0) return faultReply(2);
        if (this.#locks !== locks) return LOCKED;
        step = this.#resume(answer, body);
      }
      return step.text;
    } finally {
      if (locks === this.#locks) this.busy = false;
    }
  }

  cancel() {
    if (this.#client !== 0 && !this.dead) this.#module._insieme_cancel(this.#client);
  }

  /** Closing again does nothing. */
  close() {
    if (this.#client === 0 || this.dead) return;
    const client = new Uint8Array(4);
    new DataView(client.buffer).setUint32(0, this.#client, true);
    this.#client = 0;
    this.#with([client], 1, ([at]) => this.#module._insieme_close(at));
  }
}
