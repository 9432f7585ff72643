// Reconciling at a desk: a queue in the order one wants, one rule for several questions, whose
// words are in a text, two records that are one person, and each of them taken back.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accessibilityFaults } from "./browser.mjs";
import { ask, DESK, look, makeHousehold, Person } from "./people.mjs";
import { World } from "./world.mjs";

const world = new World();
const FAMILIES = ["Famiglia Bassi", "Famiglia Ferri", "Famiglia Galli"];
const families = [];
let office;
let anna;
let bruno;
let carla;

before(async () => {
  await world.start();
  for (const [account, name, role] of [
    ["anna", "Anna Rossi", "educator"],
    ["bruno", "Bruno Neri", "educator"],
    ["carla", "Carla Verdi", "coordinator"],
    ["office", "Ufficio", "coordinator"],
  ]) {
    world.person(account, name, role);
  }
  office = world.desk("office");
  for (const name of FAMILIES) families.push(makeHousehold(office, world, ["anna", "bruno"], name));
  office.call("record.save", {
    record: families[0].visit,
    fields: { observations: "Tommaso mangia poco e dorme tardi." },
  });
  for (const given_names of ["Giulia", "Giullia"]) {
    office.call("record.save", {
      type: "member",
      dossier: families[0].dossier,
      fields: { surname: "Neri", given_names, birth_date: "2016-05-01", relation: "Madre" },
    });
  }
  office.sync();
  // Two desks of the educators write without seeing each other.
  anna = world.desk("anna");
  bruno = world.desk("bruno");
  for (const one of [anna, bruno]) one.sync();
  for (const { visit } of families) {
    anna.call("record.save", { record: visit, fields: { next_step: "la maestra" } });
    bruno.call("record.save", { record: visit, fields: { next_step: "il pediatra" } });
  }
  const { visit } = families[0];
  anna.call("record.save", {
    record: visit,
    fields: { observations: "Tommaso mangia con appetito e dorme tardi." },
  });
  bruno.call("record.save", {
    record: visit,
    fields: { observations: "Tommaso mangia da solo e dorme tardi." },
  });
  for (const one of [anna, bruno, anna]) one.sync();
  carla = await new Person(world, "carla", DESK).begin();
});

after(async () => {
  await carla?.end();
  await world.end();
});

const rows = () => carla.page.locator(".queue a");
const toast = (name) => carla.page.getByRole("button", { name, exact: true });

async function nothingWrong() {
  assert.deepEqual(await accessibilityFaults(carla.page), []);
  assert.deepEqual(carla.page.troubles, []);
}

test("the queue is narrowed by kind and age, ordered, and walked by keys alone", async () => {
  await carla.goTo("review");
  await rows().nth(3).waitFor();
  assert.equal(await rows().count(), 4);
  await carla.page.getByLabel("In ordine di").selectOption({ label: "famiglia" });
  const titles = await rows().locator(".row-title").allTextContents();
  assert.deepEqual(
    titles.map((one) => one.split(" · ")[0]),
    ["Famiglia Bassi", ...FAMILIES],
  );
  await carla.page.getByLabel("Aperte da").selectOption({ label: "più di una settimana" });
  await carla.page.getByText("Mostrate 0 delle 4 questioni").waitFor();
  await carla.page.getByRole("button", { name: "Mostra tutte" }).click();
  await carla.page.getByLabel("Tipo").selectOption("text_overlap");
  await carla.page.getByText("Mostrate 1 delle 4 questioni").waitFor();
  await carla.page.getByLabel("Tipo").selectOption("");
  await rows().nth(3).waitFor();
  await carla.page.evaluate(() => document.activeElement.blur());
  for (const key of ["j", "j", "k"]) await carla.page.keyboard.press(key);
  assert.equal(
    await carla.page.evaluate(() => document.activeElement.getAttribute("href")),
    await rows().nth(0).getAttribute("href"),
  );
  await look(carla.page, "queue");
  await carla.page.setViewportSize(DESK);
});

test("whose words stand in a text is seen by colour, line and voice", async () => {
  await carla.page.getByRole("link", { name: /Bassi · Osservazioni/ }).click();
  const text = carla.page.locator(".authorship");
  await text.waitFor();
  // Which of them comes first in the merged text depends on their devices' ids.
  const read = await text.textContent();
  const names = ["Ufficio: +Tommaso mangia", "Anna Rossi: ", "Bruno Neri: "];
  for (const who of [...names, "parola di più persone: "]) {
    assert.match(read, new RegExp(who));
  }
  await look(carla.page, "authors");
  await carla.page.setViewportSize(DESK);
});

