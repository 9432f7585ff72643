// Without a network from the first moment of the day: the app starts, works, and sends later.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accessibilityFaults } from "./browser.mjs";
import { DESK, makeHousehold, Person } from "./people.mjs";
import { World } from "./world.mjs";

const world = new World();
const FAMILY = "Famiglia Bassi";
let family;
let anna;

before(async () => {
  await world.start();
  world.person("anna", "Anna Rossi", "educator");
  world.person("office", "Ufficio", "coordinator");
  family = makeHousehold(world.desk("office"), world, ["anna"]);
  anna = await new Person(world, "anna").begin();
});

after(async () => {
  await anna?.end();
  await world.end();
});

test("an invitation that is none, or of another server, is refused in words", async () => {
  const stranger = new Person(world, "anna");
  try {
    await stranger.browser.start();
    const page = await stranger.browser.page(world.url);
    const code = page.getByLabel("Codice di invito");
    await code.fill("ciao");
    await page.getByRole("button", { name: "Collega questo tablet" }).click();
    await page.getByText("Non sembra un invito").waitFor();
    await code.fill("https://ats.example.it/#ABCD-EFGH-JKMN-PQRS");
    await page.getByRole("button", { name: "Collega questo tablet" }).click();
    await page.getByText("è di un altro server").waitFor();
    assert.deepEqual(await accessibilityFaults(page), []);
  } finally {
    await stranger.end();
  }
});

test("[P1] it starts without a network, and what is saved says where it is", async () => {
  await anna.goTo();
  await anna.page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  await world.stopServer();
  await anna.offline();
  await anna.page.reload();
  await anna.page.getByRole("heading", { name: "Ciao Anna" }).waitFor();
  await anna.openRecord(FAMILY, family.visitTitle);
  await anna.editField("Prossimo passo", "portare i libri");
  await anna.page.getByText("Salvata su questo tablet").waitFor();
  await anna.goTo("outbox");
  await anna.page.getByText("Senza rete").first().waitFor();
  await anna.page.getByText("Il lavoro resta salvato qui e partirà.").waitFor();
});

test("[P6] with a network but no server it says so in words, and sends later", async () => {
  await anna.browser.context.setOffline(false);
  await anna.page.getByRole("button", { name: "Invia e ricevi adesso" }).click();
  await anna.page.getByText(/server non è raggiungibile/).waitFor();
  await world.start();
  await anna.send();
  await anna.page.getByText("Tutto inviato").first().waitFor();
  await anna.openRecord(FAMILY, family.visitTitle);
  await anna.page.getByText("Arrivata al server").waitFor();
});

test("the whole app speaks English too", async () => {
  await anna.goTo("tablet");
  await anna.page.getByText("English").click();
  await anna.page.getByRole("heading", { name: "This tablet", level: 1 }).waitFor();
  await anna.goTo("record", family.visit);
  await anna.page.getByText("Arrived at the server").waitFor();
  await anna.page.getByText("Next step").first().waitFor();
});
