// The main job: two educators edit the same visit without a network, a coordinator decides, and
// both see the decision. Real server, real core, three real browsers.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accessibilityFaults } from "./browser.mjs";
import { DESK, makeHousehold, Person } from "./people.mjs";
import { World } from "./world.mjs";

const world = new World();
let family;
const people = [];
const FAMILY = "Famiglia Bassi";

before(async () => {
  await world.start();
  world.person("anna", "Anna Rossi", "educator");
  world.person("bruno", "Bruno Neri", "educator");
  world.person("carla", "Carla Verdi", "coordinator");
  world.person("office", "Ufficio", "coordinator");
  family = makeHousehold(world.desk("office"), world, ["anna", "bruno"]);
});

after(async () => {
  for (const person of people) await person.end();
  await world.end();
});

async function person(account, size) {
  const one = new Person(world, account, size);
  people.push(one);
  return one.begin();
}

async function expectNothingWrong(one) {
  assert.deepEqual(await accessibilityFaults(one.page), []);
  assert.deepEqual(
    one.page.troubles.filter((text) => !text.includes("ERR_INTERNET")),
    [],
  );
}

test("[P4][P5] two edits without a network: one question, one answer for both", async () => {
  const anna = await person("anna");
  const bruno = await person("bruno");
  for (const one of [anna, bruno]) await one.offline();
  await anna.openRecord(FAMILY, family.visitTitle);
  await anna.editField("Prossimo passo", "telefonare alla maestra");
  await bruno.openRecord(FAMILY, family.visitTitle);
  await bruno.editField("Prossimo passo", "chiedere al pediatra");
  // [P6] what is true of it now, and no more
  await anna.page.getByText("Salvata su questo tablet").waitFor();
  await anna.page
    .getByRole("link", { name: /1 da inviare/ })
    .first()
    .waitFor();
  await expectNothingWrong(anna);
  for (const one of [anna, bruno]) await one.online();

  const carla = await person("carla", DESK);
  await carla.goTo("review");
  await carla.page.getByRole("link", { name: /Famiglia Bassi · Prossimo passo/ }).click();
  await carla.page.getByRole("heading", { name: "Prossimo passo", level: 1 }).waitFor();
  for (const text of ["sentire la scuola", "telefonare alla maestra", "chiedere al pediatra"]) {
    await carla.page.getByText(text, { exact: true }).first().waitFor();
  }
  await expectNothingWrong(carla);
  const decide = carla.page.getByRole("button", { name: "Decidi", exact: true });
  assert.equal(await decide.isDisabled(), true);
  await carla.page.getByRole("button", { name: "Unisci i due" }).click();
  await carla.page.getByLabel("Il valore che vale").fill("sentire maestra e pediatra");
  assert.equal(await decide.isDisabled(), true); // nobody decides without a reason
  await carla.page.getByLabel("Motivo").fill("servono tutti e due");
  await decide.click();
  await carla.page.getByText("Nessuna questione aperta.").waitFor();
  await carla.send();

  for (const one of [anna, bruno]) {
    // [P5]
    await one.send();
    await one.openRecord(FAMILY, family.visitTitle);
    await one.page.getByText("«sentire maestra e pediatra»").first().waitFor();
    await one.page.getByText("Motivo: servono tutti e due").waitFor();
    await one.page.getByText("Arrivata al server").waitFor();
    await expectNothingWrong(one);
  }

  await bruno.page.getByRole("button", { name: "Non sono d'accordo" }).click();
  await bruno.page.getByLabel("Perché non sei d'accordo").fill("il pediatra è in ferie");
  await bruno.page.getByRole("button", { name: "Riapri la questione" }).click();
  await bruno.page.getByText("Riaperta: chi coordina la vedrà di nuovo.").waitFor();
  await bruno.send();
  await carla.send();
  await carla.goTo("review");
  await carla.page.getByRole("link", { name: /Famiglia Bassi · Prossimo passo/ }).click();
  await carla.page.getByText(/il pediatra è in ferie/).waitFor();
  await expectNothingWrong(carla);
});
