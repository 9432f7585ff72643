// The household's budget by hand: sums while somebody types, what is missing, a killed browser,
// steps back, another month, paper; and nobody sees it who does not hold that section.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { until } from "./browser.mjs";
import { ask, look, makeHousehold, Person } from "./people.mjs";
import { World } from "./world.mjs";

const world = new World();
const FAMILY = "Famiglia Bassi";
let anna;
let bruno;
let family;
let office;

const page = () => anna.page;
const amount = (label) => page().getByLabel(label, { exact: true });
/** As Intl writes it: with a space that does not break. */
const shows = async (name, text) => {
  await page().waitForFunction(
    ([label, wanted]) =>
      [...document.querySelectorAll(".budget-totals div")].some(
        (one) =>
          one.querySelector("dt").textContent === label &&
          one.querySelector("dd").textContent.replace(/\s/g, " ") === wanted,
      ),
    [name, text],
  );
};

const save = () => page().getByRole("button", { name: "Salva", exact: true });
const isKept = () =>
  page().waitForFunction(
    () => document.querySelector(".budget .kept")?.textContent.includes("Bozza"),
  );

before(async () => {
  await world.start();
  world.person("anna", "Anna Rossi", "educator");
  world.person("bruno", "Bruno Neri", "educator");
  world.person("office", "Ufficio", "coordinator");
  office = world.desk("office");
  family = makeHousehold(office, world, []);
  for (const [category, cents] of [
    ["affitto", "450"],
    ["utenze", "120,50"],
  ]) {
    office.call("record.save", {
      type: "household_budget_line",
      dossier: family.dossier,
      fields: { month: "2026-10", direction: "uscita", category, amount: cents },
    });
  }
  office.sync();
  world.admin("assign", "anna", family.dossier, "--sections", "core,education,economic");
  world.admin("assign", "bruno", family.dossier, "--sections", "core,education");
  anna = await new Person(world, "anna").begin();
  bruno = await new Person(world, "bruno").begin();
});
after(async () => {
  await anna?.end();
  await bruno?.end();
  await world.end();
});

test("[S075] the sheet sums while one types, offline, and says what is missing", async () => {
  await anna.goTo("dossier", family.dossier);
  await page().getByRole("link", { name: "Bilancio familiare", exact: true }).click();
  await page().getByRole("heading", { name: "Bilancio familiare", level: 1 }).waitFor();
  await anna.goTo("budget", family.dossier, "2026-11");
  await page().getByRole("heading", { name: "novembre 2026" }).waitFor();
  await anna.offline();
  await page().getByText("Almeno un'entrata, Affitto o mutuo, Utenze, Alimenti e casa.").waitFor();
  await look(page(), "budget-empty");
  await amount("Reddito da lavoro").fill("1.250,00");
  await amount("Affitto o mutuo").fill("450");
  await amount("Alimenti e casa").fill("380,5");
  await shows("Entrate", "1.250,00 €");
  await shows("Uscite", "830,50 €");
  await shows("Resta", "419,50 €");
  await page().getByText("Utenze.", { exact: true }).waitFor();
  await page().getByText(/il mese prima 120,50/).waitFor();
  // Income that only looks like one is not summed and not saved.
  await amount("Pensione").fill("1.250");
  await page().getByText("Non è un importo").waitFor();
  await shows("Entrate", "1.250,00 €");
  await page().getByRole("button", { name: "Salva", exact: true }).click();
  assert.equal(await amount("Pensione").evaluate((one) => one === document.activeElement), true);
  assert.equal((await ask(page(), "receipts")).receipts?.length ?? 0, 0);
  await look(page(), "budget-wrong");
  await page().getByRole("button", { name: "Annulla l'ultima modifica" }).click();
  assert.equal(await amount("Pensione").inputValue(), "");
});

