// Practising in a store of its own, the sealed file for when nothing can be sent, and the gauge.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { join } from "node:path";
import { ask, look, makeHousehold, Person, PHONE } from "./people.mjs";
import { until } from "./browser.mjs";
import { World } from "./world.mjs";

const world = new World();
const FAMILY = "Famiglia Bassi";
let family;
let office;
let anna;

before(async () => {
  await world.start();
  world.person("anna", "Anna Rossi", "educator");
  world.person("office", "Ufficio", "coordinator");
  office = world.desk("office");
  family = makeHousehold(office, world, ["anna"]);
  anna = new Person(world, "anna");
  await anna.browser.start();
  anna.page = await anna.browser.page(world.url, PHONE);
});

after(async () => {
  await anna?.end();
  await world.end();
});

const practise = async (page, role = "Educatore") => {
  await page.getByRole("button", { name: "Prova con famiglie inventate" }).click();
  await choose(page, role);
};
const choose = async (page, role) => {
  await page.getByRole("heading", { name: "In che ruolo vuoi provare?" }).waitFor();
  await page.getByRole("button", { name: new RegExp(`^${role}`) }).click();
  await page.getByRole("navigation", { name: "Sezioni" }).waitFor();
  await page.getByText("Famiglie inventate: nulla va a un server.").waitFor();
};
const SENDS = /da inviare|non inviat/i;
/** Nothing that is shown waits to be sent. */
const saysNothingOfSending = async (page) =>
  assert.doesNotMatch(await page.locator("body").innerText(), SENDS);

test("one tap from the first screen: invented families, and nothing to any server", async () => {
  const { page } = anna;
  await page.getByLabel("Codice di invito").waitFor();
  await look(page, "start");
  const asked = [];
  page.on("request", (request) => {
    if (request.url().includes("/v1/")) asked.push(request.url());
  });
  await page.getByRole("button", { name: "Prova con famiglie inventate" }).click();
  await page.getByRole("heading", { name: "In che ruolo vuoi provare?" }).waitFor();
  await look(page, "practice-roles");
  await choose(page, "Educatore");
  await page.getByText("Sei Anna Prandi (educatore).").waitFor();
  await page.getByRole("link", { name: /Famiglia Rossini \(prova\)/ }).first().waitFor();
  await look(page, "practice");
  await saysNothingOfSending(page);
  const dossier = (await ask(page, "dossier.list")).dossiers[0].id;
  const saved = await ask(page, "record.save", {
    request_id: "practice-1",
    type: "note",
    dossier,
    fields: { title: "prova", body: "scritta per imparare" },
  });
  assert.equal(saved.ok, true);
  const invitation = world.invite("anna");
  assert.equal((await ask(page, "device.enrol", { invitation })).error.code, "practice");
  const opening = { dossier: "1234abcd", reason: "per imparare", hours: 1 };
  assert.equal((await ask(page, "glass.open", opening)).error.code, "practice");
  for (const command of ["sync.run", "sign_in.ways"]) {
    assert.equal((await ask(page, command)).error.code, "practice", command);
  }
  await anna.goTo("outbox");
  await page.getByText("resta nella prova: non va a nessuno").waitFor();
  await saysNothingOfSending(page);
  assert.deepEqual(asked, []);
});

test("an educator practises a visit and a voucher, and nothing waits to be sent", async () => {
  const { page } = anna;
  await anna.openRecord("Famiglia Rossini (prova)", /PROVA-1/);
  const gauge = page.getByRole("region", { name: "Unità disponibili" });
  await gauge.getByText(/in attesa di conferma/).waitFor();
  await page.getByRole("region", { name: "Dov'è questa scheda" }).waitFor();
  await look(page, "practice-voucher");
  await saysNothingOfSending(page);
  await anna.goTo("families");
  await page.getByRole("link", { name: /Famiglia Conti/ }).first().waitFor();
  await saysNothingOfSending(page);
  await anna.goTo();
  await page.getByRole("button", { name: "Inizia visita" }).first().click();
  await page.getByText("A casa", { exact: true }).click();
  await page.getByRole("button", { name: "Termina visita" }).click();
  await page.getByText("Salvato nella prova").first().waitFor();
  await saysNothingOfSending(page);
});

