// What happens to a tablet out there: a permission is withdrawn while it is offline, its clock is
// years ahead, two tablets meet without a server.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { ask, look, makeHousehold, Person } from "./people.mjs";
import { World } from "./world.mjs";

const world = new World();
let family;
let other;
let office;
let anna;
let bruno;

before(async () => {
  await world.start();
  world.person("anna", "Anna Rossi", "educator");
  world.person("bruno", "Bruno Neri", "educator");
  world.person("office", "Ufficio", "coordinator");
  office = world.desk("office");
  family = makeHousehold(office, world, ["anna", "bruno"]);
  other = makeHousehold(office, world, ["anna"], "Famiglia Ferri");
  anna = await new Person(world, "anna").begin();
  bruno = await new Person(world, "bruno").begin();
});

after(async () => {
  for (const one of [anna, bruno]) await one?.end();
  await world.end();
});

const nextStep = (page, record) =>
  ask(page, "record.get", { record }).then((reply) => reply.record?.fields.next_step.text);

test("two tablets without a network: a sealed copy goes over and opens what it may", async () => {
  for (const one of [anna, bruno]) await one.offline();
  await anna.openRecord("Famiglia Bassi", family.visitTitle);
  await anna.editField("Prossimo passo", "portare i libri");
  await anna.openRecord("Famiglia Ferri", other.visitTitle);
  await anna.editField("Prossimo passo", "solo per Anna");
  await anna.goTo("outbox");
  const saving = anna.page.waitForEvent("download");
  await anna.page.getByRole("button", { name: "Lascia una copia a un collega" }).click();
  const path = await (await saving).path();
  assert.ok(!readFileSync(path).includes("portare i libri"), "the copy is sealed");
  await anna.page.getByText("Copia salvata fra i file di questo tablet").waitFor();
  await look(anna.page, "copies");

  await bruno.goTo("outbox");
  await bruno.page.getByLabel("Ricevi la copia di un collega").setInputFiles(path);
  await bruno.page.getByText(/Ricevuta: \d+ modifiche aperte qui/).waitFor();
  assert.equal(await nextStep(bruno.page, family.visit), "portare i libri");
  // [P7] What is not his travels with him, unread.
  assert.equal(await nextStep(bruno.page, other.visit), undefined);
  await bruno.page.getByLabel("Ricevi la copia di un collega").setInputFiles(path);
  await bruno.page.getByText("Questa copia era già qui.").waitFor();
  await bruno.page.getByLabel("Ricevi la copia di un collega").setInputFiles({
    name: "foto.insieme-x",
    mimeType: "application/octet-stream",
    buffer: Buffer.from("not such a file at all"),
  });
  await bruno.page.getByText("Non è andata a buon fine").waitFor();
  for (const [args, code] of [
    [{}, "missing_argument"],
    [{ content: "00", path: "x" }, "missing_argument"],
    [{ content: "zz" }, "invalid_argument"],
    [{ content: "abc" }, "invalid_argument"],
  ]) {
    const reply = await ask(bruno.page, "exchange.import", args);
    assert.equal(reply.error?.code, code, JSON.stringify(args));
  }
  await bruno.online();
  office.sync();
  const brought = office.call("record.get", { record: other.visit });
  assert.equal(brought.record.fields.next_step.text, "solo per Anna");
  await anna.online();
});

test("[P2][P8] a permission withdrawn while offline: the work is not lost", async () => {
  await anna.offline();
  await anna.openRecord("Famiglia Ferri", other.visitTitle);
  await anna.editField("Prossimo passo", "scritto senza saperlo");
  world.admin("assign", "anna", other.dossier, "--remove");
  await anna.online();
  await anna.goTo("families");
  await anna.page.getByRole("link", { name: "Famiglia Ferri" }).waitFor({ state: "detached" });
  office.sync();
  const { entries } = office.call("inbox.list");
  assert.ok(
    entries.some((entry) => entry.operations.some((one) => one.text === "scritto senza saperlo")),
    "it waits for whoever coordinates",
  );
  await anna.goTo();
  await anna.page.getByText("Da sapere").waitFor(); // which dossier left, and why
  await look(anna.page, "withdrawn");
  await anna.page.getByRole("button", { name: "Ho capito" }).click();
  await anna.page.getByText("Da sapere").waitFor({ state: "detached" });
});

