// What whoever coordinates or administers does at a desk: who follows which family and passing one
// on, teams, tablets, erasures of two people, the access log, invitations as a code for the camera.
// A real server, the real core, a real browser.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ask, DESK, look, makeHousehold, Person } from "./people.mjs";
import { Desk, root, World } from "./world.mjs";

const world = new World();
let office;
let bassi;
let neri;
let anna;
let carla;
let dario;

before(async () => {
  await world.start();
  world.person("anna", "Anna Rossi", "educator");
  world.person("luca", "Luca Bianchi", "educator");
  world.person("carla", "Carla Verdi", "coordinator");
  world.person("office", "Ufficio", "coordinator");
  world.person("dario", "Dario Galli", "admin");
  office = world.desk("office");
  bassi = makeHousehold(office, world, ["anna"]);
  neri = makeHousehold(office, world, [], "Famiglia Neri");
  world.admin("place", bassi.dossier, "--organization", "", "--territory", "bibbiano");
  team();
  anna = new Person(world, "anna");
  await anna.begin();
  carla = new Person(world, "carla", DESK);
  await carla.begin();
});

after(async () => {
  await anna?.end();
  await carla?.end();
  await dario?.end();
  await world.end();
});

/** Two systems work with the Bassi family. */
function team() {
  const list = { type: "household", dossier: bassi.dossier };
  const household = office.call("record.list", list).records[0].id;
  const { records } = office.call("record.save", {
    records: [
      {
        type: "case", dossier: bassi.dossier, as: "@case",
        fields: { household, state: "attivo", opened_on: "2026-09-01" },
      },
      {
        type: "team", dossier: bassi.dossier, as: "@team",
        fields: { case_id: "@case", name: "EM Bassi", formed_on: "2026-09-10" },
      },
      ...[["Marta Sala", "sociale"], ["Ivo Conti", "scuola"]].map(([name, system]) => ({
        type: "team_member", dossier: bassi.dossier,
        fields: { team: "@team", name, organization: "Comune", system, from_date: "2026-09-10" },
      })),
    ],
  });
  office.sync();
  return records;
}

async function toast(page, text) {
  await page.getByRole("status").getByText(text).first().waitFor();
}

test("[S044] who follows which family, and what nobody follows", async () => {
  const { page } = carla;
  await page.getByRole("link", { name: "Coordina" }).click();
  const balance = page.getByRole("region", { name: "Quanto segue ciascuno" }).last();
  await balance.getByRole("button", { name: "Anna Rossi, famiglie: 1. Mostra quali" }).waitFor();
  await balance.getByRole("button", { name: "Luca Bianchi, famiglie: 0. Mostra quali" }).waitFor();
  await balance.getByRole("button", { name: "Nessuno, famiglie: 1. Mostra quali" }).click();
  const map = page.getByRole("region", { name: "Chi segue chi" }).last();
  await map.getByRole("link", { name: "Famiglia Neri" }).waitFor();
  assert.equal(await map.getByRole("link", { name: "Famiglia Bassi" }).count(), 0);
  // Whoever coordinates has all of them by role, and is no column.
  assert.equal(await map.getByRole("columnheader", { name: "Carla Verdi" }).count(), 0);
  await page.getByLabel("Persona", { exact: true }).selectOption("");
  await map.getByRole("link", { name: "Famiglia Bassi" }).waitFor();
  await look(page, "steer-work");
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Scarica CSV" }).click(),
  ]);
  assert.match(readFileSync(await download.path(), "utf8"), /"?Anna Rossi"?;educatore;1;/);
});

test("[P8] a family passes from one to another at the desk: both tablets follow", async () => {
  const { page } = carla;
  await page.setViewportSize(DESK);
  await carla.goTo("steer");
  const pass = page.getByRole("button", { name: "Passa o affida: Famiglia Bassi" });
  await pass.focus();
  await page.keyboard.press("Enter");
  await page.getByLabel("Da", { exact: true }).waitFor();
  await page.getByLabel("A", { exact: true }).selectOption("luca");
  await page.getByLabel(/^Perché/).fill("Luca conosce la scuola");
  await look(page, "steer-pass");
  await page.getByRole("button", { name: "Passa la famiglia" }).click();
  await toast(page, "Fatto: il passaggio è registrato nel fascicolo");
  await page.getByRole("button", { name: "Luca Bianchi, famiglie: 1. Mostra quali" }).waitFor();
  const assigned = world.admin("dossiers").find((one) => one.dossier === bassi.dossier);
  assert.ok(JSON.stringify(assigned).includes("luca"));
  await anna.send();
  await anna.goTo("families");
  await anna.page.getByText("Non hai ancora famiglie assegnate").first().waitFor();
});

test("a family that nobody follows is given to somebody", async () => {
  const { page } = carla;
  await page.setViewportSize(DESK);
  await page.getByRole("button", { name: "Passa o affida: Famiglia Neri" }).click();
  await page.getByLabel("A", { exact: true }).selectOption("anna");
  await page.getByRole("button", { name: "Affida", exact: true }).click();
  await page.getByRole("button", { name: "Anna Rossi, famiglie: 1. Mostra quali" }).waitFor();
});