test("[P5] a browser killed while somebody types costs nothing that was kept", async () => {
  await page().getByRole("button", { name: "Riprendi l'importo di ottobre 2026" }).click();
  await shows("Resta", "299,00 €");
  await page().getByLabel("Che cosa si è visto insieme").fill("Le bollette pesano d'inverno.");
  await page().getByLabel("Obiettivo di risparmio").fill("50");
  await page().waitForFunction(
    () => document.querySelector(".budget .kept")?.textContent.includes("Bozza"),
  );
  await anna.browser.kill();
  await anna.again();
  // From where drafts are listed, too.
  await anna.goTo("outbox");
  await page().getByRole("link", { name: /Voce del bilancio familiare/ }).first().click();
  await page().getByRole("heading", { name: "novembre 2026" }).waitFor();
  await shows("Resta", "299,00 €");
  assert.equal(await amount("Utenze").inputValue(), "120,50");
  assert.equal(
    await page().getByLabel("Che cosa si è visto insieme").inputValue(),
    "Le bollette pesano d'inverno.",
  );
  await page().getByText("Raggiunto, con ciò che è scritto qui.").waitFor();
  await look(page(), "budget-filled");
});

test("[S075] one save makes all lines of the month, none of what was left empty", async () => {
  await page().getByRole("button", { name: "Salva", exact: true }).click();
  await page().getByText("Salvato su questo tablet").first().waitFor();
  await page().getByText("Come salvato").waitFor();
  const { records } = await ask(page(), "record.list", {
    type: "household_budget_line",
    dossier: family.dossier,
    where: { month: "2026-11" },
  });
  assert.equal(records.length, 4);
  assert.equal((await ask(page(), "draft.list")).drafts.length, 0);
  const { records: months } = await ask(page(), "record.list", {
    type: "household_month",
    dossier: family.dossier,
  });
  const { record } = await ask(page(), "record.get", { record: months[0].id });
  assert.equal(record.computed.balance.text.replace(/\s/g, " "), "€ 299,00");
  const table = page().getByRole("region", { name: "Mese per mese" });
  await table.getByRole("link", { name: "ottobre 2026" }).waitFor();
  await page().emulateMedia({ media: "print" });
  await look(page(), "budget-print");
  await page().emulateMedia({ media: "screen" });
});