/** The core's clock is its worker's; the page's own has nothing to do with it. */
async function setClock(page, ms) {
  const worker = page.workers().find((one) => one.url().includes("worker"));
  await worker.evaluate((far) => {
    const real = Date.now.bind(Date);
    Date.now = () => real() + far;
  }, ms);
}

test("[P3] a clock that is years ahead is told, and decides nothing", async () => {
  await bruno.offline();
  await setClock(bruno.page, 4 * 365 * 86_400_000);
  await bruno.openRecord("Famiglia Bassi", family.visitTitle);
  await bruno.editField("Prossimo passo", "dal futuro");
  await bruno.online();
  await bruno.goTo();
  const told = /L'orologio del tablet è sbagliato di (\d+) giorni/;
  const words = await bruno.page.getByText(told).first().innerText();
  assert.ok(Math.abs(Number(told.exec(words)[1]) - 4 * 365) <= 1, words);
  await look(bruno.page, "clock");
  await anna.send();
  assert.equal(await nextStep(anna.page, family.visit), "dal futuro");
  await anna.openRecord("Famiglia Bassi", family.visitTitle);
  await anna.editField("Prossimo passo", "scritto dopo, e vale");
  await anna.send();
  await bruno.send();
  assert.equal(await nextStep(bruno.page, family.visit), "scritto dopo, e vale");
});

test("[P3][P5] what that clock wrote says so, with the names of person and tablet", async () => {
  await anna.openRecord("Famiglia Bassi", family.visitTitle);
  await anna.page.getByText("Chi ha scritto che cosa").click();
  // Its tablet wrote for the first time: the name is asked for where it is missing.
  await anna.page.getByText("Tablet di bruno").first().waitFor();
  const line = (text) => anna.page.locator(".history li").filter({ hasText: `: «${text}»` });
  const suspect = await line("dal futuro").innerText();
  for (const word of ["Bruno Neri", "Tablet di bruno", "orologio del tablet in dubbio"]) {
    assert.ok(suspect.includes(word), suspect);
  }
  const right = await line("scritto dopo, e vale").innerText();
  assert.doesNotMatch(right, /in dubbio/);
  // Also without a network, after a kill.
  await anna.offline();
  await anna.browser.kill();
  await anna.again();
  await anna.openRecord("Famiglia Bassi", family.visitTitle);
  await anna.page.getByText("Chi ha scritto che cosa").click();
  assert.ok((await line("dal futuro").innerText()).includes("Tablet di bruno"));
});

test("[P6] work that does not leave is told after a day, and is an alarm after three", async () => {
  const { page } = anna;
  await anna.editField("Prossimo passo", "chiuso in un tablet");
  /** So many hours later, and a minute in which the page looks at its clock. */
  const later = async (hours) => {
    await page.clock.setSystemTime(Date.now() + hours * 3_600_000);
    await anna.goTo("tablet");
    await anna.goTo();
    await page.clock.runFor(61_000);
  };
  const day = page.getByText("Da ieri non riesci a inviare");
  const alarm = page.getByRole("alert").getByText(/^Non inviato da 3 giorni/);
  const header = page.locator(".send-state");
  await page.clock.install();
  await page.reload();
  await page.getByRole("navigation", { name: "Sezioni" }).waitFor();
  await later(23);
  await page.locator(".send-state.send-waiting").waitFor();
  assert.equal(await day.count(), 0);
  await later(25);
  await day.waitFor();
  await page.locator(".send-state.send-late").waitFor();
  assert.match(await header.innerText(), /1 da inviare/);
  assert.equal(await alarm.count(), 0);
  await look(page, "late");
  await later(73);
  await alarm.waitFor();
  assert.equal(await day.count(), 0);
  await look(page, "alarm");
});
