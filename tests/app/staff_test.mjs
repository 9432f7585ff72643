// People, their tablets and their absences from a desk: another role, a tablet that is locked and
// wiped with what each destroys said before, a code shown anew, a deputy for some days.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { DESK, look, makeHousehold, Person } from "./people.mjs";
import { until } from "./browser.mjs";
import { Desk, World } from "./world.mjs";

const world = new World();
let bassi;
let anna;
let carla;
let dario;
let nora;

before(async () => {
  await world.start();
  world.person("anna", "Anna Rossi", "educator");
  world.person("luca", "Luca Bianchi", "educator");
  world.person("carla", "Carla Verdi", "coordinator");
  world.person("dario", "Dario Galli", "admin");
  world.person("nora", "Nora Villa", "front_office");
  const office = world.desk("carla");
  bassi = makeHousehold(office, world, ["anna"]);
  nora = world.desk("nora");
  nora.sync();
  anna = new Person(world, "anna");
  await anna.begin();
  carla = new Person(world, "carla", DESK);
  await carla.begin();
  dario = new Person(world, "dario", DESK);
  await dario.begin();
});

after(async () => {
  for (const who of [anna, carla, dario]) await who?.end();
  await world.end();
});

const cardOf = (page, name) =>
  page.getByRole("article").filter({ has: page.getByRole("heading", { name }) });

/** As people say a day of this year. */
const shownDay = (date) =>
  new Date(date).toLocaleDateString("it-IT", { weekday: "short", day: "numeric", month: "short" });

async function toast(page, text) {
  await page.getByRole("status").getByText(text).first().waitFor();
}

/** From the list of people to one of them. */
async function openPeople() {
  await dario.page.setViewportSize(DESK);
  await dario.goTo("steer", "health");
  await dario.goTo("steer", "people");
  return cardOf(dario.page, "Nora Villa");
}

test("somebody gets another role and the end of a contract, and hears what follows", async () => {
  const { page } = dario;
  const card = await openPeople();
  await card.getByText("Cambia nome, ruolo, ente, contratto").click();
  await card.getByText("Ciò che può vedere segue il ruolo").waitFor();
  await card.getByLabel("Ruolo").selectOption("fellow");
  await card.getByLabel("Contratto fino al").fill("2030-12-31");
  await card.getByRole("button", { name: "Salva i cambiamenti" }).click();
  await card.getByText("Ruolo da sportello a animatore di territorio").waitFor();
  await look(page, "staff-change");
  await card.getByRole("button", { name: "Sì, cambia" }).click();
  await toast(page, "Cambiato");
  await card.getByText("fino al 31 dic 2030").waitFor();
  const told = world.admin("users", "list").find((one) => one.account === "nora");
  assert.equal(told.role, "fellow");
});

test("who may not change somebody is told why, and by whom it is done", async () => {
  await openPeople();
  const { page } = dario;
  await cardOf(page, "Carla Verdi").getByText("Questo ruolo decide").waitFor();
  assert.equal(await cardOf(page, "Carla Verdi").getByText("Cambia nome, ruolo").count(), 0);
  await cardOf(page, "Dario Galli").getByText("È il tuo account").waitFor();
});

test("a code that was not used is withdrawn, and shown anew", async () => {
  const { page } = dario;
  const card = await openPeople();
  await card.getByText("Collega un altro tablet").click();
  await card.getByRole("button", { name: "Mostra il codice QR" }).click();
  const code = () => card.locator(".code-block").textContent();
  const first = (await code()).trim();
  await card.getByRole("button", { name: "Fatto, nascondi" }).click();
  await card.getByText(/Invito mostrato .* non ancora usato/).waitFor();
  await card.getByRole("button", { name: "Mostra un codice nuovo" }).click();
  await card.getByText("Codici ancora aperti di Nora Villa: 1. Con quello nuovo").waitFor();
  await card.getByRole("button", { name: "Sì, fanne uno nuovo" }).click();
  await card.locator(".code-block").waitFor();
  const second = (await code()).trim();
  assert.notEqual(first, second);
  await look(page, "staff-invitation");
  const enrol = (url, name) => new Desk({ invite: () => url, folder: world.folder }, name);
  assert.throws(() => enrol(first, "spare1"), /device.enrol/);
  await page.setViewportSize(DESK);
  await card.getByRole("button", { name: "Ritira l'invito" }).click();
  await card.getByRole("button", { name: "Ritira l'invito" }).last().click();
  await toast(page, "Invito ritirato");
  assert.throws(() => enrol(second, "spare2"), /device.enrol/);
});

test("a tablet is locked and opened again: each step is said", async () => {
  const { page } = dario;
  const card = await openPeople();
  await card.getByText("Perso, rubato o da togliere").click();
  await card.getByRole("radio", { name: "Blocca" }).check();
  await card.getByText("Non distrugge nulla: si sblocca da qui").waitFor();
  await card.getByLabel("Perché").fill("Lasciato in autobus");
  await card.getByRole("button", { name: "Blocca «PC di nora»" }).click();
  await card.getByRole("button", { name: "Sì, bloccalo" }).click();
  await card.getByText(/Blocco ordinato .*: Lasciato in autobus/).waitFor();
  await card.getByText("Non ancora saputo").waitFor();
  assert.throws(() => nora.sync());
  await openPeople();
  await card.getByText(/Saputo .*: il tablet è chiuso/).waitFor();
  await look(page, "staff-locked");
  await page.setViewportSize(DESK);
  await card.getByRole("button", { name: "Togli il blocco" }).click();
  await card.getByText("«PC di nora» si riaprirà").waitFor();
  assert.throws(() => nora.sync(), "not before it is confirmed");
  await card.getByRole("button", { name: "Sì, togli il blocco" }).click();
  await toast(page, "Tolto: si riapre al prossimo contatto");
  await card.getByText("Perso, rubato o da togliere").waitFor();
  assert.equal(await card.getByText(/Blocco ordinato [^·]*:/).count(), 0);
});

