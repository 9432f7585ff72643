// What a person does with the app, in the words on its screen.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { accessibilityFaults, Browser } from "./browser.mjs";

export const PHONE = { width: 390, height: 844 };
export const TABLET = { width: 820, height: 1180 };
export const DESK = { width: 1366, height: 900 };

/** One command straight to the store of that page, as the screens give it. */
export async function ask(page, command, args = {}) {
  return page.evaluate(([name, given]) => globalThis.insieme.call(name, given), [command, args]);
}

/** Looked at by axe on a phone and at a desk; INSIEME_PICTURES names a folder for its pictures. */
export async function look(page, name) {
  const pictures = process.env.INSIEME_PICTURES;
  for (const [size, word] of [
    [DESK, "desk"],
    [PHONE, "phone"],
  ]) {
    await page.setViewportSize(size);
    assert.deepEqual(await accessibilityFaults(page), [], `${name} ${word}`);
    if (!pictures) continue;
    mkdirSync(pictures, { recursive: true });
    await page.screenshot({ path: join(pictures, `${name}-${word}.png`) });
  }
}

/** A person with a tablet of their own. */
export class Person {
  constructor(world, account, size = PHONE, pin = null) {
    this.pin = pin;
    this.world = world;
    this.account = account;
    this.size = size;
    this.browser = new Browser();
    this.isOffline = false;
  }

  async begin() {
    await this.browser.start();
    this.page = await this.browser.page(this.world.url, this.size);
    await this.page.getByLabel("Codice di invito").fill(this.world.invite(this.account));
    await this.page.getByLabel("Come si chiama questo tablet").fill(`Tablet di ${this.account}`);
    await this.page.getByRole("button", { name: "Collega questo tablet" }).click();
    await this.page.getByRole("heading", { name: "Scegli un PIN" }).waitFor();
    if (this.pin) await this.choosePin(this.pin);
    else await this.goOnWithoutPin();
    await this.page.getByRole("navigation", { name: "Sezioni" }).waitFor();
    await this.online();
    return this;
  }

  async choosePin(pin) {
    await this.page.getByLabel("PIN nuovo").fill(pin);
    await this.page.getByLabel("Ancora una volta").fill(pin);
    await this.page.getByRole("button", { name: "Imposta il PIN" }).click();
  }
  async goOnWithoutPin() {
    await this.page.getByRole("button", { name: "Continua senza PIN" }).click();
    await this.page.getByRole("button", { name: "Sì, senza PIN" }).click();
  }
  async unlock(pin = this.pin) {
    await this.page.getByLabel("PIN", { exact: true }).fill(pin);
    await this.page.getByRole("button", { name: "Apri", exact: true }).click();
  }

  /** After a kill: the same tablet, switched on again. */
  async again() {
    await this.browser.start();
    await this.browser.context.setOffline(this.isOffline);
    this.page = await this.browser.page(this.world.url, this.size);
    if (this.pin) await this.unlock();
    await this.page.getByRole("navigation", { name: "Sezioni" }).waitFor();
  }

  async offline() {
    this.isOffline = true;
    await this.page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    await this.browser.context.setOffline(true);
  }
  async online() {
    this.isOffline = false;
    await this.browser.context.setOffline(false);
    await this.send();
  }

  async goTo(...path) {
    await this.page.evaluate(
      (hash) => {
        location.hash = hash;
      },
      `#/${path.map(encodeURIComponent).join("/")}`,
    );
  }

  /** Sends and receives now, and waits until that is over. */
  async send() {
    await this.goTo("outbox");
    const exchanges = () => document.querySelector("[data-exchanges]")?.dataset.exchanges;
    await this.page.getByRole("button", { name: "Invia e ricevi adesso" }).click({ trial: true });
    const before = await this.page.evaluate(exchanges);
    await this.page.getByRole("button", { name: "Invia e ricevi adesso" }).click();
    await this.page.waitForFunction(
      (was) => Number(document.querySelector("[data-exchanges]")?.dataset.exchanges) > Number(was),
      before,
    );
  }

  /** From one's families to the record of that title. */
  async openRecord(family, title) {
    await this.goTo("families");
    await this.page.getByRole("link", { name: family }).first().click();
    await this.page.getByRole("heading", { name: family, level: 1 }).waitFor();
    await this.page.getByRole("link", { name: title }).first().click();
    await this.page.getByRole("region", { name: "Dov'è questa scheda" }).waitFor();
  }

  async editField(label, text) {
    await this.page.getByRole("button", { name: "Modifica", exact: true }).click();
    await this.page.getByLabel(label).fill(text);
    await this.page.getByRole("button", { name: "Salva", exact: true }).click();
    await this.page.getByText("Salvato su questo tablet · da inviare").first().waitFor();
    await this.page.getByRole("region", { name: "Dov'è questa scheda" }).waitFor();
  }

  async end() {
    await this.browser.end();
  }
}

/** Three educators, who coordinates them, and the office. */
export function addTeam(world) {
  for (const [account, name, role] of [
    ["anna", "Anna Rossi", "educator"],
    ["bruno", "Bruno Neri", "educator"],
    ["dario", "Dario Riva", "educator"],
    ["carla", "Carla Verdi", "coordinator"],
    ["office", "Ufficio", "coordinator"],
  ]) {
    world.person(account, name, role);
  }
}

/** A household with two members, an objective and a visit, made at a desk and given to people. */
export function makeHousehold(desk, world, accounts, name = "Famiglia Bassi") {
  const made = desk.call("dossier.create", {
    type: "household",
    as: "@h",
    fields: { name, commune: "Bibbiano" },
    records: [
      { type: "member", fields: { surname: "Bassi", given_names: "Lina", relation: "Madre" } },
      {
        type: "member",
        fields: { surname: "Bassi", given_names: "Tommaso", relation: "Minore seguito" },
      },
      { type: "objective", fields: { title: "Fare i compiti con calma", status: "in_corso" } },
    ],
  });
  const visit = desk.call("record.save", {
    type: "visit",
    dossier: made.dossier,
    fields: {
      start_at: "2026-11-20T15:00",
      place: "casa",
      educator: "anna",
      next_step: "sentire la scuola",
      next_date: new Date(Date.now() + 86_400_000).toISOString().slice(0, 10),
    },
  });
  desk.sync();
  for (const account of accounts) world.admin("assign", account, made.dossier);
  return { dossier: made.dossier, visit: visit.record.id, visitTitle: visit.record.title };
}

/** A line on the sheet for signatures, from and to as shares of its width and height. */
export async function stroke(page, from, to) {
  const sheet = page.locator(".sign-sheet");
  await sheet.scrollIntoViewIfNeeded();
  const place = await sheet.boundingBox();
  const at = ([x, y]) => [place.x + x * place.width, place.y + y * place.height];
  await page.mouse.move(...at(from));
  await page.mouse.down();
  await page.mouse.move(...at(to), { steps: 12 });
  await page.mouse.up();
}