test("[P5] one rule decides several questions, and is taken back as one", async () => {
  await carla.goTo("review");
  await carla.page.getByRole("button", { name: "Decidi insieme 3 questioni" }).click();
  await carla.page.getByText("Il valore di Bruno Neri", { exact: true }).click();
  await carla.page.getByText("Famiglia Galli · Prossimo passo → «il pediatra»").click();
  const form = carla.page.getByRole("region", { name: "Decidi insieme" });
  await form.getByLabel("Motivo").fill("ha chiamato lui");
  await look(carla.page, "batch");
  await carla.page.setViewportSize(DESK);
  await carla.page.getByRole("button", { name: "Decidi 2 questioni" }).click();
  await carla.page.getByText("Decise 2 questioni").waitFor();
  await rows().nth(1).waitFor();
  const step = async (n) =>
    (await ask(carla.page, "record.get", { record: families[n].visit })).record.fields.next_step;
  assert.equal((await step(0)).text, "il pediatra");
  assert.equal((await step(1)).contested, false);
  assert.equal((await step(2)).contested, true);
  await toast("Annulla").click();
  await carla.page.getByText("4 questioni da decidere").waitFor();
  assert.equal((await step(0)).contested, true);
  // It was not its author who opened them again.
  assert.equal(await rows().filter({ hasText: "riaperta da te" }).count(), 2);
});

test("one decision is taken back with a tap, and the question is open again", async () => {
  await carla.goTo("review");
  // The fastest finger there is: it chooses in the very moment in which the question appears.
  await carla.page.evaluate(() => {
    new MutationObserver((_, observer) => {
      if (document.querySelector("h1")?.textContent !== "Prossimo passo") return;
      observer.disconnect();
      document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "1", bubbles: true }));
    }).observe(document.body, { childList: true, subtree: true, characterData: true });
  });
  await carla.page.getByRole("link", { name: /Galli · Prossimo passo/ }).click();
  await carla.page.getByRole("heading", { name: "Prossimo passo", level: 1 }).waitFor();
  await carla.page.keyboard.press("m");
  await carla.page.keyboard.type("confermato");
  await carla.page.keyboard.press("Control+Enter");
  await toast("Annulla").click();
  await carla.page.getByText("Fatto: tutto com'era.").waitFor();
  await carla.goTo("review");
  await carla.page.getByText("4 questioni da decidere").waitFor();
});

test("two records of one person side by side: merged, parted, and nothing moved", async () => {
  const finding = carla.page.locator("article", { hasText: "Giullia" }).first();
  await finding.getByRole("region", { name: "Le due schede a confronto" }).waitFor();
  await finding.getByRole("row", { name: /Nom.*diverso/ }).waitFor();
  await look(carla.page, "duplicates");
  await carla.page.setViewportSize(DESK);
  await finding.getByRole("button", { name: "Sono la stessa cosa" }).click();
  await carla.page.getByText("Unite. Nulla è stato spostato.").waitFor();
  const { records } = await ask(carla.page, "record.list", {
    type: "member",
    dossier: families[0].dossier,
  });
  const twin = records.find((one) => one.title.includes("Giullia"));
  assert.ok(twin, "both records are still there");
  await carla.goTo("record", twin.id);
  await carla.page.getByRole("region", { name: "Unita con" }).waitFor();
  await nothingWrong();
  await carla.page.getByRole("button", { name: "Non sono la stessa" }).click();
  await carla.page.getByRole("button", { name: "Non sono la stessa" }).click();
  await carla.page.getByText("Non sono più unite.").waitFor();
  await carla.page.getByRole("region", { name: "Unita con" }).waitFor({ state: "detached" });
  await nothingWrong();
});

test("[P8] late edits that go on from each other are named before they go together", async () => {
  const { dossier, visit } = families[1];
  office.sync();
  office.call("record.save", { record: visit, fields: { observations: "Lina cucina." } });
  office.sync();
  anna.sync();
  for (const more of [" Ha due amici.", " Ha due amici cari."]) {
    anna.call("record.save", { record: visit, fields: { observations: `Lina cucina.${more}` } });
  }
  world.admin("assign", "anna", dossier, "--remove");
  anna.sync();
  await carla.send();
  await carla.goTo("review");
  const late = carla.page.getByRole("region", { name: "Modifiche arrivate in ritardo" });
  const card = (said) =>
    late.getByRole("article").filter({ has: carla.page.locator("li", { hasText: said }) });
  const first = card(/« ?Ha due amici\.»/);
  const second = card(/« ?cari»/);
  const named = (text) => carla.page.getByText(`Osservazioni «${text}» (Anna Rossi`);
  // A refusal of the second leaves the first; one of the first takes the second along.
  await second.getByLabel("Motivo").fill("da sentire");
  await second.getByRole("button", { name: "Rifiuta" }).click();
  await carla.page.getByText("Il rifiuto non si può annullare").waitFor();
  assert.equal(await named("Ha due amici.").count(), 0);
  await second.getByRole("button", { name: "Annulla", exact: true }).click();
  await first.getByLabel("Motivo").fill("da sentire");
  await first.getByRole("button", { name: "Rifiuta" }).click();
  await named("cari").waitFor();
  await first.getByRole("button", { name: "Annulla", exact: true }).click();
  await second.getByRole("button", { name: "Accetta" }).click();
  await named("Ha due amici.").waitFor();
  await look(carla.page, "late-along");
  await carla.page.setViewportSize(DESK);
  await second.getByRole("button", { name: "Sì, accetta" }).click();
  await carla.page.getByText("Decise insieme 2 modifiche.").waitFor();
  assert.equal((await ask(carla.page, "inbox.list")).entries.length, 0);
  const { record } = await ask(carla.page, "record.get", { record: visit });
  assert.equal(record.fields.observations.text, "Lina cucina. Ha due amici cari.");
  await nothingWrong();
});