test("[P2] a wipe says what it destroys, and is taken back until the tablet knows", async () => {
  const { page } = dario;
  const card = await openPeople();
  await card.getByText("Perso, rubato o da togliere").click();
  await card.getByRole("radio", { name: "Cancella a distanza" }).check();
  await card.getByText("distrugge le sue chiavi: tutto ciò che ha dentro").waitFor();
  await card.getByLabel("Perché").fill("Rubato");
  await look(page, "staff-wipe");
  await page.setViewportSize(DESK);
  await card.getByRole("button", { name: "Cancella «PC di nora»" }).click();
  await card.getByRole("button", { name: "Sì, cancellalo" }).click();
  await card.getByRole("button", { name: "Ritira la cancellazione" }).click();
  await card.getByText("«PC di nora» non sarà cancellato").waitFor();
  await card.getByRole("button", { name: "Sì, ritira la cancellazione" }).click();
  await toast(page, "Ritirata: il tablet adesso è aperto, se non lo blocchi di nuovo");
});

test("somebody is away: the deputy has the family for these days, and then not", async () => {
  const { page } = carla;
  await carla.goTo("steer", "absences");
  await page.getByText("Segna un'assenza").click();
  await page.getByLabel("Chi è assente").selectOption("anna");
  await page.getByText("Ha in carico: Famiglia Bassi").waitFor();
  await page.getByLabel("Chi sostituisce").selectOption("luca");
  const today = await page.getByLabel("Primo giorno").inputValue();
  await page.getByLabel("Ultimo giorno").fill(today);
  await look(page, "staff-absence");
  await page.setViewportSize(DESK);
  await page.getByRole("button", { name: "Segna", exact: true }).click();
  await toast(page, "Segnata: passano fascicoli: 1");
  const card = cardOf(page, "Anna Rossi");
  await card.getByText(/Sostituisce Luca Bianchi/).waitFor();
  const holders = () => {
    const dossier = world.admin("dossiers").find((one) => one.dossier === bassi.dossier);
    return JSON.stringify(dossier);
  };
  assert.ok(holders().includes("luca"));
  await anna.send();
  await anna.goTo("families");
  await anna.page.getByText("Non hai ancora famiglie assegnate").first().waitFor();
  await carla.goTo("steer", "people");
  await cardOf(page, "Anna Rossi").getByText(`assente fino al ${shownDay(today)}`).waitFor();
  await carla.goTo("steer", "absences");
  await look(page, "staff-absences");
  await page.setViewportSize(DESK);
  await card.getByRole("button", { name: "È tornata prima" }).click();
  await card.getByRole("button", { name: "Sì, termina" }).click();
  await toast(page, "Terminata: ciò che era passato è tornato");
  await anna.send();
  await anna.goTo("families");
  await anna.page.getByRole("link", { name: "Famiglia Bassi" }).first().waitFor();
});

test("at 360 px five places and More, by keyboard and for a reader", async () => {
  const { page } = carla;
  await page.setViewportSize({ width: 360, height: 740 });
  await carla.goTo("families");
  const nav = page.getByRole("navigation", { name: "Sezioni" });
  await nav.getByRole("link", { name: "Da decidere" }).waitFor();
  const more = nav.getByRole("button", { name: "Altro" });
  assert.equal(await more.getAttribute("aria-expanded"), "false");
  assert.equal(await nav.getByRole("link").count(), 5);
  await look(page, "staff-nav");
  await page.setViewportSize({ width: 360, height: 740 });
  await more.focus();
  await page.keyboard.press("Enter");
  assert.equal(await more.getAttribute("aria-expanded"), "true");
  await nav.getByRole("link", { name: "Coordina" }).waitFor();
  await page.keyboard.press("Tab");
  const focused = () => page.evaluate(() => document.activeElement.textContent);
  assert.equal(await focused(), "Novità");
  await page.keyboard.press("Escape");
  assert.equal(await focused(), "Altro");
  await nav.getByRole("link", { name: "Coordina" }).waitFor({ state: "hidden" });
  await more.click();
  await nav.getByRole("link", { name: "Coordina" }).click();
  await page.getByRole("heading", { name: "Carichi di lavoro", level: 1 }).waitFor();
  await nav.getByRole("link", { name: "Coordina" }).waitFor({ state: "hidden" });
  const wide = () => page.evaluate(() => document.documentElement.scrollWidth);
  await until("no sideways scrolling", async () => (await wide()) <= 360);
});

test("nothing went wrong on the way", () => {
  for (const who of [anna, carla, dario]) assert.deepEqual(who.page.troubles, []);
});
