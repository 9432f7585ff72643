// Somebody decides a question, and a third tablet's value arrives before they press: what they
// chose is still what they chose, and they look again. Real server, real core, two real browsers.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { until } from "./browser.mjs";
import { addTeam, ask, DESK, look, makeHousehold, Person } from "./people.mjs";
import { World } from "./world.mjs";

const world = new World();
const TITLES = ["Famiglia Bassi", "Famiglia Ferri", "Famiglia Galli"];
const families = [];
const desks = [];
let bruno;
let carla;

before(async () => {
  await world.start();
  addTeam(world);
  const office = world.desk("office");
  for (const title of TITLES) {
    families.push(makeHousehold(office, world, ["anna", "bruno", "dario"], title));
  }
  office.call("record.save", {
    record: families[1].visit,
    fields: { observations: "Tommaso mangia poco." },
  });
  office.sync();
  desks.push(world.desk("anna"), world.desk("dario"));
  for (const desk of desks) desk.sync();
  bruno = await new Person(world, "bruno").begin();
  carla = await new Person(world, "carla", DESK).begin();
});

after(async () => {
  await bruno?.end();
  await carla?.end();
  await world.end();
});

/** Bruno writes without a network, then the two desks, unseen by each other. */
async function writeApart(family, field, texts) {
  await bruno.offline();
  const saved = await ask(bruno.page, "record.save", {
    request_id: `${family.visit}-${field}`,
    record: family.visit,
    fields: { [field]: texts[0] },
  });
  assert.equal(saved.ok, true, JSON.stringify(saved));
  for (const [at, desk] of desks.entries()) {
    desk.call("record.save", { record: family.visit, fields: { [field]: texts[at + 1] } });
  }
  for (const desk of desks) desk.sync();
  await carla.send();
}

const decide = () => carla.page.getByRole("button", { name: "Decidi", exact: true });
const side = (text) => carla.page.locator(".side").filter({ hasText: text });
const arrived = () => carla.page.getByText("Nel frattempo è arrivato altro");

/** It waits for news, so the third value arrives by itself while the answer is half given. */
async function bringTheThird(question) {
  await bruno.online();
  await arrived().waitFor();
  assert.equal(await decide().isDisabled(), true);
  await carla.page.keyboard.press("Control+Enter"); // nor by the keys
  await carla.page.getByRole("heading", { name: question, level: 1 }).waitFor();
}

test("[P4] a third value renumbers the sides: the one that was chosen stays chosen", async () => {
  const [family] = families;
  await writeApart(family, "next_step", ["il pediatra", "la maestra", "la nonna"]);
  await carla.goTo("review");
  await carla.page.getByRole("link", { name: /Famiglia Bassi · Prossimo passo/ }).click();
  await side("la nonna").getByRole("button").click();
  await carla.page.getByLabel("Motivo").fill("la nonna lo vede ogni giorno");
  assert.equal(await decide().isDisabled(), false);
  await bringTheThird("Prossimo passo");

  await side("il pediatra").getByText("appena arrivato").waitFor();
  const isChosen = (text) => side(text).getByRole("button").getAttribute("aria-pressed");
  for (const [text, state] of [
    ["la nonna", "true"],
    ["la maestra", "false"],
    ["il pediatra", "false"],
  ]) {
    assert.equal(await isChosen(text), state, text);
  }
  await look(carla.page, "meanwhile");
  await carla.page.setViewportSize(DESK);
  await carla.page.getByRole("button", { name: "Ho guardato" }).click();
  await decide().click();
  await carla.page.getByText("Deciso.").first().waitFor();
  const { record } = await ask(carla.page, "record.get", { record: family.visit, all: true });
  assert.equal(record.fields.next_step.text, "la nonna");
  assert.equal(record.fields.next_step.contested, false);
});

test("[P4] a text that grows under the hand of who rewrites it loses nobody's words", async () => {
  const family = families[1];
  await writeApart(family, "observations", [
    "Tommaso mangia poco. A scuola va volentieri.",
    "Tommaso mangia con appetito.",
    "Tommaso mangia da solo.",
  ]);
  await carla.goTo("review");
  await carla.page.getByRole("link", { name: /Famiglia Ferri · Osservazioni/ }).click();
  await carla.page.getByRole("button", { name: "Scrivi un altro valore" }).click();
  const mine = carla.page.getByLabel("Il valore che vale");
  await mine.fill("Tommaso mangia da solo e con appetito.");
  await carla.page.getByLabel("Motivo").fill("valgono tutti e due");
  await bringTheThird("Osservazioni");
  assert.equal(await mine.inputValue(), "Tommaso mangia da solo e con appetito.");
  await carla.page.getByText("A scuola va volentieri").first().waitFor();
  await carla.page.getByRole("button", { name: "Ho guardato" }).click();
  await mine.fill("Tommaso mangia da solo e con appetito. A scuola va volentieri.");
  await decide().click();
  await carla.page.getByText("Deciso.").first().waitFor();
  const { record } = await ask(carla.page, "record.get", { record: family.visit, all: true });
  assert.equal(
    record.fields.observations.text,
    "Tommaso mangia da solo e con appetito. A scuola va volentieri.",
  );
});

test("[P4] one rule for several questions leaves the one that became another", async () => {
  const family = families[2];
  for (const [at, desk] of desks.entries()) {
    const fields = { next_step: ["la maestra", "la nonna"][at] };
    desk.call("record.save", { record: families[1].visit, fields });
  }
  await writeApart(family, "next_step", ["il pediatra", "la maestra", "la nonna"]);
  await carla.goTo("review");
  const open = carla.page.getByRole("button", { name: /Decidi insieme \d+ questioni/ });
  await open.click();
  await carla.page.getByText("Il valore di Anna Rossi", { exact: true }).click();
  const form = carla.page.getByRole("region", { name: "Decidi insieme" });
  await form.getByLabel("Motivo").fill("ha sentito lei la scuola");
  await bruno.online();
  await until("the third value", async () => {
    const { record } = await ask(carla.page, "record.get", { record: family.visit, all: true });
    return record.fields.next_step.values.length === 3;
  });
  // It is said, left out, and looked at in place.
  await form.getByRole("button", { name: "Decidi 1 questioni" }).waitFor();
  await form.getByRole("button", { name: "Mostrale come sono adesso" }).click();
  await form.getByRole("button", { name: "Decidi 2 questioni" }).waitFor();
  await form.getByText(new RegExp(TITLES[2])).click();
  await form.getByRole("button", { name: "Decidi 1 questioni" }).click();
  await carla.page.getByText(/^Decise \d+ questioni/).waitFor();
  const { record } = await ask(carla.page, "record.get", { record: family.visit, all: true });
  assert.equal(record.fields.next_step.contested, true);
  const other = await ask(carla.page, "record.get", { record: families[1].visit, all: true });
  assert.equal(other.record.fields.next_step.text, "la maestra");
});
