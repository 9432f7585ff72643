// Several people on one tablet: a real server, the real core, a real browser. Each has a store, a
// PIN and a device of their own; nobody opens another's, and nobody's unsent work is forgotten.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ask, look, makeHousehold, Person, PHONE } from "./people.mjs";
import { World } from "./world.mjs";

const world = new World();
const ANNA_PIN = "407319";
const BRUNO_PIN = "518204";
let office;
let families;
let tablet; // in the hands of whoever has it

before(async () => {
  await world.start();
  world.person("anna", "Anna Rossi", "educator");
  world.person("bruno", "Bruno Neri", "educator");
  world.person("dora", "Dora Gialli", "educator");
  world.person("office", "Ufficio", "coordinator");
  office = world.desk("office");
  families = {
    anna: makeHousehold(office, world, ["anna"], "Famiglia Bassi"),
    bruno: makeHousehold(office, world, ["bruno", "dora"], "Famiglia Galli"),
  };
  office.sync();
  tablet = await new Person(world, "anna", PHONE).begin();
});

after(async () => {
  await tablet?.end();
  await world.end();
});

const button = (name) => tablet.page.getByRole("button", { name, exact: true });
const heading = (name) => tablet.page.getByRole("heading", { name });
const places = () => tablet.page.getByRole("navigation", { name: "Sezioni" });
const section = () => tablet.page.getByRole("region", { name: "Persone su questo tablet" });

async function unlock(pin) {
  await tablet.page.getByLabel("PIN", { exact: true }).fill(pin);
  await button("Apri").click();
}

async function nextSave(record, next_step) {
  const reply = await ask(tablet.page, "record.save", {
    request_id: `${next_step}`,
    record,
    fields: { next_step },
  });
  assert.equal(reply.ok, true);
}

/** What the picker says of that person. */
const row = (name) => tablet.page.getByRole("button", { name: new RegExp(name) });

test("nobody is added while the work that lies here has no PIN", async () => {
  await tablet.goTo("tablet");
  await section().getByText("Prima scegli un PIN").waitFor();
  assert.equal(await button("Aggiungi una persona").count(), 0);
  await button("Imposta il PIN").click();
  await tablet.choosePin(ANNA_PIN);
  await button("Aggiungi una persona").waitFor();
  await look(tablet.page, "holders-one");
  await tablet.page.setViewportSize(PHONE);
});

test("who is added and thinks better of it leaves nothing behind", async () => {
  await button("Aggiungi una persona").click();
  await tablet.page.getByText("Una persona nuova su questo tablet").waitFor();
  await look(tablet.page, "holders-new");
  await tablet.page.setViewportSize(PHONE);
  await button("Non ora").click();
  // One is left: there is nobody to choose.
  await heading("Insieme è chiuso").waitFor();
  await unlock(ANNA_PIN);
  await places().waitFor();
});

test("an invitation in the address is not lost while one says who one is", async () => {
  const { page } = tablet;
  await tablet.goTo("tablet");
  await button("Aggiungi una persona").click();
  await page.getByText("Una persona nuova su questo tablet").waitFor();
  const second = await tablet.browser.page("about:blank", PHONE);
  const invitation = "insieme://prova";
  await second.goto(`${world.url}#${encodeURIComponent(invitation)}`);
  await second.getByRole("button", { name: "Aggiungi una persona" }).click();
  await second.getByRole("button", { name: "Usa Insieme qui" }).click();
  await second.getByText("Una persona nuova su questo tablet").waitFor();
  assert.equal(await second.getByLabel("Codice di invito").inputValue(), invitation);
  await second.getByRole("button", { name: "Non ora" }).click();
  await second.getByRole("heading", { name: "Chi usa questo tablet?" }).waitFor();
  await second.close();
  await page.reload();
  await page.getByText("Una persona nuova su questo tablet").waitFor();
  await button("Non ora").click();
  await heading("Insieme è chiuso").waitFor();
  await unlock(ANNA_PIN);
  await places().waitFor();
});

test("[P1] a second person has a store, a PIN and a device of their own", async () => {
  await tablet.goTo("tablet");
  await button("Aggiungi una persona").click();
  await tablet.page.getByLabel("Codice di invito").fill(world.invite("bruno"));
  assert.equal(
    await tablet.page.getByLabel("Come si chiama questo tablet").inputValue(),
    "Tablet di anna",
  );
  await button("Collega questo tablet").click();
  await heading("Scegli un PIN").waitFor();
  assert.equal(await button("Continua senza PIN").count(), 0);
  await tablet.choosePin(BRUNO_PIN);
  await places().waitFor();
  await tablet.send();
  const mine = await ask(tablet.page, "dossier.list");
  assert.deepEqual(mine.dossiers.map((one) => one.title), ["Famiglia Galli"]);
  const devices = world.admin("device", "list");
  const here = JSON.stringify(devices).match(/Tablet di anna/g) ?? [];
  assert.equal(here.length, 2, "an operator finds both by the tablet's name");
  await tablet.goTo("tablet");
  await section().getByText("Anna Rossi").waitFor();
  assert.equal(await button("Togli il PIN").count(), 0);
});

