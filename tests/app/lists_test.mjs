// Code lists that whoever administers adds to: what one adds without a network, another chooses in
// a form, and reads when it is retired. Two computers' stores, a real server, a real browser.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Browser, until } from "./browser.mjs";
import { Host } from "./host.mjs";
import { ask, DESK, look as lookAt, makeHousehold } from "./people.mjs";
import { World } from "./world.mjs";

const world = new World();
const browser = new Browser();
const hosts = [];
let family;
let dario;
let anna;
let carla;

/** The app over the store of that account. */
async function open(account) {
  const desk = world.desk(account);
  desk.sync();
  const host = await new Host(desk.store).start();
  hosts.push(host);
  const page = await browser.page(host.address, DESK);
  await page.getByRole("button", { name: "Continua senza PIN" }).click();
  await page.getByRole("button", { name: "Sì, senza PIN" }).click();
  await page.getByRole("navigation", { name: "Sezioni" }).waitFor();
  return page;
}

/** A page behind another is not drawn. */
const look = async (page, name) => {
  await page.bringToFront();
  await lookAt(page, name);
  await page.setViewportSize(DESK);
};

const go = (page, ...path) =>
  page.evaluate((hash) => {
    location.hash = hash;
  }, `#/${path.join("/")}`);

const exchange = (page) =>
  until("a whole exchange", async () => (await ask(page, "sync.run")).unsent === "0");

const toast = (page, text) => page.getByRole("status").getByText(text).first().waitFor();

/** The list's card on the screen of the lists, opened. */
async function card(page, label) {
  await go(page, "steer", "lists");
  await page.getByLabel("Cerca", { exact: true }).fill(label);
  const found = page.locator("details.card-box").filter({ hasText: label }).first();
  if (!(await found.evaluate((one) => one.open))) await found.locator("summary").first().click();
  return found;
}

const PLACE = "Luogo della visita";

before(async () => {
  await world.start();
  world.person("anna", "Anna Rossi", "educator");
  world.person("carla", "Carla Verdi", "coordinator");
  world.person("office", "Ufficio", "coordinator");
  world.person("dario", "Dario Galli", "admin");
  family = makeHousehold(world.desk("office"), world, ["anna"]);
  await browser.start();
  dario = await open("dario");
  anna = await open("anna");
  carla = await open("carla");
});

after(async () => {
  await browser.end();
  for (const host of hosts) await host.end();
  await world.end();
});

test("[P1] an administrator adds a value without a network", async () => {
  await world.stopServer();
  const list = await card(dario, PLACE);
  await list.getByText(`Aggiungi una voce a «${PLACE}»`).click();
  await list.getByLabel("Nome in italiano").fill("Centro diurno");
  await list.getByLabel("Nome in inglese").fill("Day centre");
  await look(dario, "lists-add");
  await dario.setViewportSize({ width: 360, height: 800 });
  const wide = await dario.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= 360, `${wide} pixels`);
  await dario.setViewportSize(DESK);
  await list.getByRole("button", { name: "Aggiungi la voce" }).click();
  await toast(dario, "«Centro diurno» aggiunta");
  await list.getByText("x_centro_diurno").waitFor();
  // The same once more is told, and nothing is lost of what is typed.
  await list.getByLabel("Nome in italiano").last().fill("A casa");
  await list.getByRole("button", { name: "Aggiungi la voce" }).click();
  await list.getByText("c'è già in questo elenco").waitFor();
  await list.getByLabel("Nome in italiano").last().fill("");
  await world.start();
  await exchange(dario);
});

test("[S102] an educator's form offers it, and the record says it", async () => {
  await exchange(anna);
  await go(anna, "record", family.visit);
  await anna.getByRole("button", { name: "Modifica", exact: true }).click();
  await anna.locator("#f-place").selectOption({ label: "Centro diurno" });
  await look(anna, "lists-form");
  await anna.getByRole("button", { name: "Salva", exact: true }).click();
  await anna.getByText("Salvato su questo tablet · da inviare").first().waitFor();
  await exchange(anna);
  await go(anna, "record", family.visit);
  await anna.getByText("Centro diurno").first().waitFor();
});

test("who coordinates reads the lists and is offered no change", async () => {
  await exchange(carla);
  const list = await card(carla, PLACE);
  await list.getByText("schede su questo dispositivo: 1").waitFor();
  assert.equal(await list.getByText("Aggiungi una voce").count(), 0);
  assert.equal(await list.getByText("Cambia «Centro diurno»").count(), 0);
  const refused = await ask(carla, "list.put", {
    request_id: "carla-1", list: "visit_places", it: "Mia",
  });
  assert.equal(refused.error.code, "not_allowed");
  assert.match(refused.error.message_it, /chi amministra/);
});

test("renamed and retired it is offered no more, and whoever used it reads it", async () => {
  const list = await card(dario, PLACE);
  await list.getByText("Cambia «Centro diurno»").click();
  await list.getByLabel("Nome in italiano").first().fill("Centro diurno comunale");
  await list.getByRole("button", { name: "Salva il nome" }).click();
  await toast(dario, "Nome cambiato");
  // The form is of the new name: saved again it does not go back to the old one.
  await list.getByText("Cambia «Centro diurno comunale»").click();
  const name = list.getByLabel("Nome in italiano").first();
  assert.equal(await name.inputValue(), "Centro diurno comunale");
  await list.getByRole("button", { name: "Ritira", exact: true }).click();
  await list.getByText("Ritirare «Centro diurno comunale»?").waitFor();
  await look(dario, "lists-retire");
  await list.getByRole("button", { name: "Sì, ritira" }).click();
  await list.getByText("ritirata", { exact: true }).waitFor();
  await exchange(dario);
  await exchange(anna);
  await go(anna, "families");
  await go(anna, "record", family.visit);
  await anna.getByText("Centro diurno comunale").first().waitFor();
  const { type } = await ask(anna, "schema.type", { type: "visit", field: "place" });
  const code = type.fields[0].codes.find((one) => one.code === "x_centro_diurno");
  assert.equal(code.retired, true);
  // The form of this visit keeps it; a new one does not offer it.
  await anna.getByRole("button", { name: "Modifica", exact: true }).click();
  const place = anna.locator("#f-place");
  await place.waitFor();
  assert.equal(await place.inputValue(), "x_centro_diurno");
  const { draft } = await ask(anna, "draft.open", {
    request_id: "anna-new", type: "visit", dossier: family.dossier,
  });
  await go(anna, "edit", draft.id);
  await anna.locator("fieldset#f-place").getByText("A casa").waitFor();
  assert.equal(await place.getByText("Centro diurno comunale").count(), 0);
});

test("in English the screen is complete", async () => {
  await dario.evaluate(() => localStorage.setItem("insieme-language", "en"));
  await dario.reload();
  await dario.getByRole("navigation").first().waitFor();
  await go(dario, "steer", "lists");
  await dario.getByLabel("Which lists").selectOption("open");
  const list = dario.locator("details.card-box").filter({ hasText: "Visit place" }).first();
  await list.locator("summary").first().click();
  await list.getByText("Day centre").first().waitFor();
  await list.getByText("Change “Day centre”").click();
  await list.getByRole("button", { name: "Offer it again" }).waitFor();
  await look(dario, "lists-en");
  assert.doesNotMatch(await dario.locator("main").innerText(), /\{\w+\}|undefined/);
});

test("nothing went wrong on the way", () => {
  for (const page of [dario, anna, carla]) {
    const troubles = page.troubles.filter((one) => !/Failed to load resource|40[0-9]/.test(one));
    assert.deepEqual(troubles, []);
  }
});
