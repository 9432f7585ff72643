// Photos, documents and a signature of a visit: from a draft without a network to a colleague's
// tablet, to paper, and to whoever decides.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { join } from "node:path";
import { until } from "./browser.mjs";
import { ask, DESK, look, makeHousehold, Person, PHONE, stroke, TABLET } from "./people.mjs";
import { World } from "./world.mjs";

const world = new World();
const FAMILY = "Famiglia Bassi";
const PLACE = "N45.0703-E7.6869-SN12345";
let family;
let anna;
let bruno;
let office;
let visitAddress; // of the record of the visit with photos

before(async () => {
  await world.start();
  world.person("anna", "Anna Rossi", "educator");
  world.person("bruno", "Bruno Verdi", "educator");
  world.person("office", "Ufficio", "coordinator");
  family = makeHousehold(world.desk("office"), world, ["anna", "bruno"]);
  anna = await new Person(world, "anna").begin();
  bruno = await new Person(world, "bruno", TABLET).begin();
});

after(async () => {
  await anna?.end();
  await bruno?.end();
  await office?.end();
  await world.end();
});

/** A photo as a camera writes it: its Exif part tells the place and a serial number. */
async function photo(page, width, height, colour) {
  const base64 = await page.evaluate(
    async ([w, h, ground]) => {
      const canvas = document.createElement("canvas");
      canvas.width = w;
      canvas.height = h;
      const pen = canvas.getContext("2d");
      pen.fillStyle = ground;
      pen.fillRect(0, 0, w, h);
      pen.fillStyle = "#fff";
      pen.font = `${h / 8}px sans-serif`;
      pen.fillText("foto di prova", w / 12, h / 2);
      return canvas.toDataURL("image/jpeg", 0.9).split(",")[1];
    },
    [width, height, colour],
  );
  const plain = Buffer.from(base64, "base64");
  const said = Buffer.from(`Exif\0\0MM\0*\0\0\0\x08\0\0${PLACE}`, "latin1");
  const head = Buffer.from([0xff, 0xe1, 0, said.length + 2]);
  return Buffer.concat([plain.subarray(0, 2), head, said, plain.subarray(2)]);
}

const gallery = (page) => page.getByRole("region", { name: "Foto e file" }).locator(".gallery");
const choose = (page, ...files) => page.getByLabel("Scegli foto o file").setInputFiles(files);
/** Made on the page: so many bytes take long through the browser's remote control. */
const chooseLarge = (page, name, size) =>
  page.getByLabel("Scegli foto o file").evaluate(
    (input, [title, bytes]) => {
      const chosen = new DataTransfer();
      const content = new Uint8Array(bytes);
      chosen.items.add(new File([content], title, { type: "application/pdf" }));
      input.files = chosen.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    },
    [name, size],
  );
const jpeg = (name, buffer) => ({ name, mimeType: "image/jpeg", buffer });

/** All pictures that are shown have arrived, and how wide each is. */
async function widths(page, number) {
  await page.waitForFunction(
    (n) => {
      const all = [...document.querySelectorAll(".thumb img")];
      return all.length === n && all.every((one) => one.complete && one.naturalWidth > 0);
    },
    number,
  );
  return page.locator(".thumb img").evaluateAll((all) => all.map((one) => one.naturalWidth));
}

/** Dark points of the sheet, as a share of all. */
const ink = (page) =>
  page.locator(".sign-sheet").evaluate((canvas) => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    let dark = 0;
    for (let at = 3; at < data.length; at += 4) if (data[at] > 128) dark++;
    return { share: dark / (data.length / 4), width: canvas.width, shown: canvas.clientWidth };
  });

const strokesKept = async (page) => {
  const { drafts } = await ask(page, "draft.list");
  if (!drafts[0]?.fields.signature) return 0;
  const reply = await ask(page, "blob.get", { draft: drafts[0].id, field: "signature" });
  return (Buffer.from(reply.data, "base64").toString().match(/M/g) ?? []).length;
};
const untilStrokes = (page, wanted) =>
  until(`${wanted} strokes`, async () => (await strokesKept(page)) === wanted);