test("an amount taken away stays as it was saved; what is discarded comes back", async () => {
  await amount("Utenze").fill("");
  await page().getByText(/Vuoto resta com'è salvato/).waitFor();
  await amount("Affitto o mutuo").fill("500");
  await page().getByRole("button", { name: "Salva", exact: true }).click();
  await page().getByText("Come salvato").waitFor();
  assert.equal(await amount("Utenze").inputValue(), "120,50");
  assert.equal(await amount("Affitto o mutuo").inputValue(), "500,00");
  await amount("Scuola").fill("30");
  await shows("Uscite", "1.031,00 €");
  await page().getByRole("button", { name: "Butta la bozza" }).first().click();
  await page().getByRole("button", { name: "Butta la bozza" }).last().click();
  await shows("Uscite", "1.001,00 €");
});

test("[P5] a remark without an amount stays typed when the rest is saved", async () => {
  const remark = () => page().getByRole("textbox", { name: "Annotazione: Scuola" });
  await page().getByRole("button", { name: "Annotazione: Scuola" }).click();
  await remark().fill("la gita di maggio");
  await page().getByText(/manca l'importo: finché manca/).waitFor();
  await amount("Utenze").fill("125");
  await save().click();
  await page().getByText(/resta in bozza: Scuola\. Il resto è salvato/).waitFor();
  await page().waitForFunction(
    () => document.getElementById("b-uscita-utenze")?.value === "125,00",
  );
  assert.equal(await remark().inputValue(), "la gita di maggio");
  await anna.browser.kill();
  await anna.again();
  await anna.goTo("budget", family.dossier, "2026-11");
  await page().getByText(/manca l'importo: finché manca/).waitFor();
  assert.equal(await remark().inputValue(), "la gita di maggio");
  await amount("Scuola").fill("30");
  await save().click();
  await page().getByText("Come salvato").waitFor();
  assert.equal(await amount("Scuola").inputValue(), "30,00");
  assert.equal(await remark().inputValue(), "la gita di maggio");
  assert.equal((await ask(page(), "draft.list")).drafts.length, 0);
});

test("[P2] nobody types into a sheet that was saved before the new one is there", async () => {
  // A slow tablet: the sheet is read again when this test lets it.
  await page().evaluate(() => {
    const { insieme } = globalThis;
    const call = insieme.call.bind(insieme);
    const held = new Promise((free) => {
      globalThis.letGo = free;
    });
    insieme.call = async (name, args) => {
      if (name === "export") await held;
      return call(name, args);
    };
  });
  await amount("Scuola").fill("35");
  await isKept();
  await save().click();
  await until("no draft", async () => (await ask(page(), "draft.list")).drafts.length === 0);
  assert.equal(await amount("Scuola").inputValue(), "35");
  assert.equal(await amount("Scuola").isDisabled(), true);
  assert.equal(await save().isDisabled(), true);
  await page().evaluate(() => globalThis.letGo());
  await page().getByText("Come salvato").waitFor();
  await amount("Scuola").fill("36");
  await save().click();
  await page().getByText("Come salvato").waitFor();
  assert.equal(await amount("Scuola").inputValue(), "36,00");
});

test("[P8] two people's amounts of a line are a question; others see no budget", async () => {
  office.call("record.save", {
    type: "household_budget_line",
    dossier: family.dossier,
    fields: { month: "2026-11", direction: "uscita", category: "affitto", amount: "470" },
  });
  office.sync();
  await anna.online();
  await anna.goTo("budget", family.dossier, "2026-11");
  // What comes while somebody types is not put over it, and not overwritten unseen.
  await amount("Trasporti").fill("30");
  office.call("record.save", {
    type: "household_budget_line",
    dossier: family.dossier,
    fields: { month: "2026-11", direction: "uscita", category: "trasporti", amount: "25" },
  });
  office.sync();
  assert.equal((await ask(page(), "sync.run", { request_id: crypto.randomUUID() })).ok, true);
  await page().getByRole("button", { name: "Salva", exact: true }).click();
  await page().getByText(/salvato 25,00/).waitFor();
  assert.equal(await amount("Trasporti").inputValue(), "30");
  // What is typed now, beside the colleague's line, is still found on the sheet of its month.
  await amount("Trasporti").fill("31");
  await page().getByRole("button", { name: "Vai a ottobre 2026" }).click();
  await page().getByRole("heading", { name: "ottobre 2026" }).waitFor();
  await page().getByRole("button", { name: "Vai a novembre 2026" }).click();
  await page().getByRole("heading", { name: "novembre 2026" }).waitFor();
  assert.equal(await amount("Trasporti").inputValue(), "31");
  await page().getByRole("button", { name: "Salva", exact: true }).click();
  await page().getByText("Come salvato").waitFor();
  assert.equal(await amount("Trasporti").inputValue(), "31,00");
  await page().getByRole("link", { name: "da decidere" }).first().waitFor();
  assert.deepEqual(
    page().troubles.filter((text) => !text.includes("ERR_INTERNET")),
    [],
  );
  await bruno.goTo("dossier", family.dossier);
  await bruno.page.getByRole("button", { name: "Inizia visita" }).waitFor();
  const link = bruno.page.getByRole("link", { name: "Bilancio familiare", exact: true });
  assert.equal(await link.count(), 0);
  await bruno.goTo("budget", family.dossier, "2026-11");
  await bruno.page.getByText("non è su questo tablet").waitFor();
  const reply = await ask(bruno.page, "record.list", { type: "household_budget_line" });
  assert.equal(reply.records.length, 0);
});
