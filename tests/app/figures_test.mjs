// Screens with the figures of a whole space in them: 87 invented dossiers (tools/spaces), as a
// coordinator sees them on a phone, a tablet and a desk, and as they come out of the printer.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { accessibilityFaults } from "./browser.mjs";
import { ask, DESK, Person } from "./people.mjs";
import { root, World } from "./world.mjs";

const world = new World("INSIEME VEN_09");
const pictures = process.env.INSIEME_PICTURES;
/** An A4 sheet between its margins, in pixels of a page. */
const SHEET = { width: 698, height: 1026 };
let carla;
let page;
let reports;

before(async () => {
  await world.start();
  world.person("carla", "Carla Verdi", "coordinator");
  world.person("office", "Ufficio", "coordinator");
  const archive = join(world.folder, "space.json");
  execFileSync("python3", ["-B", join(root, "tools/spaces"), "insieme", archive]);
  const office = world.desk("office");
  office.run("archive", "import", archive);
  office.sync();
  carla = await new Person(world, "carla", DESK).begin();
  page = carla.page;
  ({ reports } = await ask(page, "report.list"));
});
after(async () => {
  await carla?.end();
  await world.end();
});

async function settled() {
  await page.locator("main").waitFor();
  await page.waitForFunction(() => !document.querySelector("main [aria-busy=true]"));
}
const tooWide = () =>
  page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
async function picture(name) {
  if (!pictures) return;
  mkdirSync(pictures, { recursive: true });
  await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
}

/** With the first of what it must be asked with. */
async function openReport(code) {
  await carla.goTo("report", code);
  await page.getByRole("heading", { name: new RegExp(`^${code} · `), level: 1 }).waitFor();
  await settled();
  const needed = page.locator("main form .field").filter({ hasText: "obbligatorio" });
  for (const field of await needed.all()) {
    const select = field.locator("select");
    if ((await select.count()) === 0) await field.locator("input").fill("2024-07-01");
    else if ((await select.inputValue()) === "") await select.selectOption({ index: 1 });
  }
  if ((await needed.count()) > 0) await page.getByRole("button", { name: "Calcola" }).click();
  await page.getByText(/Tutto torna|Questi conti non tornano/).first().waitFor();
}
async function everyReport(look) {
  for (const { code } of reports) {
    await openReport(code);
    await look(code);
  }
}

test("every figure of every report stands beside what it counts", async () => {
  assert.ok(reports.length >= 18);
  let lines = 0;
  await everyReport(async (code) => {
    const faults = await page.evaluate(() =>
      [...document.querySelectorAll(".figures tbody tr")]
        .filter((row) => !row.querySelector("th")?.textContent.trim())
        .map((row) => `${row.closest("section").getAttribute("aria-label")}: ${row.innerText}`),
    );
    assert.deepEqual(faults, [], code);
    lines += await page.locator(".figures tbody tr").count();
    assert.deepEqual(await accessibilityFaults(page), [], code);
  });
  assert.ok(lines > 300, `${lines} lines of figures`);
  await openReport("R3");
  const results = page.getByRole("region", { name: "Indicatori di risultato" }).last();
  await results.getByRole("rowheader", { name: /^EECR01/ }).waitFor();
  assert.equal(await results.getByRole("rowheader").count(), 6);
  const outputs = page.getByRole("region", { name: "Indicatori di output" }).last();
  await outputs.getByRole("columnheader", { name: "Totale" }).waitFor();
  await outputs.getByRole("rowheader", { name: /^EECO17/ }).waitFor();
  await picture("R3");
});

for (const width of [320, 360, 640, DESK.width]) {
  test(`with real figures no report scrolls sideways at ${width} px`, async () => {
    await page.setViewportSize({ width, height: 740 });
    await everyReport(async (code) => {
      assert.equal(await tooWide(), 0, `${code} at ${width}`);
      if (code === "R3" || code === "R7") await picture(`${code}-${width}`);
    });
    await page.setViewportSize(DESK);
  });
}

test("on an A4 sheet no table of a report is cut", async () => {
  await page.setViewportSize(SHEET);
  await everyReport(async (code) => {
    await page.emulateMedia({ media: "print" });
    const cut = await page.evaluate(() =>
      [...document.querySelectorAll(".figures table")]
        .filter((one) => one.getBoundingClientRect().right > innerWidth + 1)
        .map((one) => one.closest("section").getAttribute("aria-label")),
    );
    assert.deepEqual(cut, [], code);
    assert.equal(await tooWide(), 0, code);
    await picture(`${code}-paper`);
    await page.emulateMedia({ media: "screen" });
  });
  await page.setViewportSize(DESK);
  assert.deepEqual(page.troubles, []);
});

/** What a printer gets of the screen that is open, as words. */
async function onPaper(name) {
  await settled();
  await page.setViewportSize(SHEET);
  await page.emulateMedia({ media: "print" });
  assert.equal(await tooWide(), 0, name);
  const words = await page.locator("main").innerText();
  await picture(`${name}-paper`);
  await page.emulateMedia({ media: "screen" });
  await page.setViewportSize(DESK);
  return words;
}

test("[S068] a pact on paper names the family, what each undertook, and who signed", async () => {
  const { records } = await ask(page, "record.list", { type: "pact", limit: 1 });
  const { dossier, id } = records[0];
  const titles = async (type) =>
    (await ask(page, "record.list", { type, dossier })).records.map((one) => one.title);
  await carla.goTo("record", id);
  const undertook = page.getByRole("region", { name: "Impegni" });
  await undertook.getByRole("link", { name: /colloquio al mese/ }).waitFor();
  assert.deepEqual(await accessibilityFaults(page), []);
  const paper = await onPaper("pact");
  for (const type of ["household", "member", "objective", "support", "commitment"]) {
    const all = await titles(type);
    assert.ok(all.length > 0, type);
    for (const one of all) assert.ok(paper.includes(one), `${type} ${one}: ${paper}`);
  }
  assert.match(paper, /INSIEME VEN_09/);
  assert.match(paper, /Stampato il \d\d\/\d\d\/\d{4} da Carla Verdi/);
  assert.match(paper, /Firme[\s\S]*Componente del nucleo · firmato il \d\d\/\d\d\/\d{4}/);
  assert.match(paper, /Case manager · firmato il/);
  // It is signed by both sides: nobody is asked again.
  assert.doesNotMatch(paper, /Per la famiglia|Salvata su questo tablet/);
});

test("a visit on paper names the family and the colleague, and nothing empty", async () => {
  const { records } = await ask(page, "record.list", { type: "visit", limit: 1 });
  const { record } = await ask(page, "record.get", { record: records[0].id });
  world.person(record.fields.educator.text, "Bruno Neri", "educator");
  await page.reload(); // the names of colleagues are asked for again
  await carla.goTo("record", record.id);
  await page.getByText("Bruno Neri", { exact: true }).waitFor();
  const paper = await onPaper("visit");
  const { records: families } = await ask(page, "record.list", {
    type: "household",
    dossier: record.dossier,
  });
  assert.ok(paper.includes(families[0].title));
  assert.match(paper, /Stampato il/);
  assert.doesNotMatch(paper, /Foto e file|Arrivata al server|Nessuna firma/);
});

test("who follows whom on paper has no button", async () => {
  await carla.goTo("steer");
  await page.getByRole("region", { name: "Chi segue chi" }).first().waitFor();
  await page.getByRole("button", { name: /^Passa/ }).first().waitFor();
  const paper = await onPaper("steer");
  assert.doesNotMatch(paper, /Passa/);
});