test("[P2] photos, a document and strokes of a signature outlive a killed browser", async () => {
  const { page } = anna;
  const big = await photo(page, 3000, 2000, "#27623a");
  const upright = await photo(page, 800, 1200, "#333399");
  assert.ok(big.includes(PLACE));
  await anna.offline();
  await anna.goTo("dossier", family.dossier);
  await page.getByRole("button", { name: "Inizia visita" }).click();
  await page.getByText("A casa", { exact: false }).first().click();
  await choose(page, jpeg("IMG_1.jpg", big), jpeg("IMG_2.jpg", upright), {
    name: "delega firmata.pdf",
    mimeType: "application/pdf",
    buffer: Buffer.from("%PDF-1.4 prova"),
  });
  assert.deepEqual((await widths(page, 2)).sort(), [1600, 800].sort());
  await page.getByLabel("Didascalia del file 1").fill("Il disegno di Tommaso");
  await page.getByLabel("Didascalia del file 1").press("Enter");
  await page.getByLabel("Firmato da").fill("Bassi Lina");
  await page.getByText("Genitore", { exact: true }).click();
  await stroke(page, [0.1, 0.7], [0.3, 0.2]);
  await stroke(page, [0.3, 0.2], [0.6, 0.8]);
  await stroke(page, [0.05, 0.1], [0.9, 0.1]);
  await untilStrokes(page, 3);
  await anna.browser.kill();
  await anna.again();
  await anna.page.getByText("Torna alla visita").click();
  await widths(anna.page, 2);
  assert.equal(
    await anna.page.getByLabel("Didascalia del file 1").inputValue(),
    "Il disegno di Tommaso",
  );
  assert.equal(
    await anna.page.getByLabel("Didascalia del file 3").inputValue(),
    "delega firmata.pdf",
  );
  assert.equal(await anna.page.getByLabel("Firmato da").inputValue(), "Bassi Lina");
  const before_ = await ink(anna.page);
  assert.ok(before_.share > 0.002);
  await look(anna.page, "visit-files");
});

test("the sheet is sharp after a turn, a stroke is taken back, and clearing it, too", async () => {
  const { page } = anna;
  await page.setViewportSize({ width: 844, height: 390 });
  await until("a wide picture", async () => (await ink(page)).shown > 500);
  const turned = await ink(page);
  assert.ok(turned.share > 0.002);
  const ratio = await page.evaluate(() => devicePixelRatio);
  assert.equal(turned.width, Math.round(turned.shown * ratio));
  await page.setViewportSize(PHONE);
  await page.getByRole("button", { name: "Annulla l'ultimo tratto" }).click();
  await untilStrokes(page, 2);
  await page.getByRole("button", { name: "Pulisci" }).click();
  await untilStrokes(page, 0);
  assert.equal((await ask(page, "draft.list")).drafts[0].fields.signature, null);
  await page.getByRole("button", { name: "Annulla l'ultimo tratto" }).click();
  await untilStrokes(page, 2);
});

test("what is kept says nothing of where it was taken, and where it is is told", async () => {
  const { page } = anna;
  await page.getByRole("button", { name: "Termina visita" }).click();
  await page.getByRole("region", { name: "Dov'è questa scheda" }).waitFor();
  visitAddress = await page.evaluate(() => location.hash);
  await widths(page, 3); // two photos and the signature
  const record = decodeURIComponent(visitAddress.split("/").pop());
  const { blobs } = await ask(page, "blob.list", { record });
  assert.deepEqual(
    blobs.map((one) => `${one.field} ${one.media_type} ${one.state}`).sort(),
    [
      "files application/pdf here",
      "files image/jpeg here",
      "files image/jpeg here",
      "signature image/svg+xml here",
    ],
  );
  for (const one of blobs) {
    const { data } = await ask(page, "blob.get", {
      record,
      field: one.field,
      content: one.content,
    });
    const bytes = Buffer.from(data, "base64");
    assert.ok(!bytes.includes(PLACE) && !bytes.includes("Exif"));
    assert.ok(bytes.length < 400_000, `${bytes.length} bytes`);
  }
  await gallery(page).getByText("solo qui, da inviare").first().waitFor();
  await page.getByText("Bassi Lina · Genitore").waitFor();
  await look(page, "visit-record");
});