test("a coordinator practises deciding: values, a spend, a late edit, a duplicate", async () => {
  const { page } = anna;
  await page.getByRole("button", { name: "Cambia ruolo" }).click();
  await choose(page, "Coordinatore");
  await anna.goTo("review");
  const row = page.getByRole("link", { name: /Prossimo passo/ });
  await row.getByText("Anna Prandi, Bruno Sassi").waitFor();
  await page.getByRole("link", { name: /PROVA-1/ }).waitFor();
  const late = page.getByRole("region", { name: "Modifiche arrivate in ritardo" });
  await late.getByText("Bruno Sassi").waitFor();
  await page.getByRole("region", { name: "Segnalazioni" }).getByText(/Galli/).first().waitFor();
  await look(page, "practice-review");
  await saysNothingOfSending(page);

  // By keyboard alone: down to the late edit, and its first button.
  const isLate = () => page.evaluate(() => document.activeElement?.matches("[data-card]"));
  for (let rows = 0; rows < 10 && !(await isLate()); ++rows) await page.keyboard.press("j");
  assert.equal(await isLate(), true);
  await page.keyboard.press("1");
  await page.getByText("Deciso.").first().waitFor();
  const notes = async () => (await ask(page, "record.list", { type: "note" })).records;
  assert.deepEqual((await notes()).map((one) => one.edited_by).sort(), ["anna", "bruno"]);
  await page.getByRole("button", { name: "Annulla", exact: true }).click();
  await until("the note is retracted", async () => (await notes()).length === 1);

  await row.click();
  await page.getByText("tablet di Anna Prandi").waitFor();
  await page.getByText("tablet di Bruno Sassi").waitFor();
  await look(page, "practice-decide");
  await page.getByRole("button", { name: /^1\. / }).click();
  await page.getByLabel("Motivo").fill("lo ha deciso la maestra");
  await page.getByRole("button", { name: "Decidi", exact: true }).click();
  await page.getByText("Deciso.").waitFor();
  const { items } = await ask(page, "review.list");
  assert.ok(items.every((one) => one.field !== "next_step"));
  // What is said of a spend cannot be taken back: it asks first.
  await page.getByRole("heading", { name: "Unità disponibili" }).waitFor();
  await page.getByRole("button", { name: "La spesa va bene" }).click();
  await page.getByLabel("Motivo").fill("concordata con la famiglia");
  await page.getByRole("button", { name: "Decidi", exact: true }).click();
  await page.getByText("Questa decisione non si può annullare").waitFor();
  assert.equal((await ask(page, "review.list")).items.length, 1);
  await page.getByRole("button", { name: "Sì, decidi" }).click();
  await until("the spend is confirmed", async () => {
    return (await ask(page, "review.list")).items.length === 0;
  });
  await page.getByRole("heading", { name: "Da decidere" }).waitFor();
  await anna.goTo("reports");
  await page.getByRole("link", { name: /R1/ }).first().waitFor();
  await look(page, "practice-reports");
});

