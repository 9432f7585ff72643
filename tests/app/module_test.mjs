// The module in Node, without a browser: the command API, failures of its files, and the key.
import assert from "node:assert/strict";
import { join } from "node:path";
import { before, test } from "node:test";
import { loadModule } from "./module.mjs";
import { root } from "./world.mjs";

const binding = join(root, "mobile-bindings/wasm/js");
const { MemoryFiles } = await import(join(binding, "files.mjs"));
const { networkOf } = await import(join(binding, "network.mjs"));

const KEY = "00112233445566778899aabbccddeeff".repeat(2);
let module;

before(async () => {
  module = await loadModule();
});

function load(files, events) {
  return module.load(files, events);
}

function open(core, mode = "create", key = KEY) {
  return JSON.parse(core.open({ path: "store.db", key, mode }));
}

let requests = 0;
function call(core, command, args = {}) {
  return JSON.parse(
    core.call(
      JSON.stringify({
        command,
        request_id: `t-${++requests}`,
        ...args,
      }),
    ),
  );
}

function makeFamily(core, name = "Famiglia Bassi") {
  return call(core, "dossier.create", {
    type: "household",
    fields: { name, commune: "Bibbiano" },
  });
}

test("module: the command API works, accents and all", async () => {
  const core = await load(new MemoryFiles());
  assert.equal(open(core).ok, true);
  assert.equal(makeFamily(core, "Famiglia Nicolò «Però» 😀").ok, true);
  const found = call(core, "search", { words: "nicolo" });
  assert.equal(found.records[0].title, "Famiglia Nicolò «Però» 😀");
  const refused = call(core, "record.get", { record: "ffffffff" });
  assert.equal(refused.ok, false);
  assert.match(refused.error.message_it, /\S/);
  assert.equal(call(core, "verify").sound, true);
});

test("module: what was saved is there at the next opening, under the key alone", async () => {
  const files = new MemoryFiles();
  const first = await load(files);
  open(first);
  makeFamily(first);
  first.close();
  first.close();
  const bytes = Buffer.from(files.bytesOf("store.db"));
  assert.equal(bytes.includes("Famiglia"), false);
  assert.equal(bytes.includes("SQLite format 3"), false);

  const stranger = await load(files);
  const refused = open(stranger, "open", "ff".repeat(32));
  assert.equal(refused.error.code, "wrong_key");

  const again = await load(files);
  const reply = open(again, "open");
  assert.equal(reply.ok, true);
  assert.equal(call(again, "dossier.list").dossiers[0].title, "Famiglia Bassi");
  // Opened and closed in order, it is the same store and not a copy.
  const replica = reply.replica;
  again.close();
  const third = await load(files);
  assert.equal(open(third, "open").replica, replica);
});

test("module: a copied file is noticed and takes an identity of its own", async () => {
  const files = new MemoryFiles();
  const core = await load(files);
  const original = open(core).replica;
  core.close();
  const copy = new MemoryFiles();
  copy.write(copy.open("store.db", true), files.bytesOf("store.db"), 0);
  const other = await load(copy);
  assert.notEqual(open(other, "open").replica, original);
});

test("module: a full disk is told in words, loses nothing, and passes", async () => {
  const files = new MemoryFiles();
  const core = await load(files);
  open(core);
  makeFamily(core);
  files.quota = 0;
  let reply;
  for (let i = 0; i < 2000; ++i) {
    reply = makeFamily(core, `Famiglia ${"x".repeat(100)} ${i}`);
    if (!reply.ok) break;
  }
  assert.equal(reply.error.code, "storage_full");
  assert.match(reply.error.message_it, /spazio/);
  const before_ = call(core, "dossier.list").dossiers.length;
  files.quota = Infinity;
  assert.equal(makeFamily(core, "Famiglia dopo").ok, true);
  assert.equal(call(core, "dossier.list").dossiers.length, before_ + 1);
  assert.equal(call(core, "verify").sound, true);
});

test("module: a request goes out in steps, and other commands work meanwhile", async () => {
  const core = await load(new MemoryFiles());
  open(core);
  const asked = [];
  const post = async (request, body) => {
    asked.push({ request, body: JSON.parse(new TextDecoder().decode(body)) });
    assert.equal(makeFamily(core).ok, true);
    assert.equal(call(core, "sync.run").error.code, "busy");
    return { answer: { status: 0, failure: "no network" }, body: new Uint8Array(0) };
  };
  const request = JSON.stringify({
    command: "device.enrol",
    invitation: "http://127.0.0.1:1/ABCD-EFGH-JKMN",
  });
  const reply = JSON.parse(await core.exchange(request, post, async () => {}));
  assert.equal(reply.error.code, "unavailable");
  assert.equal(asked[0].request.url, "http://127.0.0.1:1/v1/enrol");
  assert.equal(asked[0].body.invitation, "ABCD-EFGH-JKMN");
  assert.equal(call(core, "dossier.list").dossiers.length, 1);
});

