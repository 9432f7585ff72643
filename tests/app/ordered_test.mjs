// A tablet that the server locks: what its screen says, on every size, and that nothing is shown
// beneath it. It locks in the very run of the program in which the tablet was connected, too.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { join } from "node:path";
import { ask, look, makeHousehold, Person, PHONE } from "./people.mjs";
import { World } from "./world.mjs";

const world = new World();
const FAMILY = "Famiglia Bassi";
const PIN = "407319";
const NARROW = { width: 360, height: 740 };
let family;
let office;
let anna;
let recoveryFile;

before(async () => {
  recoveryFile = join(world.folder, "recovery.key");
  world.settings = {
    INSIEME_RECOVERY_KEY: world.admin("recovery", "keygen", "--out", recoveryFile).recovery_key,
  };
  await world.start();
  world.person("anna", "Anna Rossi", "educator");
  world.person("office", "Ufficio", "coordinator");
  office = world.desk("office");
  family = makeHousehold(office, world, ["anna"]);
  anna = await new Person(world, "anna", PHONE, PIN).begin();
  await anna.page.waitForFunction(
    async () => (await globalThis.insieme.call("pin.state")).recovery,
  );
});

after(async () => {
  await anna?.end();
  await world.end();
});

const heading = (name) => anna.page.getByRole("heading", { name, level: 1 });
const button = (name) => anna.page.getByRole("button", { name, exact: true });
const order = (...args) => world.admin("device", args[0], deviceId, ...args.slice(1));
let deviceId;

async function looksRight(name) {
  await look(anna.page, name);
  await anna.page.setViewportSize(NARROW);
  const fits = () => document.documentElement.scrollWidth <= innerWidth;
  assert.ok(await anna.page.evaluate(fits), name);
  await anna.page.setViewportSize(PHONE);
}

/** Written without a network; the server's order is met as soon as there is one again. */
async function writeAndMeet(text) {
  await anna.offline();
  const saved = await ask(anna.page, "record.save", {
    request_id: text,
    record: family.visit,
    fields: { next_step: text },
  });
  assert.equal(saved.ok, true, JSON.stringify(saved));
}

test("[P2] a tablet that is locked from afar shows nothing but why, and whom to call", async () => {
  deviceId = (await ask(anna.page, "identity")).device;
  await writeAndMeet("telefonare alla maestra");
  order("lock", "--reason", "dimenticato in autobus");
  await anna.browser.context.setOffline(false);
  anna.isOffline = false;
  await heading("Tablet bloccato").waitFor();
  await anna.page.getByText(FAMILY).waitFor({ state: "detached" });
  assert.equal((await ask(anna.page, "dossier.list")).ok, false);
  await looksRight("order-locked");
});
