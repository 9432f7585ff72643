// What is typed where no record has a form yet, a decision, a reason, a new household, survives the
// lock and a kill, and nobody reads it while the store is locked. Over the program of a desk.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Browser, until } from "./browser.mjs";
import { Host } from "./host.mjs";
import { addTeam, ask, DESK, look, makeHousehold } from "./people.mjs";
import { World } from "./world.mjs";

const world = new World();
const PIN = "407319";
const VALUE = "la maestra e il pediatra, insieme";
const REASON = "lo ha chiesto la madre al telefono";
const families = [];
let desks;
let carla;
const browser = new Browser();
let host;
let page;

before(async () => {
  await world.start();
  addTeam(world);
  const office = world.desk("office");
  for (const name of ["Famiglia Bassi", "Famiglia Ferri", "Famiglia Galli"]) {
    families.push(makeHousehold(office, world, ["anna", "bruno", "dario"], name));
  }
  desks = ["anna", "bruno", "dario"].map((one) => world.desk(one));
  for (const desk of desks) desk.sync();
  for (const { visit } of families) {
    desks.forEach((desk, at) =>
      desk.call("record.save", { record: visit, fields: { next_step: `passo ${at}` } }),
    );
  }
  for (const desk of [desks[0], desks[1]]) desk.sync(); // the third one keeps it for later
  carla = world.desk("carla");
  carla.sync();
  await browser.start();
  host = await new Host(carla.store).start();
  page = await browser.page(host.address, DESK);
  await page.getByLabel("PIN nuovo").fill(PIN);
  await page.getByLabel("Ancora una volta").fill(PIN);
  await page.getByRole("button", { name: "Imposta il PIN" }).click();
  await nav().waitFor();
});

after(async () => {
  await browser.end();
  await host?.end();
  await world.end();
});

const nav = () => page.getByRole("navigation", { name: "Sezioni" });
const button = (name) => page.getByRole("button", { name, exact: true });
const goTo = (...path) =>
  page.evaluate((hash) => {
    location.hash = hash;
  }, `#/${path.map(encodeURIComponent).join("/")}`);
const drafts = async () => (await ask(page, "draft.list")).drafts;

async function itemOf(family) {
  const { items } = await ask(page, "review.list");
  return items.find((one) => one.record === family.visit);
}

/** With the last letter: before a draft would have been kept by itself. */
async function lock(...unreadable) {
  await button("Chiudi adesso").click();
  await page.getByRole("heading", { name: "Insieme è chiuso" }).waitFor();
  await until(
    "a closed store",
    async () => (await ask(page, "draft.list")).error?.code === "locked",
  );
  const shown = await page.evaluate(
    () =>
      document.documentElement.outerHTML +
      [...document.querySelectorAll("input,textarea")].map((one) => one.value).join("\n") +
      JSON.stringify({ ...localStorage }) +
      JSON.stringify({ ...sessionStorage }),
  );
  for (const text of unreadable) assert.equal(shown.includes(text), false, text);
}
async function unlock() {
  await page.getByLabel("PIN", { exact: true }).fill(PIN);
  await page.getByRole("button", { name: "Apri", exact: true }).click();
  await nav().waitFor();
}
/** The program and the browser's page at once, as when the power goes. */
async function kill(...path) {
  await page.close();
  await host.end("SIGKILL");
  host = await new Host(carla.store).start(host.port);
  page = await browser.page(host.address, DESK);
  await unlock();
  await goTo(...path);
}
const kept = (act, text) =>
  until(`a draft with ${text}`, async () =>
    (await drafts()).some((one) => one.act === act && JSON.stringify(one.fields).includes(text)),
  );
const value = async (label) => page.getByLabel(label).inputValue();