test("a decision links the visit on which a value was written", async () => {
  const { page } = anna;
  const { records } = await ask(page, "record.list", { type: "objective" });
  const { dossier } = (await ask(page, "record.list", { type: "visit" })).records[0];
  const { id } = records.find((one) => one.dossier === dossier);
  const { version } = (await ask(page, "record.get", { record: id })).record;
  for (const account of ["anna", "bruno"]) {
    await ask(page, "practice.as", { account, role: "educator" });
    const fields = { expected_result: `come dice ${account}` };
    const args = { request_id: `same-${account}`, record: id, version, fields };
    assert.equal((await ask(page, "record.save", args)).ok, true);
  }
  await ask(page, "practice.as", { account: "carla", name: "Carla Mori", role: "coordinator" });
  // Its visit has a part about health: to be told which visit it was opens none of that.
  const day = new Date().toLocaleDateString("sv-SE");
  const start_at = `${day}T00:00`;
  const fields = { start_at, place: "casa", educator: "anna", health_notes: "asma" };
  const kept = await ask(page, "record.save", { request_id: "v", type: "visit", dossier, fields });
  assert.equal(kept.ok, true, JSON.stringify(kept));
  const openings = async () => Number((await ask(page, "status")).openings);
  const noted = await openings();
  const { items } = await ask(page, "review.list");
  await anna.goTo("review", items.find((one) => one.record === id).id);
  const side = (name) => page.getByRole("article").filter({ hasText: `Valore di ${name}` });
  await side("Anna Prandi").getByRole("link", { name: /^Visita di quel momento: / }).waitFor();
  assert.equal(await side("Bruno Sassi").getByRole("link").count(), 0);
  assert.equal(await openings(), noted);
  await ask(page, "record.get", { record: kept.record.id });
  assert.equal(await openings(), noted + 1);
  await look(page, "practice-visit");
});

test("a fellow practises a network with its contacts and services", async () => {
  const { page } = anna;
  await page.getByRole("button", { name: "Cambia ruolo" }).click();
  await choose(page, "Animatore di territorio");
  const due = page.getByRole("region", { name: "Da risentire" });
  await due.getByRole("link", { name: /Scuola media La Quercia/ }).waitFor();
  await anna.goTo("network");
  await page.getByRole("heading", { name: "Rete di prova", level: 1 }).waitFor();
  await look(page, "practice-network");
  await saysNothingOfSending(page);
  await anna.goTo("services");
  await page.getByText("Doposcuola ai Pioppi").first().waitFor();
});

test("a world whose making was cut by a kill is made anew, and whole", async () => {
  const { page } = anna;
  await page.evaluate(
    () =>
      new Promise((done) => {
        const request = indexedDB.open("insieme-choices", 1);
        request.onsuccess = () => {
          const act = request.result.transaction("choices", "readwrite");
          act.objectStore("choices").put("yes", "practice-making");
          act.oncomplete = () => {
            request.result.close();
            done();
          };
        };
      }),
  );
  await page.reload();
  await choose(page, "Educatore");
  const { dossiers } = await ask(page, "dossier.list");
  assert.equal(dossiers.length, 3);
  assert.equal((await ask(page, "record.list", { type: "note" })).records.length, 0);
  const dossier = dossiers[0].id;
  const fields = { title: "prova", body: "scritta per imparare" };
  const saved = await ask(page, "record.save", { request_id: "n", type: "note", dossier, fields });
  assert.equal(saved.ok, true);
});

test("the practice is left, gone on with, and thrown away for good", async () => {
  const { page } = anna;
  await page.getByRole("button", { name: "Esci dalla prova" }).click();
  await page.getByLabel("Codice di invito").waitFor();
  // The real store knows nothing of it.
  assert.equal((await ask(page, "dossier.list")).dossiers.length, 0);
  // As whoever it was before.
  await page.getByRole("button", { name: "Prova con famiglie inventate" }).click();
  await page.getByText("Sei Anna Prandi").waitFor();
  const notes = (await ask(page, "record.list", { type: "note" })).records;
  assert.deepEqual(notes.map((one) => one.title), ["prova"]);
  await anna.goTo("tablet");
  await page.getByRole("button", { name: "Butta via la prova" }).click();
  await look(page, "throw-away");
  await page.getByRole("button", { name: "Sì, butta via" }).click();
  await page.getByLabel("Codice di invito").waitFor();
  const left = await page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    const names = [];
    for await (const name of root.keys()) names.push(name);
    return names;
  });
  assert.deepEqual(left, ["insieme"]);
  assert.equal((await page.evaluate(() => globalThis.insieme.erase("insieme-practice"))).ok, false);
});

