// A pact is signed on the glass, at the kitchen table: a browser killed between two strokes, what
// is saved, on paper, on the coordinator's desk; and it stands under the text that was shown.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ask, DESK, look, makeHousehold, Person, stroke } from "./people.mjs";
import { World } from "./world.mjs";

const world = new World();
const FAMILY = "Famiglia Bassi";
let anna;
let carla;
let family;
let pact;
let signature; // record id
let drawn; // its content

before(async () => {
  await world.start();
  world.person("anna", "Anna Rossi", "educator");
  world.person("carla", "Carla Verdi", "coordinator");
  world.person("office", "Ufficio", "coordinator");
  const office = world.desk("office");
  family = makeHousehold(office, world, ["carla"]);
  const save = (type, fields) =>
    office.call("record.save", { type, dossier: family.dossier, fields }).record.id;
  const { records } = office.call("record.list", { type: "household", dossier: family.dossier });
  const household = records[0].id;
  const opened = { household, state: "segnalato", opened_on: "2026-10-01" };
  const case_id = save("case", opened);
  const analysis = save("preliminary_analysis", { case_id, version: 1, done_on: "2026-11-02" });
  pact = save("pact", {
    case_id,
    version: 1,
    state: "in_firma",
    analysis,
    purpose: "Tommaso fa i compiti prima di cena, la madre ha un'ora per sé.",
  });
  office.sync();
  world.admin("assign", "anna", family.dossier, "--sections", "core,education");
  anna = await new Person(world, "anna").begin();
  carla = await new Person(world, "carla", DESK).begin();
});
after(async () => {
  await anna?.end();
  await carla?.end();
  await world.end();
});

const strokesIn = (data) => (Buffer.from(data, "base64").toString().match(/M/g) ?? []).length;
async function strokesKept(page, wanted) {
  let found = 0;
  for (let i = 0; i < 300 && found !== wanted; ++i) {
    const { drafts } = await ask(page, "draft.list");
    const draft = drafts.find((one) => one.type === "pact_signature");
    if (draft?.fields.signature) {
      const { data } = await ask(page, "blob.get", { draft: draft.id, field: "signature" });
      found = strokesIn(data);
    }
    if (found !== wanted) await new Promise((done) => setTimeout(done, 50));
  }
  assert.equal(found, wanted);
}

/** The picture of the signature has arrived. */
const pictured = (page) =>
  page.waitForFunction(() => {
    const [one, ...more] = document.querySelectorAll(".thumb img");
    return more.length === 0 && one?.complete && one.naturalWidth > 0;
  });

test("[S050][P2] strokes of a pact's signature outlive a killed browser", async () => {
  await anna.offline();
  await anna.goTo("new", family.dossier, "pact_signature");
  let { page } = anna;
  await page.getByLabel(/^Patto/).selectOption({ index: 1 });
  const roles = page.getByRole("group", { name: /^Ruolo/ });
  await roles.getByText("Componente del nucleo", { exact: true }).click();
  await page.getByRole("combobox", { name: /^Componente/ }).selectOption({ label: "Bassi Lina" });
  await page.getByLabel(/^Data/).fill("2026-11-20");
  // Nobody types digests: the core knows under which text it stands.
  assert.equal(await page.getByLabel(/Impronta/).count(), 0);
  await stroke(page, [0.1, 0.7], [0.3, 0.2]);
  await stroke(page, [0.3, 0.2], [0.6, 0.8]);
  await strokesKept(page, 2);
  await anna.browser.kill();
  await anna.again();
  page = anna.page;
  await anna.goTo("outbox");
  await page.getByRole("link", { name: /Firma del patto/ }).click();
  await page.locator(".sign-sheet").waitFor();
  assert.equal(await page.getByLabel(/^Data/).inputValue(), "2026-11-20");
  await stroke(page, [0.6, 0.8], [0.9, 0.3]);
  await strokesKept(page, 3);
  await look(page, "pact-signing");
});

test("[S050] saved, it is a record under the text that was shown, and prints", async () => {
  const { page } = anna;
  await page.getByRole("button", { name: "Salva", exact: true }).click();
  await page.getByRole("region", { name: "Dov'è questa scheda" }).waitFor();
  await pictured(page);
  await page.getByText("Bassi Lina · Componente del nucleo").waitFor();
  signature = decodeURIComponent((await page.evaluate(() => location.hash)).split("/").pop());
  const { blobs } = await ask(page, "blob.list", { record: signature });
  assert.equal(blobs.length, 1);
  const part = { record: signature, field: "signature", content: blobs[0].content };
  drawn = (await ask(page, "blob.get", part)).data;
  assert.equal(strokesIn(drawn), 3);
  const { record } = await ask(page, "record.get", { record: signature, all: true });
  assert.match(record.fields.text_digest.value, /^[0-9a-f]{64}$/);
  await page.emulateMedia({ media: "print" });
  await pictured(page);
  assert.equal(await page.locator(".thumb img").isVisible(), true);
  assert.equal(await page.getByRole("navigation", { name: "Sezioni" }).isVisible(), false);
  await look(page, "pact-printed");
  await page.emulateMedia({ media: "screen" });
  assert.equal((await ask(page, "draft.list")).drafts.length, 0);
});

test("[S050] the coordinator sees the same strokes; a text changed since is told", async () => {
  await anna.online();
  await carla.send();
  await carla.goTo("record", signature);
  const { page } = carla;
  await page.getByRole("region", { name: "Dov'è questa scheda" }).waitFor();
  await pictured(page);
  const { blobs } = await ask(page, "blob.list", { record: signature });
  const part = { record: signature, field: "signature", content: blobs[0].content };
  assert.equal((await ask(page, "blob.get", part)).data, drawn);
  await look(page, "pact-coordinator");
  const { record } = await ask(page, "record.get", { record: signature });
  assert.deepEqual(record.problems, []);
  const saved = await ask(page, "record.save", {
    request_id: crypto.randomUUID(),
    record: pact,
    fields: { purpose: "Tommaso studia tre ore al giorno." },
  });
  assert.equal(saved.ok, true, JSON.stringify(saved));
  const { record: after_ } = await ask(page, "record.get", { record: signature });
  assert.match(JSON.stringify(after_.problems), /testo precedente/);
  for (const who of [anna, carla]) {
    assert.deepEqual(
      who.page.troubles.filter((text) => !text.includes("ERR_INTERNET")),
      [],
    );
  }
});