test("teams: who is in them, and from how many systems", async () => {
  const { page } = carla;
  await page.getByRole("link", { name: "Équipe" }).click();
  await page.getByRole("link", { name: "Marta Sala" }).waitFor();
  await page.getByLabel("Quali famiglie").selectOption("none");
  await page.getByRole("link", { name: "Famiglia Neri" }).waitFor();
  assert.equal(await page.getByRole("link", { name: "Famiglia Bassi" }).count(), 0);
  await page.getByLabel("Quali famiglie").selectOption("many");
  await page.getByRole("link", { name: "Famiglia Bassi" }).waitFor();
  await look(page, "steer-team");
});

test("tablets as they told the server, and what waits by territory", async () => {
  const { page } = carla;
  await page.getByRole("link", { name: "Invio e contrasti" }).click();
  const devices = page.getByRole("region", { name: "Tablet", exact: true }).last();
  await devices.getByRole("cell", { name: "Tablet di anna" }).waitFor();
  await devices.getByText("a posto").first().waitFor();
  await page.getByRole("rowheader", { name: "bibbiano" }).waitFor();
  await page.getByLabel("Stato", { exact: true }).selectOption("silent");
  await page.getByText("Qui non c'è nulla.").waitFor();
  await page.getByLabel("Stato", { exact: true }).selectOption("");
  await look(page, "steer-health");
});

test("[S126] who looked at a dossier", async () => {
  const { page } = carla;
  await carla.goTo("dossier", bassi.dossier);
  await page.getByRole("link", { name: "Chi ha guardato questo fascicolo" }).click();
  const log = page.getByRole("region", { name: "Chi ha guardato" });
  await log.getByRole("cell", { name: "Anna Rossi" }).first().waitFor();
  await page.getByLabel("Persona", { exact: true }).selectOption("Anna Rossi");
  assert.equal(await log.getByRole("cell", { name: "Ufficio" }).count(), 0);
  await look(page, "steer-access");
});

test("[P9] an erasure: one asks, another confirms at the desk, tablets confirm", async () => {
  const { page } = carla;
  await carla.goTo("dossier", neri.dossier);
  await page.getByText("Chiedi la cancellazione del fascicolo").click();
  await page.getByLabel("Motivo e atto").fill("Aperto per errore");
  await look(page, "steer-ask-erasure");
  await page.getByRole("button", { name: "Chiedi la cancellazione" }).click();
  await page.getByRole("button", { name: "Chiedi la cancellazione" }).click();
  await toast(page, "Chiesta: aspetta la seconda persona");
  await carla.goTo("steer", "erasures");
  await page.getByText("L'hai chiesta tu").waitFor();
  assert.equal(await page.getByRole("button", { name: "Conferma la cancellazione" }).count(), 0);
  await page.getByRole("button", { name: "Ritira" }).click();
  await page.getByText("ritirata").first().waitFor();
  world.admin("erase", "propose", neri.dossier, "--ground", "Aperto per errore", "--by", "office");
  await carla.goTo("steer", "people");
  await carla.goTo("steer", "erasures");
  await page.getByText("aspetta la seconda persona").waitFor();
  await look(page, "steer-erasure");
  await page.getByRole("button", { name: "Conferma la cancellazione" }).click();
  await page.getByRole("button", { name: "Sì, cancella per sempre" }).click();
  await page.getByText(/in corso sui tablet|eseguita ovunque/).first().waitFor();
  await carla.send();
  await carla.goTo("steer", "erasures");
  await page.getByText(/Eseguita su [1-9]\d* tablet di/).waitFor();
  await look(page, "steer-erased");
});

test("without a network: what the tablet knows, and that the rest needs one", async () => {
  const { page } = carla;
  await carla.offline();
  await carla.goTo("steer");
  await page.getByText("Serve la rete").first().waitFor();
  await page.getByRole("link", { name: "Famiglia Bassi" }).waitFor();
  await look(page, "steer-offline");
  await carla.online();
});

test("who only coordinates sees people and tablets, and is told whose the rest is", async () => {
  const { page } = carla;
  await carla.goTo("steer", "people");
  await page.getByText("Inviti, tablet fermati e persone nuove").waitFor();
  assert.equal(await page.getByText("Invita: collega un tablet").count(), 0);
  const refused = await ask(page, "steer.act", { act: "invite", account: "anna" });
  assert.equal(refused.error.code, "not_allowed");
  const told = await ask(anna.page, "steer.people");
  assert.equal(told.error.code, "not_allowed");
  await anna.goTo("steer", "people");
  await anna.page.getByText("Non è per il tuo ruolo").waitFor();
});

