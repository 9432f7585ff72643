// A child's world: rated with one tap each, drawn with T0 and T1 one over the other, taken back,
// rated by two people at once.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ask, look, makeHousehold, Person } from "./people.mjs";
import { World } from "./world.mjs";

const world = new World();
let family;
let anna;
let bruno;

before(async () => {
  await world.start();
  world.person("anna", "Anna Rossi", "educator");
  world.person("bruno", "Bruno Neri", "educator");
  world.person("office", "Ufficio", "coordinator");
  family = makeHousehold(world.desk("office"), world, ["anna", "bruno"]);
  anna = await new Person(world, "anna").begin();
  bruno = await new Person(world, "bruno").begin();
  for (const one of [anna, bruno]) await one.offline();
});

after(async () => {
  for (const one of [anna, bruno]) await one?.end();
  await world.end();
});

const step = (person, dimension, value) =>
  person.page
    .getByRole("group", { name: dimension })
    .getByRole("radio", { name: String(value), exact: true });
const table = (person) => person.page.getByRole("region", { name: "I punteggi a confronto" });
const saved = (person) =>
  person.page.getByText("Punteggio salvato su questo tablet").first().waitFor();

async function openChild(person, name) {
  await person.goTo("dossier", family.dossier);
  await person.page.getByRole("link", { name: "Il mondo del bambino" }).click();
  await person.page.getByRole("heading", { name: "Il mondo del bambino", level: 1 }).waitFor();
  await person.page.getByRole("link", { name }).click();
  await person.page.getByRole("link", { name, current: true }).waitFor();
}

async function ratings(person) {
  const { records } = await ask(person.page, "record.list", { type: "child_rating", limit: 50 });
  return records.map((one) => one.title).sort();
}

test("one tap is one rating, without a network; another time is drawn over it", async () => {
  await openChild(anna, "Bassi Tommaso");
  for (const [dimension, value] of [
    ["Salute e crescita", 2],
    ["Apprendimento", 3],
    ["Abitazione", 5],
    ["Guida, regole e valori", 4],
  ]) {
    await step(anna, dimension, value).check();
    await saved(anna);
    await table(anna).getByRole("row", { name: `${dimension} ${value}` }).waitFor();
  }
  await anna.page.getByText("T1, intermedia", { exact: true }).first().click();
  await step(anna, "Salute e crescita", 4).check();
  await table(anna).getByRole("row", { name: "Salute e crescita 2 4 +2" }).waitFor();
  assert.equal(await anna.page.locator(".triangle .time").count(), 2);
  assert.equal((await ratings(anna)).length, 5);
  await anna.page.evaluate(() => window.scrollTo(0, 0));
  await look(anna.page, "child");
});

test("the last tap is taken back with one more", async () => {
  await step(anna, "Salute e crescita", 6).check();
  await table(anna).getByRole("row", { name: "Salute e crescita 2 6 +4" }).waitFor();
  await anna.page.getByRole("button", { name: "Annulla", exact: true }).click();
  await table(anna).getByRole("row", { name: "Salute e crescita 2 4 +2" }).waitFor();
});

test("a first tap taken back and given again is saved, and is nobody's question", async () => {
  for (const value of [3, 3, 2]) {
    await step(anna, "Identità e autostima", value).check();
    await anna.page.getByRole("button", { name: "Annulla", exact: true }).waitFor();
    const { records } = await ask(anna.page, "record.list", { type: "child_rating", limit: 50 });
    assert.equal(records.length, 6);
    if (value === 2) break;
    await anna.page.getByRole("button", { name: "Annulla", exact: true }).click();
    await anna.page.getByText("Fatto: tutto com'era.").waitFor();
  }
  const { records } = await ask(anna.page, "record.list", { type: "child_rating", limit: 50 });
  const whole = await Promise.all(
    records.map((one) => ask(anna.page, "record.get", { record: one.id })),
  );
  const values = whole.map(({ record }) => record.fields.rating?.value);
  assert.equal(values.filter((one) => String(one) === "2").length, 2, String(values));
  assert.equal(records.some((one) => one.in_review), false);
});

test("[P4] two people who rate the same one at T0 see both figures", async () => {
  await openChild(bruno, "Bassi Tommaso");
  await step(bruno, "Salute e crescita", 5).check();
  await saved(bruno);
  for (const one of [anna, bruno, anna]) await one.online();
  await openChild(anna, "Bassi Tommaso");
  await anna.page.getByText("T0, iniziale", { exact: true }).first().click();
  await anna.page.getByRole("link", { name: /da decidere: (2 \/ 5|5 \/ 2)/ }).waitFor();
  assert.deepEqual(
    anna.page.troubles.filter((text) => !/ERR_INTERNET/.test(text)),
    [],
  );
});
