// The core's two parts: the first is enough to begin with, the rest comes when it is called, and
// where it does not come nothing is lost.
import assert from "node:assert/strict";
import { join } from "node:path";
import { before, test } from "node:test";
import { day, peopleOfDay } from "./day.mjs";
import { loadModule } from "./module.mjs";
import { root, World } from "./world.mjs";

const binding = join(root, "mobile-bindings/wasm/js");
const { MemoryFiles } = await import(join(binding, "files.mjs"));
const { PartMissing } = await import(join(binding, "parts.mjs"));
const OPENING = { path: "store.db", key: "ab".repeat(32) };
const FAMILY = { type: "household", fields: { name: "Famiglia Bassi", commune: "Bibbiano" } };

let module;
let requests = 0;
const never = () => assert.fail("nothing may be sent");
/** As the worker asks. */
async function call(core, command, args = {}) {
  const request = JSON.stringify({ command, request_id: `p-${++requests}`, ...args });
  return JSON.parse(await core.exchange(request, never, never));
}
const open = (core, mode) => JSON.parse(core.open({ ...OPENING, mode }));

before(async () => {
  module = await loadModule();
});

test("parts: a store is made and its first screens are shown by the first part alone", async () => {
  const world = new World();
  try {
    await world.start();
    const asked = {};
    const people = peopleOfDay(world);
    const from = module.asked;
    await day(module.load, world, people, (name) => {
      asked[name] = module.asked - from;
    });
    assert.equal(asked.opened, 0);
    // A branch may be taken that no recorded day took: then a core asks, once.
    assert.ok(asked.written <= 2, JSON.stringify(asked));
  } finally {
    await world.end();
  }
});

test("parts: a report comes from the rest, which is asked for once", async () => {
  const core = await module.load(new MemoryFiles());
  open(core, "create");
  assert.equal((await call(core, "dossier.create", FAMILY)).ok, true);
  const from = module.asked;
  const { reports } = await call(core, "report.list");
  for (const { name } of reports) {
    assert.equal(typeof (await call(core, "report.run", { report: name })).ok, "boolean", name);
  }
  assert.equal(module.asked, from + 1);
  assert.equal((await call(core, "verify")).sound, true);
});

test("parts: without the rest the core ends, and what was saved is there", async () => {
  const files = new MemoryFiles();
  const core = await module.load(files, [], () => {
    throw new PartMissing("no network");
  });
  open(core, "create");
  assert.equal((await call(core, "dossier.create", FAMILY)).ok, true);
  await assert.rejects(async () => {
    for (const { name } of (await call(core, "report.list")).reports) {
      await call(core, "report.run", { report: name });
    }
  }, PartMissing);
  assert.equal((await call(core, "dossier.list")).error.code, "internal"); // it is no more
  const again = await module.load(files);
  assert.equal(open(again, "open").ok, true);
  assert.equal((await call(again, "dossier.list")).dossiers[0].title, "Famiglia Bassi");
  assert.equal((await call(again, "verify")).sound, true);
});
