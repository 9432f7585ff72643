// Reports that only the server can compute, among the others: asked for at a coordinator's desk,
// with what stands behind a figure, and said in words where there is no network. Territories are
// chosen from those that there are. A real server, the native core, a real browser.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { Browser, until } from "./browser.mjs";
import { Host } from "./host.mjs";
import { ask, DESK, look, makeHousehold } from "./people.mjs";
import { World } from "./world.mjs";

const world = new World();
const browser = new Browser();
let carla;
let host;
let page;
let annas;

before(async () => {
  await world.start();
  world.person("anna", "Anna Rossi", "educator");
  world.person("carla", "Carla Verdi", "coordinator");
  carla = world.desk("carla");
  makeHousehold(carla, world, ["anna"]);
  annas = world.desk("anna");
  annas.sync();
  carla.sync();
  host = await new Host(carla.store).start();
  await browser.start();
  page = await browser.page(host.address, DESK);
  await page.getByRole("button", { name: "Continua senza PIN" }).click();
  await page.getByRole("button", { name: "Sì, senza PIN" }).click();
  await page.getByRole("navigation", { name: "Sezioni" }).waitFor();
});

after(async () => {
  await browser.end();
  await host?.end();
  await world.end();
});

async function goTo(...path) {
  await page.setViewportSize(DESK);
  await page.evaluate(
    (hash) => {
      location.hash = hash;
    },
    `#/${path.join("/")}`,
  );
}

test("[S126] who had, read and opened a dossier: figures, what stands behind, a file", async () => {
  await page.getByRole("link", { name: "Rapporti" }).click();
  const line = page.getByRole("link", { name: /R15 · Accessi ai fascicoli/ });
  await line.getByText("dal server").waitFor();
  await look(page, "server-reports");
  await page.setViewportSize(DESK);
  await line.click();
  await page.getByRole("heading", { name: "R15 · Accessi ai fascicoli", level: 1 }).waitFor();
  const run = page.getByRole("button", { name: "Calcola" });
  // Nothing is asked of the server before the period could be chosen.
  const asked = [];
  page.on("request", (one) => (one.postData() ?? "").includes("steer.report") && asked.push(one));
  await run.waitFor();
  await ask(page, "status");
  assert.equal(asked.length, 0);
  await run.click();
  const acts = page.getByRole("region", { name: "Atti", exact: true }).last();
  await acts.getByRole("rowheader", { name: "anna" }).first().waitFor();
  await look(page, "server-report");
  await page.setViewportSize(DESK);
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Scarica CSV" }).click(),
  ]);
  assert.match(readFileSync(await download.path(), "utf8"), /R15 Accessi ai fascicoli/);
  await acts.getByRole("row", { name: /anna/ }).first().getByRole("button").first().click();
  const behind = page.getByRole("region", { name: /schede dietro la cifra, in «Atti»/ });
  await behind.getByRole("link", { name: /Famiglia Bassi/ }).first().waitFor();
  await look(page, "server-behind");
  await page.setViewportSize(DESK);
  await page.getByLabel("Fascicolo").selectOption({ label: "Famiglia Bassi" });
  await page.getByRole("button", { name: "Calcola" }).click();
  await page.getByText("Fascicolo: ").first().waitFor();
  // The same again is asked anew: the server's figures are of that moment.
  const earlier = asked.length;
  await page.getByRole("button", { name: "Calcola" }).click();
  await until("it is asked anew", () => asked.length > earlier);
});

test("[S046] questions and tablets, of the territory where the household lives", async () => {
  await goTo("report", "R10");
  await page.getByRole("heading", { name: /^R10/, level: 1 }).waitFor();
  await page.getByRole("button", { name: "Calcola" }).click();
  await page.getByRole("region", { name: "Dispositivi", exact: true }).last().waitFor();
  await page.getByLabel("Territorio").selectOption({ label: "Bibbiano" });
  await page.getByRole("button", { name: "Calcola" }).click();
  await page.getByText("un dispositivo non ha un territorio").first().waitFor();
  await goTo("report", "R11");
  await page.getByRole("heading", { name: /^R11/, level: 1 }).waitFor();
  await page.getByRole("button", { name: "Calcola" }).click();
  await page.getByRole("region", { name: "Flussi per tipo" }).first().waitFor();
});

test("a report of this tablet takes a territory from the same list", async () => {
  await goTo("report", "R19");
  await page.getByRole("heading", { name: /^R19/, level: 1 }).waitFor();
  const field = page.getByLabel("Territorio");
  const groups = await field.locator("optgroup").evaluateAll((all) => all.map((one) => one.label));
  assert.deepEqual(groups, ["Comuni delle famiglie", "Ambiti", "Altri comuni"]);
  await field.selectOption({ label: "Bibbiano" });
  await page.getByRole("button", { name: "Calcola" }).click();
  await page.getByText("Territorio: Bibbiano").waitFor();
});

test("a household that nobody placed is found and summed by its commune", async () => {
  await goTo("steer");
  await page.getByLabel("Territorio").selectOption("Bibbiano");
  await page.getByRole("link", { name: "Famiglia Bassi" }).waitFor();
  await goTo("steer", "health");
  await page.getByRole("rowheader", { name: "Bibbiano" }).waitFor();
  assert.equal(await page.getByText("Senza territorio").count(), 0);
});

test("without the server it says so, and what is needed", async () => {
  await world.stopServer();
  await goTo("report", "R10");
  await page.getByRole("heading", { name: /^R10/, level: 1 }).waitFor();
  await page.getByRole("button", { name: "Calcola" }).click();
  await page.getByText("Serve la rete").first().waitFor();
  await look(page, "server-report-offline");
  await page.setViewportSize(DESK);
  await world.start();
  await page.getByRole("button", { name: "Riprova" }).click();
  await page.getByRole("region", { name: "Dispositivi", exact: true }).last().waitFor();
});

test("an educator is not told, and the list does not offer it", async () => {
  const own = await new Host(annas.store).start();
  const other = await browser.page(own.address, DESK);
  await other.getByRole("button", { name: "Continua senza PIN" }).click();
  await other.getByRole("button", { name: "Sì, senza PIN" }).click();
  await other.getByRole("navigation", { name: "Sezioni" }).waitFor();
  const told = await ask(other, "steer.report", { report: "R15" });
  assert.equal(told.error.code, "not_allowed");
  await other.evaluate(() => {
    location.hash = "#/reports";
  });
  await other.getByRole("link", { name: /^R1 ·/ }).waitFor();
  assert.equal(await other.getByText("dal server").count(), 0);
  await own.end();
});

test("nothing went wrong on the way", () => {
  assert.deepEqual(page.troubles, []);
});
