// A voucher that is spent on a tablet, beyond what the tablet may spend, too; then what a
// coordinator sees of it in a report, behind a figure, and after the report was frozen.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { ask, DESK, look, makeHousehold, Person } from "./people.mjs";
import { World } from "./world.mjs";

const world = new World();
const FAMILY = "Famiglia Bassi";
let anna;
let office;
let carla;

before(async () => {
  await world.start();
  world.person("anna", "Anna Rossi", "educator");
  world.person("carla", "Carla Verdi", "coordinator");
  world.person("office", "Ufficio", "coordinator");
  office = world.desk("office");
  const family = makeHousehold(office, world, ["anna"]);
  office.call("dossier.create", { type: "project", fields: { title: "Progetto INSIEME" } });
  anna = new Person(world, "anna");
  await anna.begin();
  const { record } = office.call("record.save", {
    type: "voucher",
    dossier: family.dossier,
    fields: {
      number: "B-1", service: "Doposcuola", provider: "Cooperativa Il Ponte", units: 10,
      from_date: "2026-09-01", to_date: "2027-06-30", state: "in_uso",
    },
  });
  const { replica } = await ask(anna.page, "identity");
  office.call("rights.transfer", { record: record.id, amount: 3, to: replica });
  office.sync();
});

after(async () => {
  await anna?.end();
  await carla?.end();
  await world.end();
});

async function redeem(units) {
  const { page } = anna;
  await page.getByRole("button", { name: /^Registra: utilizzo/ }).click();
  await page.getByRole("textbox", { name: /^Unità/ }).fill(String(units));
  assert.equal(await page.getByLabel(/^Fornitore/).inputValue(), "Cooperativa Il Ponte");
}

test("[P11] a voucher: what goes beyond its rights is said before it is saved", async () => {
  const { page } = anna;
  await anna.send();
  await anna.openRecord(FAMILY, /B-1/);
  await anna.offline();
  const gauge = page.getByRole("region", { name: "Unità disponibili" });
  await gauge.getByText("10").first().waitFor();
  await redeem(2);
  await page.getByRole("button", { name: "Registra", exact: true }).click();
  await page.getByText("Registrato su questo tablet").waitFor();
  await redeem(4);
  await page.getByText(/3 oltre ciò che questo tablet può spendere \(1\)/).waitFor();
  await look(page, "voucher-beyond");
  await page.getByRole("button", { name: "Registra", exact: true }).click();
  await page.getByText("Registrato: da confermare").waitFor();
  await page.getByText(/4 in attesa di conferma/).waitFor();
  await page.getByText("Utilizzi: 2").click();
  await page.getByText("da confermare", { exact: true }).waitFor();
  await look(page, "voucher");
  // What cannot be is refused in words, and what was typed stays.
  await redeem(0);
  await page.getByRole("button", { name: "Registra", exact: true }).click();
  await page.getByText("Non è andata a buon fine").or(page.getByRole("alert")).first().waitFor();
  assert.equal(await page.getByRole("textbox", { name: /^Unità/ }).inputValue(), "0");
  await page.getByRole("button", { name: "Annulla", exact: true }).click();
  await anna.online();
});

test("[P5] a spend that was confirmed says so, and offers no question to open again", async () => {
  office.sync();
  const { items } = office.call("review.list");
  const item = items.find((one) => one.kind === "provisional_spend" || one.type === "voucher");
  office.call("review.resolve", { item: item.id, confirm: true, reason: "concordata" });
  office.sync();
  await anna.send();
  const { page } = anna;
  await anna.openRecord(FAMILY, /B-1/);
  await page.getByText("ha confermato la spesa").waitFor();
  assert.equal(await page.getByRole("button", { name: "Non sono d'accordo" }).count(), 0);
});

test("a coordinator's report: figures, what is behind them, files", async () => {
  carla = new Person(world, "carla", DESK);
  await carla.begin();
  const { page } = carla;
  await page.getByRole("link", { name: "Rapporti" }).click();
  await page.getByRole("link", { name: /^R8/ }).waitFor();
  await look(page, "reports");
  await page.getByRole("link", { name: /^R8/ }).click();
  await page.getByText(/Tutto torna/).waitFor();
  const table = page.getByRole("region", { name: "Buoni", exact: true }).last();
  await table.getByRole("rowheader", { name: "Totale" }).waitFor();
  const total = table.getByRole("row", { name: /^Totale/ });
  await total.getByRole("button", { name: /^10/ }).first().click();
  await page.getByRole("heading", { name: /10: le schede dietro la cifra/ }).waitFor();
  await page.getByRole("link", { name: /B-1/ }).waitFor();
  await look(page, "report");
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Scarica CSV" }).click(),
  ]);
  assert.match(download.suggestedFilename(), /^R8-\d{4}-\d{2}-\d{2}\.csv$/);
  assert.match(readFileSync(await download.path(), "utf8"), /Unità usate/);
});

test("a frozen report stays; what came afterwards is in the comparison", async () => {
  const { page } = carla;
  await page.getByText("Congela queste cifre").click();
  await page.getByLabel("Fascicolo che lo conserva").selectOption({ label: "Progetto INSIEME" });
  await page.getByLabel("A chi si manda").fill("Regione");
  await page.getByRole("button", { name: "Congela", exact: true }).click();
  await page.getByText(/Congelato il .* inviato a Regione/).waitFor();
  await page.getByRole("button", { name: "Confronta con oggi" }).click();
  await page.getByText("Nessuna cifra è cambiata da allora.").waitFor();

  await anna.openRecord(FAMILY, /B-1/);
  await redeem(1);
  await anna.page.getByRole("button", { name: "Registra", exact: true }).click();
  await anna.page.getByText("Registrato su questo tablet").waitFor();
  await anna.send();
  await carla.send();
  await carla.goTo("reports");
  await page.getByRole("link", { name: /^R8 · Buoni.*inviato a Regione/ }).click();
  await page.getByRole("button", { name: "Confronta con oggi" }).click();
  await page.getByText("Cifre che oggi sarebbero diverse").waitFor();
  await page.getByText(/Buoni · Totale · Unità usate: 6 →/).waitFor();
  await page.getByRole("region", { name: "Cambiate dopo" }).waitFor();
  await look(page, "frozen");
  assert.deepEqual(page.troubles, []);
  assert.equal((await ask(page, "report.frozen")).frozen.length, 1);
});

test("every report opens, for who asks nothing of it, too", async () => {
  const { page } = carla;
  const { reports } = await ask(page, "report.list");
  assert.ok(reports.length >= 18);
  for (const one of reports) {
    await carla.goTo("report", one.code);
    await page.getByRole("heading", { name: new RegExp(`^${one.code} · `), level: 1 }).waitFor();
    await page
      .getByText(/Tutto torna|Questi conti non tornano|Scegli prima/)
      .first()
      .waitFor();
  }
  await carla.goTo("report", "R99");
  await page.getByText("Non c'è un rapporto «R99».").waitFor();
  assert.deepEqual(page.troubles, []);
});
