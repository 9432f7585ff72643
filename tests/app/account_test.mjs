// A tablet becomes somebody's with a name and a password of the server's own, an app of codes and
// recovery codes; a second tablet with the code that the app shows then.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, before, test } from "node:test";
import { ask, look, PHONE } from "./people.mjs";
import { Browser } from "./browser.mjs";
import { World } from "./world.mjs";

const world = new World();
const browser = new Browser();
const second = new Browser();
const STEP_MS = 30_000;
let page;
let first;
let secret;

/** What an app of codes does with the key that a person typed into it (RFC 6238). */
function codeOf(base32, step) {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...base32].map((c) => alphabet.indexOf(c).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac("sha1", key).update(counter).digest();
  const at = mac.at(-1) & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

const stepNow = () => Math.floor(Date.now() / STEP_MS);

before(async () => {
  world.person("anna", "Anna Rossi", "educator");
  first = world.admin("account", "new", "anna", "--totp").first_password;
  await world.start();
});

after(async () => {
  await browser.end();
  await second.end();
  await world.end();
});

const go = (name) => page.getByRole("button", { name, exact: true }).click();

test("the first screen asks for name and password, and says what is wrong", async () => {
  await browser.start();
  page = await browser.page(`${world.url}/`, PHONE);
  await page.getByLabel("Nome utente").fill("anna");
  await page.getByLabel("Password", { exact: true }).fill("sbagliata!");
  await go("Accedi");
  await page.getByText("non sono giusti").waitFor();
  await look(page, "account-wrong");
});

test("the first password leads to one's own, an app of codes and recovery codes", async () => {
  await page.getByLabel("Password", { exact: true }).fill(first);
  await go("Accedi");
  await page.getByLabel("Password nuova").fill("corta");
  await page.getByLabel("Ancora una volta").fill("corta");
  await go("Continua");
  await page.getByText("da 10 a 128 caratteri, e questa 5").waitFor();
  await look(page, "account-new-password");
  await page.getByLabel("Password nuova").fill("tre parole facili");
  await page.getByLabel("Ancora una volta").fill("tre parole facili");
  await go("Continua");
  const link = page.getByRole("link", { name: "Aggiungi all'app dei codici" });
  await link.waitFor();
  secret = new URL(await link.getAttribute("href")).searchParams.get("secret");
  assert.match(secret, /^[A-Z2-7]{32}$/);
  await look(page, "account-totp");
  await page.getByLabel("Codice dell'app").fill(codeOf(secret, stepNow()));
  await go("Continua");
  await page.getByText("Codici di recupero").waitFor();
  assert.equal(await page.locator("li code").count(), 10);
  await look(page, "account-codes");
  await go("Li ho scritti");
  await page.getByRole("heading", { name: "Scegli un PIN" }).waitFor();
  const { identity } = await ask(page, "status");
  assert.equal(identity.account, "anna");
});

test("a second tablet takes the password and the next code", async () => {
  await second.start();
  page = await second.page(`${world.url}/`, PHONE);
  await page.getByLabel("Nome utente").fill("anna");
  await page.getByLabel("Password", { exact: true }).fill("tre parole facili");
  await go("Accedi");
  await page.getByLabel("Codice dell'app").waitFor();
  await look(page, "account-code");
  // The code of this step may be used up: that of the next one counts already.
  await page.getByLabel("Codice dell'app").fill(codeOf(secret, stepNow() + 1));
  await go("Continua");
  await page.getByRole("heading", { name: "Scegli un PIN" }).waitFor();
  assert.equal(world.admin("devices").length, 2);
});