test("a photo is looked at with the keyboard, taken out, and put back", async () => {
  const { page } = anna;
  await page.getByRole("button", { name: "Apri: Il disegno di Tommaso" }).focus();
  await page.keyboard.press("Enter");
  const viewer = page.getByRole("dialog", { name: "Il disegno di Tommaso" });
  await viewer.getByText(/^\d di 3/).waitFor();
  await look(page, "visit-viewer");
  const number = async () => (await page.getByRole("dialog").locator("p").first().textContent())[0];
  for (let i = 0; i < 3; ++i) await page.keyboard.press("ArrowLeft");
  await until("the first", async () => (await number()) === "1");
  await page.keyboard.press("ArrowRight");
  await until("the second", async () => (await number()) === "2");
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  assert.match(
    await page.evaluate(() => document.activeElement?.textContent),
    /Il disegno di Tommaso/,
  );
  await page.getByRole("button", { name: "Togli: Il disegno di Tommaso" }).click();
  await page.getByText("Tolto dalla scheda").waitFor();
  await widths(page, 2);
  await page.getByRole("button", { name: "Rimettilo" }).click();
  await widths(page, 3);
  await page.getByText("Il disegno di Tommaso").first().waitFor({ state: "attached" });
});

test("on paper the visit has its photos and its signature", async () => {
  const { page } = anna;
  await page.emulateMedia({ media: "print" });
  assert.equal(await page.locator(".thumb img:visible").count(), 3);
  assert.equal(await page.getByLabel("Scegli foto o file").isVisible(), false);
  assert.equal(await page.getByText("Il disegno di Tommaso").first().isVisible(), true);
  if (process.env.INSIEME_PICTURES) {
    await page.setViewportSize({ width: 794, height: 1123 });
    const path = join(process.env.INSIEME_PICTURES, "visit-print.png");
    await page.screenshot({ path, fullPage: true });
    await page.setViewportSize(PHONE);
  }
  await page.emulateMedia({ media: null });
});

test("[P6] records go first if photos are to wait, and the app says so", async () => {
  const { page } = anna;
  await anna.goTo("tablet");
  await page.getByText("Solo quando lo chiedo", { exact: true }).click();
  await anna.online();
  assert.equal(Number((await ask(page, "status")).unsent), 0);
  assert.equal((await ask(page, "blob.list")).to_send, "4");
  await page.getByRole("link", { name: /4 foto da inviare/ }).waitFor();
  await page.getByText("Partono solo quando lo chiedi").waitFor();
  await look(page, "outbox-files");
  // Whoever has the record already is told that its files are not there.
  await bruno.goTo("tablet");
  await bruno.page.getByText("Solo quando lo chiedo", { exact: true }).click();
  await bruno.send();
  await bruno.page.evaluate((hash) => {
    location.hash = hash;
  }, visitAddress);
  await gallery(bruno.page).getByText("non ancora qui").first().waitFor();
  await look(bruno.page, "visit-not-here");
  await page.getByRole("button", { name: "Invia e ricevi anche le foto" }).click();
  await page.getByText("Tutto inviato").waitFor();
  assert.equal((await ask(page, "blob.list")).to_send, "0");
  await gallery(bruno.page).getByRole("button", { name: "Scaricala adesso" }).first().click();
  await widths(bruno.page, 3);
  await gallery(bruno.page).getByText("sul server").first().waitFor();
});

test("a broken picture is asked about, a file that is too large is told", async () => {
  const { page } = anna;
  await page.evaluate((hash) => {
    location.hash = hash;
  }, visitAddress);
  await widths(page, 3);
  await choose(page, jpeg("rotta.jpg", Buffer.from("non è una foto")));
  await page.getByText("questo browser non riesce ad aprirla").waitFor();
  await look(page, "visit-broken");
  await page.getByRole("button", { name: "Conserva com'è" }).click();
  await page.getByText("Questa immagine non si riesce a mostrare").waitFor();
  await chooseLarge(page, "enorme.pdf", 20 * 1024 * 1024 + 1);
  await page.getByText("È troppo grande: al massimo 20 MiB").waitFor();
  await page.getByRole("button", { name: "Lascia stare" }).click();
  await choose(page, { name: "vuoto.pdf", mimeType: "application/pdf", buffer: Buffer.alloc(0) });
  await page.getByText("Il file è vuoto").waitFor();
  await page.getByRole("button", { name: "Lascia stare" }).click();
  assert.equal(await page.getByText("Non ancora conservato").count(), 0);
});

