// A newer build of the app comes while somebody works: it waits, says so, is taken with a tap or at
// the next start, and every letter of unsent drafts and records is there afterwards.
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { accessibilityFaults } from "./browser.mjs";
import { ask, makeHousehold, Person } from "./people.mjs";
import { appFolder, World } from "./world.mjs";

const folder = mkdtempSync(join(tmpdir(), "insieme-builds-"));
const world = new World("Ambito Val d'Enza", folder);
let family;
let anna;

/** The app as the next build would lie there: another page under another version. */
function release(name) {
  rmSync(folder, { recursive: true, force: true });
  cpSync(appFolder, folder, { recursive: true });
  const page = readFileSync(join(appFolder, "index.html"), "utf8");
  writeFileSync(join(folder, "index.html"), page.replace("<html", `<html data-build="${name}"`));
  const version = /insieme-[0-9a-f]{12}/;
  const worker = readFileSync(join(appFolder, "sw.js"), "utf8");
  assert.match(worker, version);
  const digest = createHash("sha256").update(name).digest("hex").slice(0, 12);
  writeFileSync(join(folder, "sw.js"), worker.replace(version, `insieme-${digest}`));
  for (const file of ["index.html", "sw.js"]) {
    for (const ending of ["br", "gz"]) rmSync(join(folder, `${file}.${ending}`), { force: true });
  }
}
const build = () => anna.page.evaluate(() => document.documentElement.dataset.build);
const look = () =>
  anna.page.evaluate(async () => (await navigator.serviceWorker.getRegistration()).update());
const banner = () => anna.page.getByRole("button", { name: "Passa alla versione nuova" });

before(async () => {
  release("one");
  await world.start();
  world.person("anna", "Anna Rossi", "educator");
  world.person("office", "Ufficio", "coordinator");
  family = makeHousehold(world.desk("office"), world, ["anna"]);
  anna = await new Person(world, "anna").begin();
});

after(async () => {
  await anna?.end();
  await world.end();
  rmSync(folder, { recursive: true, force: true });
});

test("[P2] a newer build waits until it is asked for, and no letter is lost", async () => {
  assert.equal(await build(), "one");
  await anna.offline();
  await anna.openRecord("Famiglia Bassi", family.visitTitle);
  await anna.editField("Prossimo passo", "telefonare alla maestra");
  await anna.page.getByRole("button", { name: "Modifica", exact: true }).click();
  await anna.page.getByLabel("Osservazioni", { exact: true }).fill("Tommaso ha riso.");
  await anna.page.getByText("Bozza conservata").waitFor();
  anna.isOffline = false;
  await anna.browser.context.setOffline(false);
  await world.stopServer();
  release("two");
  await world.start();
  await look();
  await banner().waitFor();
  assert.deepEqual(await accessibilityFaults(anna.page), []);
  assert.equal(await build(), "one");
  // Typed a moment before the tap, sooner than it is kept by itself.
  await anna.page.getByLabel("Osservazioni", { exact: true }).fill("Tommaso ha riso. E letto.");
  await banner().click();
  await anna.page.waitForFunction(() => document.documentElement.dataset.build === "two");
  const text = anna.page.getByLabel("Osservazioni", { exact: true });
  await text.waitFor();
  assert.equal(await text.inputValue(), "Tommaso ha riso. E letto.");
  await anna.page.getByRole("button", { name: "Salva", exact: true }).click();
  await anna.page.getByRole("region", { name: "Dov'è questa scheda" }).waitFor();
  const { record } = await ask(anna.page, "record.get", { record: family.visit });
  assert.equal(record.fields.next_step.text, "telefonare alla maestra");
  assert.equal(record.fields.observations.text, "Tommaso ha riso. E letto.");
});

test("[P2] a tablet that was off takes it at the next start, and its drafts go on", async () => {
  await anna.goTo("dossier", family.dossier);
  await anna.page.getByRole("button", { name: "Inizia visita" }).click();
  await anna.page.getByLabel("Appunti").fill("Un pomeriggio tranquillo.");
  await anna.page.getByText("Bozza conservata").waitFor();
  await world.stopServer();
  release("three");
  await world.start();
  await look();
  await banner().waitFor();
  // Yet another one begins to arrive.
  const arriving = "insieme-0123456789ab";
  const caches = () => anna.page.evaluate(() => globalThis.caches.keys());
  await anna.page.evaluate((name) => globalThis.caches.open(name), arriving);
  const before = await caches();
  assert.equal(before.length, 3);
  await anna.browser.kill();
  await anna.again();
  await anna.page.waitForFunction(() => document.documentElement.dataset.build === "three");
  assert.deepEqual(await caches(), before.slice(1)); // the old one is gone, and no other
  await anna.page.getByRole("link", { name: /Visita in corso/ }).click();
  await anna.page.getByLabel("Appunti").waitFor();
  assert.equal(await anna.page.getByLabel("Appunti").inputValue(), "Un pomeriggio tranquillo.");
  await anna.page.getByText("A casa", { exact: true }).click();
  await anna.page.getByRole("button", { name: "Termina visita" }).click();
  await anna.page.getByText("Salvata su questo tablet").first().waitFor();
  await anna.send();
  assert.equal((await ask(anna.page, "status")).unsent, "0");
});