test("[P2] a decision's value and reason are there after the lock, and after a kill", async () => {
  const item = await itemOf(families[0]);
  await goTo("review", item.id);
  await button("Scrivi un altro valore").click();
  await page.getByLabel("Il valore che vale").fill(VALUE);
  await page.getByLabel("Motivo").fill(REASON);
  await lock(VALUE, REASON);
  await unlock();
  await until("the reason", async () => (await value("Motivo")) === REASON);
  assert.equal(await value("Il valore che vale"), VALUE);
  await page.getByLabel("Motivo").fill(`${REASON}, ieri`);
  await kept("review.resolve", "ieri");
  await kill("outbox");
  await page.getByRole("link", { name: /Decisione.*Famiglia Bassi/ }).click();
  await until("the reason", async () => (await value("Motivo")) === `${REASON}, ieri`);
  assert.equal(await value("Il valore che vale"), VALUE);
  await look(page, "typed-decision");
  await page.setViewportSize(DESK);
  await button("Decidi").click();
  await page.getByText("Deciso. La decisione").waitFor();
  assert.deepEqual(await drafts(), []);
  const { record } = await ask(page, "record.get", { record: families[0].visit });
  assert.equal(record.fields.next_step.text, VALUE);
  assert.equal(record.decisions.at(-1).reason, `${REASON}, ieri`);
});

test("[P5] a decision of one's own is opened again later, with the reason", async () => {
  await goTo("record", families[0].visit);
  await button("Ci ho ripensato: riapri").click();
  await page.getByLabel("Perché la riapri").fill("la maestra è cambiata");
  await lock("la maestra è cambiata");
  await unlock();
  await until(
    "the reason",
    async () => (await value("Perché la riapri")) === "la maestra è cambiata",
  );
  await button("Riapri la questione").click();
  await page.getByText("Riaperta: è di nuovo fra le questioni da decidere.").waitFor();
  assert.equal((await itemOf(families[0])).contested, true);
  assert.deepEqual(await drafts(), []);
});

test("[P4] what arrived behind the lock is looked at before what was typed decides", async () => {
  const item = await itemOf(families[1]);
  await goTo("review", item.id);
  await button("Scrivi un altro valore").click();
  await page.getByLabel("Il valore che vale").fill(VALUE);
  await page.getByLabel("Motivo").fill(REASON);
  await lock(VALUE);
  desks[2].sync(); // a third value, which nobody had seen
  await unlock();
  await ask(page, "sync.run");
  await until("the third value", async () => (await itemOf(families[1])).alternatives.length === 3);
  // The question has another id since; its words still lead to it.
  assert.notEqual((await itemOf(families[1])).id, item.id);
  await goTo("outbox");
  await page.getByRole("link", { name: /Decisione.*Famiglia Ferri/ }).click();
  await page.getByText("Nel frattempo è arrivato altro").waitFor();
  assert.equal(await value("Motivo"), REASON);
  assert.equal(await button("Decidi").isDisabled(), true);
  await button("Ho guardato").click();
  assert.equal(await button("Decidi").isDisabled(), false);
  await page.getByLabel("Motivo").fill("");
  await page.getByLabel("Il valore che vale").fill("");
  await goTo("review");
});

test("[P4] a letter typed before the draft is read makes no old choice a new one", async () => {
  const item = await itemOf(families[2]);
  await goTo("review", item.id);
  await button("Scrivi un altro valore").click();
  await page.getByLabel("Il valore che vale").fill(VALUE);
  await page.getByLabel("Motivo").fill(REASON);
  await kept("review.resolve", REASON);
  await goTo("review");
  await page.getByRole("heading", { name: "Da decidere", level: 1 }).waitFor();
  desks[0].call("record.save", {
    record: families[2].visit,
    fields: { next_step: "passo che nessuno ha visto" },
  });
  desks[0].sync();
  await ask(page, "sync.run");
  await until("the new value", async () =>
    JSON.stringify(await itemOf(families[2])).includes("nessuno ha visto"),
  );
  await page.evaluate(() => {
    const { insieme } = globalThis;
    const call = insieme.call.bind(insieme);
    const gate = new Promise((open) => {
      globalThis.openGate = open;
    });
    insieme.call = async (command, given) => {
      if (command === "draft.list") await gate;
      return call(command, given);
    };
  });
  await goTo("review", (await itemOf(families[2])).id);
  await page.getByLabel("Motivo").fill("un altro motivo");
  await page.evaluate(() => globalThis.openGate());
  await page.getByText("Nel frattempo è arrivato altro").waitFor();
  assert.equal(await value("Motivo"), "un altro motivo");
  assert.equal(await value("Il valore che vale"), VALUE);
  assert.equal(await button("Decidi").isDisabled(), true);
  await page.getByLabel("Motivo").fill("");
  await page.getByLabel("Il valore che vale").fill("");
  await until("no draft", async () => (await drafts()).length === 0);
});

