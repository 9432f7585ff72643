// Opening in an emergency on the screens: digits that a colleague reads out, a reason, an end; and
// who decides looks into it. A real server, the real core, two browsers.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ask, DESK, look, makeHousehold, Person } from "./people.mjs";
import { World } from "./world.mjs";

const world = new World();
const FAMILY = "Famiglia Bassi";
const REASON = "Chiamata dal pronto soccorso, la collega non risponde";
let dora;
let carla;
let family;

before(async () => {
  await world.start();
  world.person("dora", "Dora Galli", "educator");
  world.person("carla", "Carla Verdi", "coordinator");
  world.person("office", "Ufficio", "coordinator");
  const office = world.desk("office");
  family = makeHousehold(office, world, ["carla"]);
  dora = await new Person(world, "dora").begin();
  carla = await new Person(world, "carla", DESK).begin();
});
after(async () => {
  await dora?.end();
  await carla?.end();
  await world.end();
});

const dossiers = async (who) => (await ask(who.page, "dossier.list")).dossiers;
/** As it is read out on the telephone. */
const spoken = () => family.dossier.slice(-8).replace(/(.{4})/, "$1 ").toUpperCase();

async function askFor(digits, hours = "2") {
  const { page } = dora;
  await dora.goTo("openings");
  await page.getByLabel("Cifre del fascicolo").fill(digits);
  await page.getByLabel("Perché serve adesso").fill(REASON);
  await page.getByLabel("Per quante ore").selectOption(hours);
  await page.getByRole("button", { name: "Apri il fascicolo" }).click();
}

test("[P7] without a reason nothing is asked, and digits of nothing are one answer", async () => {
  const { page } = dora;
  await dora.goTo("families");
  await page.getByRole("link", { name: "Aperture d'urgenza" }).click();
  await page.getByLabel("Cifre del fascicolo").fill(spoken());
  await page.getByLabel("Perché serve adesso").fill("serve");
  assert.equal(await page.getByRole("button", { name: "Apri il fascicolo" }).isDisabled(), true);
  await askFor("0000 0000");
  await page.getByText("Non è andata a buon fine").waitFor();
  assert.deepEqual(await dossiers(dora), []);
  await look(page, "glass-refused");
});

test("[P2][P7] without a network it is said that it cannot be, and nothing is lost", async () => {
  const { page } = dora;
  await dora.offline();
  await askFor(spoken());
  await page.getByText(/serve la rete: lo decide il server/).waitFor();
  assert.equal(await page.getByLabel("Perché serve adesso").inputValue(), REASON);
  await dora.online();
});

test("[P7] a dossier is opened by its digits, read, and has its end on the screen", async () => {
  const { page } = dora;
  await askFor(spoken());
  const mine = page.getByRole("region", { name: "Aperti da te adesso" });
  await mine.getByRole("link", { name: FAMILY }).waitFor();
  await mine.getByText(/aperto fino a/).waitFor();
  await look(page, "glass-open");
  await mine.getByRole("link", { name: "Vai al fascicolo" }).click();
  await page.getByRole("heading", { name: FAMILY, level: 1 }).waitFor();
  await page.getByText("Bassi Tommaso").waitFor();
  await dora.goTo();
  await page.getByRole("link", { name: /aperto d'urgenza fino a/ }).waitFor();
});

test("[P7] who coordinates sees who, why and until when, and says so", async () => {
  const { page } = carla;
  await carla.send();
  await carla.goTo();
  await page.getByRole("link", { name: /da esaminare: 1/ }).click();
  const unseen = page.getByRole("region", { name: "Da esaminare" });
  await unseen.getByText(REASON).waitFor();
  await unseen.getByText(/Dora Galli/).waitFor();
  await look(page, "glass-unseen");
  await unseen.getByLabel("Che cosa ne dici").fill("Sentita alle 22");
  await unseen.getByRole("button", { name: "Ho esaminato" }).click();
  await page.getByText("Sentita alle 22").waitFor();
  assert.equal(await page.getByRole("region", { name: "Da esaminare" }).count(), 0);
  await carla.goTo();
  await page.getByRole("region", { name: "Le mie famiglie" }).waitFor();
  assert.equal(await page.getByRole("link", { name: /da esaminare/ }).count(), 0);
});

test("[P7] it is ended before its time, and the dossier leaves the tablet", async () => {
  const { page } = dora;
  await dora.goTo("dossier", family.dossier);
  await page.getByRole("button", { name: "Inizia visita" }).click();
  await page.getByRole("heading", { name: "Visita in corso" }).waitFor();
  await dora.goTo("openings");
  await page.getByRole("button", { name: "Chiudi adesso" }).click();
  await page.getByRole("button", { name: "Chiudi adesso" }).click();
  await page.getByRole("region", { name: "Aperture passate" }).getByText(REASON).waitFor();
  await dora.send();
  assert.deepEqual(await dossiers(dora), []);
  // The day still begins, with the visit that runs.
  await dora.goTo();
  await page.getByRole("link", { name: /Visita in corso/ }).waitFor();
  await page.getByRole("region", { name: "Le mie famiglie" }).waitFor();
  await dora.goTo("openings");
  await page.getByText("Sentita alle 22").waitFor();
  await look(page, "glass-ended");
  assert.deepEqual(
    page.troubles.filter((text) => !text.includes("ERR_INTERNET") && !text.includes("404")),
    [],
  );
  assert.deepEqual(carla.page.troubles, []);
});
