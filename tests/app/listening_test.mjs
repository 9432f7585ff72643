// A page that somebody looks at hears what others save, from a real server: without a tap, and long
// before its plan would have asked.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { until } from "./browser.mjs";
import { ask, makeHousehold, Person, TABLET } from "./people.mjs";
import { World } from "./world.mjs";

const world = new World();
const FAMILY = "Famiglia Bassi";
let desk;
let family;
let anna;
let bruno;

before(async () => {
  await world.start();
  world.person("anna", "Anna Rossi", "educator");
  world.person("bruno", "Bruno Verdi", "educator");
  world.person("office", "Ufficio", "coordinator");
  desk = world.desk("office");
  family = makeHousehold(desk, world, ["anna", "bruno"]);
  anna = await new Person(world, "anna").begin();
  bruno = await new Person(world, "bruno", TABLET).begin();
});

after(async () => {
  await anna?.end();
  await bruno?.end();
  await world.end();
});

/** Says something at the office, and sends it. */
function sayAtOffice(text) {
  desk.call("record.save", { record: family.visit, fields: { next_step: text } });
  desk.sync();
}

/**
 * Nothing but a wait can bring news soon: the plan's next exchange is further away than anybody has
 * patience here.
 */
async function settled(person) {
  await until("a plan without haste", async () => {
    const state = await ask(person.page, "sync.state");
    return state.state !== "running" && !state.due && Number(state.due_in_ms) > 120_000;
  });
}

test("[P1] what the office saves appears on a page that is looked at", async () => {
  await anna.openRecord(FAMILY, family.visitTitle);
  await settled(anna);
  sayAtOffice("portare il libretto");
  await anna.page.getByText("portare il libretto").first().waitFor();
  sayAtOffice("portare anche gli occhiali");
  await anna.page.getByText("portare anche gli occhiali").first().waitFor();
});

test("[P1] a colleague's save on another tablet appears on an open record", async () => {
  await bruno.openRecord(FAMILY, family.visitTitle);
  await settled(anna);
  await bruno.editField("Prossimo passo", "telefonare alla pediatra");
  await anna.page.getByText("telefonare alla pediatra").first().waitFor();
});

/** How many tablets wait at the server. */
async function waiting() {
  const text = await (await fetch(`${world.url}/metrics`)).text();
  return Number(/^insieme_waiting (\d+)$/m.exec(text)?.[1]);
}

async function showPage(page, isShown) {
  await page.evaluate((shown) => {
    Object.defineProperty(document, "hidden", { value: !shown, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  }, isShown);
}

test("a page that nobody sees asks once more at most, and hears all when looked at", async () => {
  await bruno.browser.stop(); // so that one tablet alone is counted
  await until("her wait", async () => (await waiting()) === 1);
  await settled(anna);
  await showPage(anna.page, false);
  sayAtOffice("mentre guarda altrove"); // ends the wait that was under way
  await until("no wait", async () => (await waiting()) === 0);
  await anna.page.getByText("mentre guarda altrove").first().waitFor();
  await settled(anna);
  sayAtOffice("detto dopo");
  assert.equal(await waiting(), 0);
  assert.equal(await anna.page.getByText("detto dopo").count(), 0);
  await showPage(anna.page, true);
  await anna.page.getByText("detto dopo").first().waitFor();
});

test("[P2] a server that was killed is listened to again when it is back", async () => {
  await until("her wait", async () => (await waiting()) === 1);
  await settled(anna);
  world.process.kill("SIGKILL");
  await new Promise((done) => world.process.on("exit", done));
  await world.start();
  sayAtOffice("dopo il guasto");
  await anna.page.getByText("dopo il guasto").first().waitFor({ timeout: 60_000 });
  await until("her wait", async () => (await waiting()) === 1);
  await settled(anna);
  sayAtOffice("di nuovo in ascolto");
  await anna.page.getByText("di nuovo in ascolto").first().waitFor();
  // That a server did not answer is the browser's own line, not a fault of the app.
  const faults = anna.page.troubles.filter((text) => !text.includes("net::ERR_CONNECTION"));
  assert.deepEqual(faults, []);
});