test("whoever connects and goes before choosing a PIN leaves no way in", async () => {
  const { page } = tablet;
  await tablet.goTo("tablet");
  await button("Aggiungi una persona").click();
  await page.getByLabel("Codice di invito").fill(world.invite("dora"));
  await button("Collega questo tablet").click();
  await heading("Scegli un PIN").waitFor();
  const other = await tablet.browser.page(world.url, PHONE);
  await other.getByRole("button", { name: /Dora Gialli/ }).click();
  await other.getByRole("button", { name: "Usa Insieme qui" }).click();
  await other.getByRole("heading", { name: "Collegamento non finito" }).waitFor();
  const { dossiers } = await ask(other, "dossier.list");
  assert.deepEqual(dossiers, [], "nothing was fetched before there was a PIN");
  await look(other, "holders-unfinished");
  await other.getByRole("button", { name: "Ricomincia" }).click();
  await other.getByRole("heading", { name: "Chi usa questo tablet?" }).waitFor();
  await other.close();
  await page.goto("about:blank");
  await page.goto(world.url);
  await button("Non ora").click(); // this tab still asks for the one who went
  await row("Bruno Neri").click();
  await unlock(BRUNO_PIN);
  await places().waitFor();
});

test("[P6] each sees what others have not sent, and opens their own", async () => {
  await tablet.browser.context.setOffline(true);
  tablet.isOffline = true;
  await nextSave(families.bruno.visit, "scritto da Bruno senza rete");
  await tablet.goTo("tablet");
  await button("Cambia persona").click();
  await heading("Chi usa questo tablet?").waitFor();
  await row("Bruno Neri").getByText("1 cosa da inviare").waitFor();
  await row("Anna Rossi").getByText("Tutto inviato").waitFor();
  await look(tablet.page, "holders");
  await tablet.page.setViewportSize(PHONE);
  await row("Anna Rossi").click();
  await heading("Archivio di Anna Rossi").waitFor();
  await look(tablet.page, "holders-locked");
  await tablet.page.setViewportSize(PHONE);
  await unlock(BRUNO_PIN);
  await tablet.page.getByText("Il PIN non è giusto").waitFor();
  await unlock(ANNA_PIN);
  await places().waitFor();
  const mine = await ask(tablet.page, "dossier.list");
  assert.deepEqual(mine.dossiers.map((one) => one.title), ["Famiglia Bassi"]);
  const other = await ask(tablet.page, "record.get", { record: families.bruno.visit });
  assert.equal(other.ok, false);
  await nextSave(families.anna.visit, "scritto da Anna senza rete");
  await tablet.page.locator(".top").getByText("1 da inviare").waitFor();
});

test("[P1] the browser is killed: each finds their own and is its author", async () => {
  await tablet.browser.kill();
  await tablet.browser.start();
  await tablet.browser.context.setOffline(true);
  tablet.page = await tablet.browser.page(world.url, PHONE);
  await row("Anna Rossi").getByText("1 cosa da inviare").waitFor();
  await row("Bruno Neri").click();
  await unlock(BRUNO_PIN);
  await places().waitFor();
  await tablet.online();
  await tablet.goTo("tablet");
  await button("Cambia persona").click();
  await row("Bruno Neri").getByText("Tutto inviato").waitFor();
  await row("Anna Rossi").click();
  await unlock(ANNA_PIN);
  await places().waitFor();
  await tablet.send();
  office.sync();
  for (const [who, name] of [["anna", "Anna"], ["bruno", "Bruno"]]) {
    const { record } = office.call("record.get", { record: families[who].visit });
    assert.equal(record.fields.next_step.text, `scritto da ${name} senza rete`);
    const { lines } = office.call("history", { record: families[who].visit, field: "next_step" });
    assert.ok(lines.some((one) => one.author === who));
  }
});

test("[P2] one person's device is wiped: the other's work on the same tablet stays", async () => {
  const devices = world.admin("device", "list");
  const list = Array.isArray(devices) ? devices : devices.devices;
  const annas = list.find((one) => one.account === "anna");
  world.admin("device", "wipe", annas.device ?? annas.id, "--reason", "fine servizio");
  await tablet.goTo("outbox");
  await button("Invia e ricevi adesso").click();
  await heading("Tablet cancellato").waitFor();
  await button("Cambia persona").click();
  await row("Bruno Neri").click();
  await unlock(BRUNO_PIN);
  await places().waitFor();
  const mine = await ask(tablet.page, "dossier.list");
  assert.deepEqual(mine.dossiers.map((one) => one.title), ["Famiglia Galli"]);
});

test("[P2] a store is removed once the server has all of it, and not before", async () => {
  await tablet.offline();
  await nextSave(families.bruno.visit, "l'ultima cosa");
  await tablet.goTo("tablet");
  await button("Togli il mio archivio da questo tablet").click();
  await button("Sì, togli").click();
  await section().getByText("Qui c'è ancora lavoro che il server non ha").waitFor();
  await tablet.online();
  await tablet.goTo("tablet");
  await button("Togli il mio archivio da questo tablet").click();
  await button("Sì, togli").click();
  await heading("Tablet cancellato").waitFor(); // Anna's, who is alone here now
  const folders = await tablet.page.evaluate(async () => {
    const found = [];
    for await (const name of (await navigator.storage.getDirectory()).keys()) found.push(name);
    return found;
  });
  assert.deepEqual(folders, ["insieme"]);
});