test("[P2] without room a file waits on the page, and is kept once there is some", async () => {
  const { page } = anna;
  const cdp = await anna.browser.context.newCDPSession(page);
  const origin = world.url;
  // The last free pages of the store are filled first.
  const { usage } = await page.evaluate(() => navigator.storage.estimate());
  await cdp.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: usage + 20_000 });
  let reply = { ok: true };
  for (let i = 0; reply.ok && i < 200; ++i) {
    reply = await ask(page, "record.save", {
      request_id: `fill-${i}`,
      type: "note",
      dossier: family.dossier,
      fields: { title: `piena ${i}`, body: `${i} ${"abc".repeat(3_000)}` },
    });
  }
  assert.equal(reply.error.code, "storage_full");
  // More than the store's log has kept of the disk for itself.
  await chooseLarge(page, "delega lunga.pdf", 12_000_000);
  await page.getByText("Non ancora conservato: delega lunga.pdf").waitFor();
  await look(page, "visit-full");
  await cdp.send("Storage.overrideQuotaForOrigin", { origin });
  await page.getByRole("button", { name: "Riprova" }).click();
  await gallery(page).getByText("PDF, 12 MB").waitFor();
  assert.equal((await ask(page, "verify")).sound, true);
});

test("a server that has no room says so, and nothing is lost", async () => {
  const { page } = anna;
  await world.stopServer();
  world.settings.INSIEME_MAX_BLOB_BYTES = "1K";
  await world.start();
  await anna.send();
  await page.getByRole("button", { name: "Invia e ricevi anche le foto" }).click();
  await page.getByText("Il server non ha più spazio").waitFor();
  await look(page, "outbox-quota");
  await world.stopServer();
  delete world.settings.INSIEME_MAX_BLOB_BYTES;
  await world.start();
  await anna.goTo("tablet");
  await page.getByText("Sempre", { exact: true }).click();
  await until("nothing to send", async () => {
    await anna.send();
    return (await ask(page, "blob.list")).to_send === "0";
  });
});

test("two signatures given without seeing each other: whoever decides sees both", async () => {
  const record = decodeURIComponent(visitAddress.split("/").pop());
  const sign = async (person, y) => {
    await person.page.evaluate((hash) => {
      location.hash = hash;
    }, visitAddress);
    await person.page.getByRole("button", { name: "Firma di nuovo" }).click();
    await person.page.getByRole("heading", { name: /Modifica/ }).waitFor();
    await person.page.getByRole("button", { name: "Firma di nuovo" }).click();
    await stroke(person.page, [0.1, y], [0.8, 1 - y]);
    await untilStrokes(person.page, 1);
    await person.page.getByRole("button", { name: "Salva", exact: true }).click();
    await person.page.getByRole("region", { name: "Dov'è questa scheda" }).waitFor();
  };
  await bruno.goTo("tablet");
  await bruno.page.getByText("Sempre", { exact: true }).click();
  await bruno.send();
  await anna.offline();
  await bruno.offline();
  await sign(anna, 0.2);
  await sign(bruno, 0.9);
  await anna.online();
  await bruno.online();
  office = await new Person(world, "office", DESK).begin();
  await office.send();
  const { items } = await ask(office.page, "review.list");
  const item = items.find((one) => one.record === record && one.field === "signature");
  assert.ok(item, JSON.stringify(items.map((one) => one.field)));
  await office.goTo("review", item.id);
  const sides = office.page.locator(".side .thumb img");
  await office.page.waitForFunction(
    () =>
      [...document.querySelectorAll(".side .thumb img")].filter((one) => one.naturalWidth > 0)
        .length === 2,
  );
  assert.equal(await sides.count(), 2);
  await look(office.page, "decide-signature");
  await office.page.keyboard.press("1");
  await office.page.getByLabel("Motivo", { exact: true }).fill("è la firma della madre");
  await office.page.getByRole("button", { name: "Decidi" }).click();
  await office.page.getByText("Deciso. La decisione").waitFor();
});

test("in English and in the dark, and nothing was reported in any console", async () => {
  const { page } = bruno;
  await page.emulateMedia({ colorScheme: "dark" });
  await bruno.goTo("tablet");
  await page.getByText("English", { exact: true }).click();
  await page.evaluate((hash) => {
    location.hash = hash;
  }, visitAddress);
  await page.getByRole("button", { name: "Open: Il disegno di Tommaso" }).waitFor();
  await page.setViewportSize({ width: 360, height: 740 });
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  await look(page, "visit-dark-english");
  for (const person of [anna, bruno, office]) assert.deepEqual(person.page.troubles, []);
});