test("[P4] two passages of one text are two questions, each with words of its own", async () => {
  const record = families[2].visit;
  const write = (desk, observations) => {
    desk.call("record.save", { record, fields: { observations } });
  };
  write(desks[0], "Tommaso mangia poco. A scuola va volentieri ogni giorno. Dorme tardi.");
  for (const desk of [desks[0], desks[1]]) desk.sync();
  // Each of them in two acts: what one act wrote hangs together.
  for (const [at, [eats, sleeps]] of [["tutto", "presto"], ["niente", "male"]].entries()) {
    const begun = `Tommaso mangia ${eats}. A scuola va volentieri ogni giorno.`;
    write(desks[at], `${begun} Dorme tardi.`);
    write(desks[at], `${begun} Dorme ${sleeps}.`);
  }
  for (const desk of [desks[0], desks[1]]) desk.sync();
  await ask(page, "sync.run");
  const passages = (await ask(page, "review.list")).items.filter(
    (one) => one.record === record && one.kind === "text_overlap",
  );
  assert.equal(passages.length, 2);
  for (const [at, { id }] of passages.entries()) {
    await goTo("review", id);
    await button("Scrivi un altro valore").waitFor();
    await until("nothing typed yet", async () => (await value("Motivo")) === "");
    await button("Lascia com'è").click();
    await page.getByLabel("Motivo").fill(`passo numero ${at}`);
    await kept("review.resolve", `passo numero ${at}`);
  }
  assert.equal((await drafts()).length, 2);
  await goTo("review", passages[0].id);
  await until("the first reason", async () => (await value("Motivo")) === "passo numero 0");
  // Thrown away where they are listed.
  await goTo("outbox");
  for (const left of [1, 0]) {
    await button("Butta la bozza").first().click();
    await page.locator(".sure").getByRole("button", { name: "Butta la bozza" }).click();
    await until("one draft less", async () => (await drafts()).length === left);
    await until("one row less", async () => (await button("Butta la bozza").count()) === left);
  }
});

test("[P2] a new household is there after the lock and after a kill, and saved once", async () => {
  await goTo("new", "-", "household");
  const name = () => page.getByLabel(/^Nome/).first();
  await name().fill("Famiglia Provata");
  await lock("Famiglia Provata");
  await unlock();
  await until("the name", async () => (await name().inputValue()) === "Famiglia Provata");
  await name().fill("Famiglia Provata Assai");
  await kept("dossier.create", "Assai");
  await kill("outbox");
  await look(page, "typed-outbox");
  await page.setViewportSize(DESK);
  await page.getByRole("link", { name: /Fascicolo nuovo/ }).click();
  await until("the name", async () => (await name().inputValue()) === "Famiglia Provata Assai");
  await page.getByText("Era già scritto qui prima").waitFor(); // marked as of an earlier time
  await page.getByLabel(/^Comune di residenza/).selectOption({ label: "Bibbiano" });
  await button("Salva").click();
  await page.getByRole("heading", { name: "Famiglia Provata Assai", level: 1 }).waitFor();
  assert.equal((await drafts()).some((one) => one.act === "dossier.create"), false);
  await goTo("new", "-", "household");
  await name().waitFor();
  assert.equal(await name().inputValue(), "");
  assert.equal(await page.getByText("Era già scritto qui prima").count(), 0);
});

