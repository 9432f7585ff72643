// The PIN in a real browser: choosing, locking, waiting, forgetting, and no work lost on the way.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ask, look, makeHousehold, Person, PHONE } from "./people.mjs";
import { World } from "./world.mjs";

const world = new World();
const FAMILY = "Famiglia Bassi";
const PIN = "407319";
let family;
let anna;
let recoveryFile;

before(async () => {
  recoveryFile = world.makeRecovery();
  await world.start();
  world.person("anna", "Anna Rossi", "educator");
  world.person("office", "Ufficio", "coordinator");
  family = makeHousehold(world.desk("office"), world, ["anna"]);
});

after(async () => {
  await anna?.end();
  await world.end();
});

const closed = () => anna.page.getByRole("heading", { name: "Insieme è chiuso" });
/** The screen is covered at once; what was typed is kept, and then the store is closed. */
async function locked() {
  await closed().waitFor();
  for (;;) {
    const reply = await ask(anna.page, "dossier.list");
    if (!reply.ok) return reply.error.code;
    await new Promise((done) => setTimeout(done, 50));
  }
}
const open = () => anna.page.getByRole("navigation", { name: "Sezioni" });

test("after the enrolment a PIN is chosen, and a poor one is refused in words", async () => {
  anna = new Person(world, "anna");
  await anna.browser.start();
  const page = await anna.browser.page(world.url, PHONE);
  anna.page = page;
  await page.getByLabel("Codice di invito").fill(world.invite("anna"));
  await page.getByRole("button", { name: "Collega questo tablet" }).click();
  await page.getByRole("heading", { name: "Scegli un PIN" }).waitFor();
  await look(page, "setup");
  await page.getByLabel("PIN nuovo").fill("123456");
  await page.getByLabel("Ancora una volta").fill("123457");
  await page.getByText("I due PIN non sono uguali").waitFor();
  assert.equal(await page.getByRole("button", { name: "Imposta il PIN" }).isDisabled(), true);
  await page.getByLabel("Ancora una volta").fill("123456");
  await page.getByRole("button", { name: "Imposta il PIN" }).click();
  await page.getByText("si indovina subito").waitFor();
  await anna.choosePin(PIN);
  await open().waitFor();
  anna.pin = PIN;
  await anna.online();
  // Prepared without a word of hers.
  for (let i = 0; i < 100; ++i) {
    if ((await ask(page, "pin.state")).recovery) break;
    await new Promise((done) => setTimeout(done, 50));
  }
  assert.equal((await ask(page, "pin.state")).recovery, true);
});

test("the page never holds what opens the store", async () => {
  const reply = await ask(anna.page, "pin.change", { pin: PIN, new_pin: PIN });
  assert.equal(reply.ok, true);
  const refused = await ask(anna.page, "pin.set", { pin: "530847" });
  assert.equal(refused.error.code, "already_exists");
  for (const one of [reply, refused]) assert.equal("device_secret" in one, false);
  const kept = await anna.page.evaluate(() => JSON.stringify({ ...localStorage }));
  assert.doesNotMatch(kept, new RegExp(`${PIN}|[0-9a-f]{64}`));
});

test("[P2] locked in the middle of a form, what was typed last is there afterwards", async () => {
  await anna.offline();
  await anna.openRecord(FAMILY, family.visitTitle);
  await anna.page.getByRole("button", { name: "Modifica", exact: true }).click();
  const text = "Tommaso ha letto una pagina da solo";
  // Locked with the last letter, before the draft would have been kept.
  await anna.page.getByLabel("Osservazioni", { exact: true }).fill(text);
  await anna.page.getByRole("button", { name: "Chiudi adesso" }).click();
  await closed().waitFor();
  assert.equal(await anna.page.getByText(text).count(), 0);
  assert.equal(await locked(), "locked");
  await look(anna.page, "locked");
  await anna.unlock();
  const field = anna.page.getByLabel("Osservazioni", { exact: true });
  await field.waitFor();
  assert.equal(await field.inputValue(), text);
  await anna.page.getByRole("button", { name: "Salva", exact: true }).click();
  await anna.page.getByText("Salvata su questo tablet").waitFor();
});

test("by keyboard alone: it locks, a wrong PIN is told, the right one opens", async () => {
  const { page } = anna;
  await page.getByRole("button", { name: "Chiudi adesso" }).focus();
  await page.keyboard.press("Enter");
  await closed().waitFor();
  await page.waitForFunction(() => document.activeElement?.id === "pin");
  await page.keyboard.type("000001");
  await page.keyboard.press("Enter");
  await page.getByText("Il PIN non è giusto").waitFor();
  await page.waitForFunction(() => document.activeElement?.id === "pin");
  await page.keyboard.type(PIN);
  await page.keyboard.press("Enter");
  await open().waitFor();
});