test("an enrolled tablet practises beside its real store, which is untouched", async () => {
  const { page } = anna;
  await page.getByLabel("Codice di invito").fill(world.invite("anna"));
  await page.getByRole("button", { name: "Collega questo tablet" }).click();
  // The fastest thumb there is: to another place in the very moment in which the places appear.
  await page.evaluate(() => {
    new MutationObserver((_, observer) => {
      if (!document.querySelector("nav[aria-label=Sezioni]")) return;
      observer.disconnect();
      location.hash = "#/outbox";
    }).observe(document.body, { childList: true, subtree: true });
  });
  await anna.goOnWithoutPin();
  await page.getByRole("region", { name: "Da inviare" }).waitFor();
  await anna.online();
  await anna.goTo("tablet");
  await practise(page);
  await page.getByRole("link", { name: /Famiglia Conti \(prova\)/ }).first().waitFor();
  await page.getByRole("button", { name: "Esci dalla prova" }).click();
  await page.getByRole("link", { name: FAMILY }).first().waitFor();
  assert.equal((await ask(page, "dossier.list")).dossiers.length, 1);
});

test("[P2] what cannot be sent leaves in a sealed file, for other hands to bring", async () => {
  const { page } = anna;
  await anna.offline();
  await anna.openRecord(FAMILY, family.visitTitle);
  await anna.editField("Prossimo passo", "portare il libro rosso");
  await anna.goTo("tablet");
  await page.getByRole("button", { name: "Scarica il lavoro non inviato" }).waitFor();
  await look(page, "unsent");
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Scarica il lavoro non inviato" }).click(),
  ]);
  await page.getByText("Nel file: 1 modifiche").waitFor();
  assert.match(download.suggestedFilename(), /^insieme-anna-.*\.insieme-x$/);
  const file = join(world.folder, "anna.insieme-x");
  await download.saveAs(file);
  assert.equal(Number((await ask(page, "status")).unsent), 1); // here until the server says so
  office.run("exchange", "import", file);
  office.sync();
  office.sync();
  const seen = office.call("record.get", { record: family.visit });
  assert.match(JSON.stringify(seen), /portare il libro rosso/);
  await anna.online();
  assert.equal(Number((await ask(page, "status")).unsent), 0);
});

test("the gauge says in words that space runs out, and what to do", async () => {
  const { page } = anna;
  await anna.goTo("tablet");
  await page.getByRole("region", { name: "Spazio occupato" }).waitFor();
  assert.equal(await page.getByText(/Lo spazio (sta|è)/).count(), 0);
  // As browsers say that tell the truth about the disk.
  const estimate = (part) =>
    page.evaluate((share) => {
      navigator.storage.estimate = async () => ({ usage: 1e9 * share, quota: 1e9 });
    }, part);
  for (const [part, words] of [
    [0.85, "Lo spazio sta per finire"],
    [0.97, "Lo spazio è quasi finito"],
  ]) {
    await anna.goTo();
    await estimate(part);
    await anna.goTo("tablet");
    await page.getByText(words).waitFor();
    await page.getByText("ciò che è sul server non si perde").waitFor();
  }
  await look(page, "nearly-full");
});

test("what found no room is told where the gauge is, whatever the browser says", async () => {
  const { page } = anna;
  await page.reload();
  await anna.openRecord(FAMILY, family.visitTitle);
  const cdp = await anna.browser.context.newCDPSession(page);
  const { usage } = await page.evaluate(() => navigator.storage.estimate());
  const origin = world.url;
  await page.getByRole("button", { name: "Modifica", exact: true }).click();
  await cdp.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: usage + 20_000 });
  const field = page.getByLabel("Osservazioni", { exact: true });
  await field.fill(Array.from({ length: 40_000 }, (_, i) => `${i} `).join(""));
  await page.getByRole("button", { name: "Salva", exact: true }).click();
  await page.getByText("non è stato salvato nulla").first().waitFor();
  await anna.goTo("tablet");
  await page.getByText("Lo spazio è quasi finito").waitFor();
  await cdp.send("Storage.overrideQuotaForOrigin", { origin });
  assert.equal((await ask(page, "verify")).sound, true);
});
