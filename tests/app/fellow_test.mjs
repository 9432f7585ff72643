// What a fellow sees and does not, a service that others then find without a network; and a note in
// the section where those who may read it are.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ask, look, makeHousehold, Person } from "./people.mjs";
import { World } from "./world.mjs";

const world = new World();
let network;
let family;
let fede;
let anna;

before(async () => {
  await world.start();
  world.person("fede", "Federica Sala", "fellow");
  world.person("anna", "Anna Rossi", "educator");
  world.person("office", "Ufficio", "coordinator");
  const office = world.desk("office");
  const made = office.call("dossier.create", {
    type: "network",
    fields: { name: "Rete della Val d'Enza" },
  });
  network = made.dossier;
  for (const [name, kind, stage] of [
    ["Polisportiva Enza", "associazione", "contattato"],
    ["Scuola Marconi", "scuola", "in_relazione"],
    ["Officine Neri", "impresa", "da_contattare"],
    ["Biblioteca", "altro", undefined],
  ]) {
    office.call("record.save", {
      type: "stakeholder",
      dossier: network,
      fields: { name, kind, ...(stage ? { stage } : {}) },
    });
  }
  office.sync();
  family = makeHousehold(office, world, ["anna"]);
  world.admin("assign", "fede", network);
  world.admin("assign", "anna", network);
  fede = await new Person(world, "fede").begin();
});

after(async () => {
  for (const one of [fede, anna]) await one?.end();
  await world.end();
});

test("[S045] the day of a fellow begins with the network, and no family is on it", async () => {
  await fede.goTo();
  await fede.page.getByRole("link", { name: /Rete della Val d'Enza/ }).waitFor();
  assert.equal(await fede.page.getByText("Visite previste").count(), 0);
  await look(fede.page, "fellow");
  const { dossiers } = await ask(fede.page, "dossier.list");
  assert.deepEqual(
    dossiers.map((one) => one.type),
    ["network"],
  );
});

test("a service of the territory is found by age and commune, offline", async () => {
  const { records } = await ask(fede.page, "record.list", { type: "stakeholder" });
  const sport = records.find((one) => one.title.includes("Polisportiva"));
  const made = await ask(fede.page, "record.save", {
    request_id: "offer-1",
    type: "service_offer",
    dossier: network,
    fields: {
      name: "Doposcuola e pallavolo",
      stakeholder: sport.id,
      status: "attivo",
      communes: ["035004"],
      minimum_age: 8,
      maximum_age: 14,
      schedule: "martedì e giovedì, 16–18",
      phones: ["0522 123456"],
    },
  });
  assert.ok(made.ok, JSON.stringify(made));
  await fede.online();
  anna = await new Person(world, "anna").begin();
  await anna.offline();
  await anna.goTo("dossier", family.dossier);
  await anna.page.getByRole("link", { name: "Servizi del territorio" }).click();
  await anna.page.getByRole("link", { name: "Doposcuola e pallavolo" }).waitFor();
  assert.equal(await anna.page.getByLabel("Comune", { exact: true }).inputValue(), "035004");
  const call = anna.page.getByRole("link", { name: "Chiama 0522 123456" });
  assert.equal(await call.getAttribute("href"), "tel:0522123456");
  await look(anna.page, "services");
  await anna.page.getByLabel("Età della persona").fill("5");
  await anna.page.getByText("Nessun servizio aperto risponde a questa ricerca.").waitFor();
});

test("a quick note lies where it was begun, and what is reserved says so", async () => {
  world.admin("assign", "anna", family.dossier, "--sections", "core,education,health");
  await anna.online();
  await anna.goTo("dossier", family.dossier);
  await anna.page.getByRole("button", { name: "Nota rapida" }).click();
  const notes = anna.page.getByRole("group", { name: "Nota rapida" });
  await notes.getByRole("button", { name: /riservata/ }).click();
  await anna.page.getByLabel("Titolo").fill("Visita dal pediatra");
  await anna.page.getByRole("button", { name: "Salva", exact: true }).click();
  await anna.page.getByRole("region", { name: "Dov'è questa scheda" }).waitFor();
  const { records } = await ask(anna.page, "record.list", { type: "note" });
  assert.equal(records[0].section, "health");
  assert.deepEqual(
    anna.page.troubles.filter((text) => !/ERR_INTERNET/.test(text)),
    [],
  );
});
