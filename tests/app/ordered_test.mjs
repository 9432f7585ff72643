// A tablet that the server locks: what its screen says, on every size, and that nothing is shown
// beneath it. It locks in the very run of the program in which the tablet was connected, too.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { until } from "./browser.mjs";
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
  recoveryFile = world.makeRecovery();
  await world.start();
  world.person("anna", "Anna Rossi", "educator");
  world.person("office", "Ufficio", "coordinator");
  office = world.desk("office");
  family = makeHousehold(office, world, ["anna"]);
  anna = await new Person(world, "anna", PHONE, PIN).begin();
  await until("a way back in", async () => (await ask(anna.page, "pin.state")).recovery);
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

test("[P2] once the server lets go the PIN opens it, and what was not sent is sent", async () => {
  order("unlock");
  await button("Riprova").click();
  await heading("Insieme è chiuso").waitFor();
  await anna.unlock(PIN);
  await anna.page.getByRole("navigation", { name: "Sezioni" }).waitFor();
  await anna.send();
  assert.equal(Number((await ask(anna.page, "status")).unsent), 0);
  office.sync();
  const { record } = office.call("record.get", { record: family.visit });
  assert.equal(record.fields.next_step.text, "telefonare alla maestra");
});

test("[P2] the coordinator's code opens a locked tablet, also without a network", async () => {
  order("lock", "--reason", "dimenticato in biblioteca");
  await anna.goTo("outbox");
  await button("Invia e ricevi adesso").click();
  await heading("Tablet bloccato").waitFor();
  await anna.browser.context.setOffline(true);
  await button("Ho un codice di sblocco").click();
  await anna.page.waitForFunction(
    () => document.querySelector("output")?.textContent.length > 200,
  );
  const request = await anna.page.getByLabel("1. Dai questo codice a chi coordina").textContent();
  const { answer } = world.admin("recovery", "answer", request, "--key", recoveryFile);
  await anna.page.getByLabel("Codice di sblocco").fill(answer);
  await anna.page.getByLabel("PIN nuovo").fill("530847");
  await anna.page.getByLabel("Ancora una volta").fill("530847");
  await button("Apri con il PIN nuovo").click();
  await anna.page.getByRole("navigation", { name: "Sezioni" }).waitFor();
  await anna.openRecord(FAMILY, family.visitTitle);
  await anna.browser.context.setOffline(false);
});

test("[P2] a wiped tablet says what became of it, and begins anew with an invitation", async () => {
  order("unlock");
  await anna.send();
  await anna.offline();
  await writeAndMeet("l'ultima cosa scritta");
  order("wipe", "--reason", "rubato in treno");
  await anna.browser.context.setOffline(false);
  anna.isOffline = false;
  await heading("Tablet cancellato").waitFor();
  await looksRight("order-wiped");
  office.sync();
  assert.match(JSON.stringify(office.call("inbox.list")), /l'ultima cosa scritta/);
  await button("Ricomincia con un nuovo invito").click();
  await anna.page.getByLabel("Codice di invito").fill(world.invite("anna"));
  await button("Collega questo tablet").click();
  await anna.choosePin("663214");
  await anna.page.getByRole("navigation", { name: "Sezioni" }).waitFor();
  await anna.openRecord(FAMILY, family.visitTitle);
  assert.deepEqual(anna.page.troubles, []);
});