test("it locks by itself when nobody touches it, or when it is left", async () => {
  const { page } = anna;
  await anna.goTo("tablet");
  await page.getByRole("region", { name: "PIN" }).waitFor();
  await look(page, "settings");
  await page.getByText("1 min", { exact: true }).click();
  await page.evaluate(() => {
    const real = Date.now.bind(Date);
    Date.now = () => real() + 61_000;
  });
  await closed().waitFor();
  await anna.unlock();
  await page.getByText("anche appena lascio l'app").click();
  await page.evaluate(() => {
    Object.defineProperty(document, "hidden", { value: true, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
    delete document.hidden;
  });
  await closed().waitFor();
  await anna.unlock();
  await page.getByText("anche appena lascio l'app").click();
});

test("[P2] the camera does not lock the app that it covers, leaving it later does", async () => {
  const { page } = anna;
  await anna.openRecord(FAMILY, family.visitTitle);
  await anna.goTo("tablet");
  await page.getByText("anche appena lascio l'app").click();
  await page.goBack();
  const shown = (hidden) =>
    page.evaluate((value) => {
      Object.defineProperty(document, "hidden", { value, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }, hidden);
  const opening = page.waitForEvent("filechooser");
  await page.getByText("Scatta una foto").click();
  const camera = await opening;
  await shown(true);
  const url = await page.evaluate(() => {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 200;
    return canvas.toDataURL("image/jpeg");
  });
  await shown(false);
  const buffer = Buffer.from(url.split(",")[1], "base64");
  await camera.setFiles({ name: "IMG_7.jpg", mimeType: "image/jpeg", buffer });
  await page.getByRole("button", { name: /^Apri: Foto o file 1/ }).waitFor();
  assert.equal(await closed().count(), 0);
  await shown(true);
  await closed().waitFor();
  await shown(false);
  await anna.unlock();
  await anna.goTo("tablet");
  await page.getByText("anche appena lascio l'app").click();
});

test("wrong PINs are counted over a kill, and the wait is told in words", async () => {
  await anna.browser.kill();
  await anna.browser.start();
  await anna.browser.context.setOffline(true);
  anna.page = await anna.browser.page(world.url, PHONE);
  await closed().waitFor();
  for (let i = 1; i <= 3; ++i) {
    await anna.unlock("000001");
    await anna.page.getByText("Il PIN non è giusto").waitFor();
    assert.equal((await ask(anna.page, "pin.state")).failed, i);
  }
  await anna.browser.kill();
  await anna.browser.start();
  await anna.browser.context.setOffline(true);
  anna.page = await anna.browser.page(world.url, PHONE);
  await closed().waitFor();
  assert.equal((await ask(anna.page, "pin.state")).failed, 3);
  await anna.unlock("000001");
  await anna.page.getByText("Il PIN non è giusto").waitFor();
  await anna.unlock("000001");
  await anna.page.getByText(/si può riprovare tra \d+ secondi/).waitFor();
  assert.equal(await anna.page.getByLabel("PIN", { exact: true }).isDisabled(), true);
  await look(anna.page, "wait");
  const stopped = await ask(anna.page, "unlock", { pin: PIN });
  assert.equal(stopped.error.code, "pin_wait");
});

test("a forgotten PIN: the answer opens this tablet, without a network", async () => {
  const { page } = anna;
  await page.getByRole("button", { name: "PIN dimenticato?" }).click();
  const shown = page.getByLabel("1. Dai questo codice a chi coordina");
  await page.waitForFunction(() => document.querySelector("output")?.textContent.length > 200);
  await look(page, "forgotten");
  const request = await shown.textContent();
  const answer = world.admin("recovery", "answer", request, "--key", recoveryFile);
  assert.equal(answer.account, "anna");
  await page.getByLabel("Codice di sblocco").fill(answer.answer.replace(/^./, "Z"));
  await page.getByLabel("PIN nuovo").fill("530847");
  await page.getByLabel("Ancora una volta").fill("530847");
  await page.getByRole("button", { name: "Apri con il PIN nuovo" }).click();
  await page.getByText("cifra per cifra").waitFor();
  await page.getByLabel("Codice di sblocco").fill(answer.answer.toLowerCase());
  await page.getByRole("button", { name: "Apri con il PIN nuovo" }).click();
  await open().waitFor();
  anna.pin = "530847";
  await anna.browser.kill();
  await anna.again();
  await anna.openRecord(FAMILY, family.visitTitle);
  await anna.page.getByText("Tommaso ha letto una pagina da solo").first().waitFor();
  await anna.online();
  assert.equal(Number((await ask(anna.page, "status")).unsent), 0);
});

test("removed, it opens by itself; where a PIN is asked for nobody skips it", async () => {
  await anna.goTo("tablet");
  await anna.page.getByRole("button", { name: "Togli il PIN" }).click();
  await anna.page.getByLabel("PIN di adesso").fill("530847");
  await anna.page.getByRole("button", { name: "Togli", exact: true }).click();
  await anna.page.getByText("Non c'è un PIN").waitFor();
  anna.pin = null;
  await anna.browser.kill();
  await anna.again();
  assert.equal((await ask(anna.page, "verify")).sound, true);
  assert.deepEqual(anna.page.troubles, []);
  await world.stopServer();
  world.settings.INSIEME_PIN_REQUIRED = "yes";
  await world.start();
  await anna.page.reload();
  await open().waitFor();
  await anna.send();
  await anna.page.reload();
  await anna.page.getByText("Il tuo servizio chiede un PIN").waitFor();
  assert.equal(await anna.page.getByRole("button", { name: "Continua senza PIN" }).count(), 0);
  await anna.choosePin("gatto nero 7");
  await open().waitFor();
});