test("an administrator invites with a code that enrols one tablet, and stops it", async () => {
  dario = new Person(world, "dario", DESK);
  await dario.begin();
  const { page } = dario;
  await page.getByRole("link", { name: "Coordina" }).click();
  await page.getByText("Aggiungi una persona").click();
  const form = page.locator("details form");
  await form.getByLabel("Nome e cognome").fill("Nora Villa");
  await form.getByLabel("Account").fill("nora");
  await form.getByLabel("Ruolo").selectOption("front_office");
  await page.getByRole("button", { name: "Aggiungi", exact: true }).click();
  await toast(page, "Nora Villa c'è: ora si può invitare");
  const card = page.getByRole("article").filter({ hasText: "Nora Villa" });
  await card.getByText("Invita: collega un tablet").click();
  await card.getByRole("button", { name: "Mostra il codice QR" }).click();
  await card.getByRole("img", { name: "Codice QR dell'invito per Nora Villa" }).waitFor();
  const url = (await card.locator(".code-block").textContent()).trim();
  await look(page, "steer-invite");
  assert.equal(await readCode(page, card), url);
  // It enrols one tablet, and no second one.
  const once = (account) => new Desk({ invite: () => url, folder: world.folder }, account);
  const nora = once("nora");
  assert.equal(nora.call("identity").account, "nora");
  nora.sync();
  assert.throws(() => once("somebody"));
  await dario.goTo("steer", "health");
  await dario.goTo("steer", "people");
  await card.getByText("Perso, rubato o da togliere").click();
  await card.getByRole("radio", { name: "Ferma", exact: true }).check();
  await card.getByLabel("Perché").fill("Perso in autobus");
  await card.getByRole("button", { name: "Ferma «PC di nora»" }).click();
  await card.getByRole("button", { name: "Sì, fermalo" }).click();
  await card.getByText(/fermato .* Perso in autobus/).waitFor();
  assert.throws(() => nora.sync());
  await look(page, "steer-people");
  // A power that one does not have is not given, and the screen says who gives it.
  const educator = page.getByRole("article").filter({ hasText: "Anna Rossi" });
  await educator.getByText("insieme-server invite anna").waitFor();
  assert.equal(await educator.getByText(/Invita: collega|Collega un altro/).count(), 0);
  const beyond = await ask(page, "steer.act", { act: "invite", account: "carla" });
  assert.equal(beyond.error.code, "not_allowed");
});

/** As a camera reads it. */
async function readCode(page, card) {
  const require = createRequire(join(root, "app/package.json"));
  const { default: decodeQR } = await import(require.resolve("qr/decode.js"));
  const picture = await card.locator(".qr").evaluate(async (svg) => {
    const path = svg.querySelector("path").getAttribute("d");
    const squares = Number(svg.getAttribute("viewBox").split(" ")[2]);
    const scale = 6;
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = squares * scale;
    const drawn = canvas.getContext("2d");
    drawn.fillStyle = "#fff";
    drawn.fillRect(0, 0, canvas.width, canvas.height);
    drawn.fillStyle = "#000";
    drawn.scale(scale, scale);
    drawn.fill(new Path2D(path));
    const { data, width, height } = drawn.getImageData(0, 0, canvas.width, canvas.height);
    return { data: [...data], width, height };
  });
  return decodeQR({ ...picture, data: new Uint8ClampedArray(picture.data) });
}

test("code lists are found by a word, and said to be everybody's", async () => {
  const { page } = carla;
  await carla.goTo("steer", "lists");
  await page.getByLabel("Cerca", { exact: true }).fill("farmacia");
  await page.getByText("Qui non c'è nulla.").or(page.locator("details.card-box").first()).waitFor();
  await page.getByLabel("Cerca", { exact: true }).fill("accettata");
  const list = page.locator("details.card-box").filter({ hasText: "Passaggio di consegne" });
  await list.locator("summary").click();
  await list.getByText("rifiutata", { exact: true }).waitFor();
  await look(page, "steer-lists");
});

test("in English and in the dark the same screens are complete", async () => {
  const { page } = carla;
  await page.evaluate(() => {
    localStorage.setItem("insieme-language", "en");
    localStorage.setItem("insieme-look", "dark");
  });
  await page.reload();
  for (const [path, heading] of [
    ["", "Workloads"], ["team", "Teams"], ["health", "Sending and conflicts"],
    ["erasures", "Erasures"], ["absences", "Absences"], ["people", "People and tablets"],
    ["lists", "Code lists"],
  ]) {
    await carla.goTo(...["steer", path].filter(Boolean));
    await page.getByRole("heading", { name: heading, level: 1 }).waitFor();
    await page.locator("[aria-busy]").waitFor({ state: "detached" });
    await look(page, `steer-en-${path || "work"}`);
    assert.doesNotMatch(await page.locator("main").innerText(), /\{\w+\}|undefined/);
  }
});

test("nothing went wrong on the way", () => {
  for (const who of [carla, dario]) {
    const troubles = who.page.troubles.filter(
      // Refusals that were asked for above, and the network that was taken away.
      (one) => !/403|Failed to load resource|ERR_INTERNET_DISCONNECTED/.test(one),
    );
    assert.deepEqual(troubles, []);
  }
});