test("module: locked by a PIN, nothing is read, and a late answer changes nothing", async () => {
  const files = new MemoryFiles();
  const core = await load(files);
  open(core);
  makeFamily(core);
  const { device_secret } = call(core, "pin.set", { pin: "407319" });
  assert.match(device_secret, /^[0-9a-f]{64}$/);
  assert.equal(call(core, "pin.kept").pin, true);
  const heap = () => core.memoryBytes();
  const before_ = heap();
  let late;
  const waiting = core.exchange(
    JSON.stringify({ command: "device.enrol", invitation: "http://127.0.0.1:1/ABCD-EFGH-JKMN" }),
    () =>
      new Promise((done) => {
        late = () => done({ answer: { status: 200 }, body: new Uint8Array(0) });
      }),
    async () => {},
  );
  await new Promise((done) => setTimeout(done, 20));
  assert.equal(call(core, "lock").locked, true);
  core.forgetExchanges();
  assert.equal(call(core, "dossier.list").error.code, "locked");
  for (let i = 0; i < 4; ++i) {
    assert.equal(call(core, "unlock", { pin: "407318" }).error.code, "pin_wrong");
  }
  assert.equal(call(core, "unlock", { pin: "407319" }).ok, true);
  late();
  assert.equal(JSON.parse(await waiting).error.code, "locked");
  assert.equal(call(core, "dossier.list").dossiers.length, 1);
  // The price of a try is memory that is given back: what grew once is used again.
  assert.ok(heap() - before_ <= 24 * 1024 * 1024, `${heap()} after ${before_}`);
  core.close();

  const again = await load(files);
  const reply = open(again, "open", device_secret);
  assert.equal(reply.locked, true);
  assert.equal(open(await load(files), "open", "ff".repeat(32)).error.code, "wrong_key");
  assert.equal(call(again, "unlock", { pin: "407319" }).ok, true);
  assert.equal(call(again, "dossier.list").dossiers.length, 1);
});

test("module: a PIN file that was torn in mid-write opens with the old PIN", async () => {
  const files = new MemoryFiles();
  const core = await load(files);
  open(core);
  const { device_secret } = call(core, "pin.set", { pin: "407319" });
  call(core, "pin.kept");
  const before_ = files.bytesOf("store.db.pin");
  assert.equal(call(core, "pin.change", { pin: "407319", new_pin: "530847" }).ok, true);
  const after_ = files.bytesOf("store.db.pin");
  core.close();
  const at = files.open("store.db.pin", false);
  for (const slot of [0, 512]) {
    for (const torn of [1, 100, 511]) {
      files.write(at, before_, 0);
      files.write(at, after_.subarray(slot, slot + torn), slot);
      const again = await load(files);
      open(again, "open", device_secret);
      assert.equal(call(again, "unlock", { pin: "407319" }).ok, true, `${slot}+${torn}`);
      again.close();
    }
  }
});

test("network: another server than the page's is refused before anything is sent", async () => {
  const never = () => assert.fail("nothing may be sent");
  const post = networkOf("https://ats.example.it", never);
  const { answer } = await post({ url: "https://elsewhere.example.it/v1/enrol" }, new Uint8Array());
  assert.match(answer.refused, /altro server/);
});

test("network: an answer that is too long or cut counts as none", async () => {
  const chunk = new Uint8Array(1000);
  const answering = (fail) => async () =>
    new Response(
      new ReadableStream({
        pull(controller) {
          if (fail) controller.error(new Error("cut"));
          else controller.enqueue(chunk);
        },
      }),
    );
  const request = {
    url: "https://a.it/v1/sync",
    headers: [],
    reply_bytes_max: 5000,
    total_timeout_ms: 5000,
  };
  const long = await networkOf("https://a.it", answering(false))(request, chunk);
  assert.equal(long.answer.status, 0);
  assert.match(long.answer.failure, /più lunga/);
  const cut = await networkOf("https://a.it", answering(true))(request, chunk);
  assert.deepEqual([cut.answer.status, cut.answer.handed_over], [0, true]);
});