test("[P2] what is found of an earlier household is thrown away: the form is blank", async () => {
  const name = () => page.getByLabel(/^Nome/).first();
  await name().fill("Famiglia d'Altri");
  await kept("dossier.create", "d'Altri");
  await goTo("families");
  await name().waitFor({ state: "detached" });
  await goTo("new", "-", "household");
  await page.getByText("Era già scritto qui prima").waitFor();
  assert.equal(await name().inputValue(), "Famiglia d'Altri");
  await button("Butta la bozza").click(); // the only one: the note's
  await button("Butta la bozza").click();
  await until("a blank form", async () => (await name().inputValue()) === "");
  await until("no draft", async () =>
    (await drafts()).every((one) => one.act !== "dossier.create"),
  );
  assert.equal(await page.getByText("Era già scritto qui prima").count(), 0);
});

test("[P8] a family is not passed to somebody whom the form cannot show", async () => {
  const { dossier } = families[2];
  await ask(page, "draft.open", {
    act: "handover.propose",
    subject: dossier,
    dossier,
    fields: { from: "anna", whom: "bruno", reason: "bruno la segue già" },
  });
  await goTo("steer");
  await button("Passa o affida: Famiglia Galli").click();
  await page.getByText("qui non si può più indicare: Bruno Neri").waitFor();
  const form = page.getByRole("form", { name: "Passa o affida: Famiglia Galli" });
  assert.equal(await form.locator("button.btn-primary").isDisabled(), true);
  await page.getByLabel("A", { exact: true }).selectOption(""); // nobody, and said so
  await until("a choice", async () => !(await form.locator("button.btn-primary").isDisabled()));
  await form.getByRole("button", { name: "Annulla" }).click();
  await until("no draft", async () =>
    (await drafts()).every((one) => one.act !== "handover.propose"),
  );
});

test("a panel that was opened stays open while its words are cleared", async () => {
  await goTo("dossier", families[2].dossier);
  await page.getByText("Chiedi la cancellazione del fascicolo").click();
  const ground = page.getByLabel(/^Motivo e atto/);
  await ground.fill("art. 17");
  await button("Chiedi la cancellazione").waitFor();
  await ground.fill("");
  await button("Chiedi la cancellazione").waitFor({ state: "detached" });
  assert.equal(await ground.isVisible(), true);
});

test("[P2] so are the reason of a batch and that of an emergency", async () => {
  await goTo("review");
  await page.getByRole("button", { name: /^Decidi insieme \d+ questioni/ }).click();
  const batch = page.getByRole("region", { name: "Decidi insieme" });
  await batch.getByLabel("Lascia com'è").check();
  await batch.getByLabel("Motivo").fill("una regola per tutte");
  await lock("una regola per tutte");
  await unlock();
  await batch.waitFor();
  assert.equal(await batch.getByLabel("Motivo").inputValue(), "una regola per tutte");
  // Nobody opened it for the questions that stand here now: neither rule nor question is chosen.
  await batch.getByText("Ripreso da una bozza").waitFor();
  assert.ok((await batch.getByRole("checkbox").count()) > 1);
  assert.equal(await batch.locator("input:checked").count(), 0);
  assert.equal(await batch.getByRole("button", { name: /^Decidi 0/ }).isDisabled(), true);
  await batch.getByRole("button", { name: "Chiudi" }).click();
  await batch.waitFor({ state: "detached" });

  await goTo("openings");
  await page.getByLabel("Perché").fill("chiamata del pronto soccorso");
  await lock("pronto soccorso");
  await unlock();
  await until(
    "the emergency's reason",
    async () => (await value("Perché")) === "chiamata del pronto soccorso",
  );
  await page.getByLabel("Perché").fill("");
  await until("no draft", async () => (await drafts()).every((one) => one.act !== "glass.open"));
  assert.deepEqual(page.troubles, []);
});
