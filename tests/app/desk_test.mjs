// `insieme serve-app`: the screens over a store in a file, for one browser of this computer.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { after, before, test } from "node:test";
import { Browser, until } from "./browser.mjs";
import { ask, DESK, look, makeHousehold } from "./people.mjs";
import { Host } from "./host.mjs";
import { World } from "./world.mjs";

const world = new World();
const FAMILY = "Famiglia Bassi";
const PIN = "407319";
let office;
let anna;
let family;
const browser = new Browser();
let page;

let host;

const nav = () => page.getByRole("navigation", { name: "Sezioni" });

before(async () => {
  await world.start();
  world.person("anna", "Anna Rossi", "educator");
  world.person("office", "Ufficio", "coordinator");
  office = world.desk("office");
  family = makeHousehold(office, world, ["anna"]);
  anna = world.desk("anna");
  anna.sync();
  await browser.start();
});

after(async () => {
  await browser.end();
  await host?.end();
  await world.end();
});

test("the address that the program prints opens the app over this computer's store", async () => {
  host = await new Host(anna.store).start();
  page = await browser.page(host.address, DESK);
  await page.getByRole("button", { name: "Continua senza PIN" }).click();
  await page.getByRole("button", { name: "Sì, senza PIN" }).click();
  await nav().waitFor();
  assert.equal(await page.evaluate(() => location.href.includes("desk=")), false);
  assert.equal((await ask(page, "identity")).account, "anna");
  await page.evaluate(() => {
    location.hash = "#/families";
  });
  await page.getByRole("link", { name: FAMILY }).first().waitFor();
  await look(page, "desk-families");
  await page.setViewportSize(DESK);
});

test("whoever does not know the secret, or comes from elsewhere, gets nothing", async () => {
  const own = { Host: `127.0.0.1:${host.port}`, Origin: `http://127.0.0.1:${host.port}` };
  const secret = { Authorization: `Bearer ${host.token}` };
  const status = (headers) => host.status("/desk/ask", headers);
  assert.equal(await status({ ...own, ...secret }), 200);
  assert.equal(await status(own), 401);
  assert.equal(await status({ ...own, Authorization: `Bearer ${"0".repeat(64)}` }), 401);
  assert.equal(await status({ ...own, ...secret, Origin: "http://evil.example" }), 401);
  assert.equal(await status({ ...own, ...secret, Host: "evil.example" }), 421);
  assert.equal(await host.status("/desk/ask", { ...own, ...secret }, "POST", "garbage"), 400);
  for (const path of ["/../anna.insieme", "/%2e%2e/anna.insieme", "/etc/passwd"]) {
    assert.equal(await host.status(path, own, "GET"), 404);
  }
});

test("what is saved here reaches the others, and what they save is heard of at once", async () => {
  const saved = await ask(page, "record.save", {
    request_id: "desk-1",
    type: "note",
    dossier: family.dossier,
    fields: { title: "Dal computero dell'ufficio" },
  });
  assert.equal(saved.ok, true, JSON.stringify(saved));
  assert.equal((await ask(page, "sync.run")).unsent, "0");
  office.sync();
  office.call("record.save", {
    type: "note",
    dossier: family.dossier,
    fields: { title: "Dal coordinamento" },
  });
  office.sync();
  await until("the office's note", async () => {
    const found = await ask(page, "search", { words: "coordinamento" });
    return JSON.stringify(found).includes("Dal coordinamento");
  });
  const copy = await page.evaluate(async () => (await globalThis.insieme.copy()).bytes?.length);
  assert.ok(copy > 10_000, `a copy of ${copy} bytes`);
});

const SYNC_IS_HEARD = () =>
  new Promise((heard) => {
    globalThis.insieme.onEvent((event) => event.event === "sync" && heard(true));
    void globalThis.insieme.call("sync.run");
  });

test("the page that opens last has the store and hears of it; the others say so", async () => {
  for (const round of [1, 2]) {
    const former = page;
    page = await browser.page(host.address, DESK);
    await former.getByRole("heading", { name: "Insieme ora è in un'altra scheda" }).waitFor();
    const refused = await ask(former, "identity");
    assert.match(refused.error.message_it, /un'altra pagina/, `round ${round}`);
    await nav().or(page.getByRole("heading", { name: "Scegli un PIN" })).first().waitFor();
    assert.equal((await ask(page, "identity")).account, "anna");
    assert.equal(await page.evaluate(SYNC_IS_HEARD), true);
    assert.deepEqual(former.troubles, []);
    await former.close();
  }
  await page.reload();
  await nav().or(page.getByRole("heading", { name: "Scegli un PIN" })).first().waitFor();
  assert.equal(await page.evaluate(SYNC_IS_HEARD), true);
});

test("an exchange that its page has left is not gone on with in the next one", async () => {
  world.process.kill("SIGSTOP"); // it takes the request and says nothing
  try {
    const asked = page.waitForRequest((one) => (one.postData() ?? "").includes("sync.run"));
    const left = ask(page, "sync.run").catch(() => undefined); // its page goes
    await asked;
    await page.reload();
    await left;
    await nav().or(page.getByRole("heading", { name: "Scegli un PIN" })).first().waitFor();
    assert.equal((await ask(page, "identity")).account, "anna");
  } finally {
    world.process.kill("SIGCONT");
  }
  // The page's own exchange may be under way: then this one is told that it is busy.
  await until("a whole exchange", async () => (await ask(page, "sync.run")).unsent === "0");
});

test("a connection that says nothing loses its place", async () => {
  const silent = [];
  for (let i = 0; i < 40; ++i) {
    const socket = connect(host.port, "127.0.0.1");
    socket.on("error", () => undefined);
    silent.push(new Promise((done) => socket.on("close", done)));
  }
  await Promise.all(silent);
  const own = { Host: `127.0.0.1:${host.port}` };
  assert.equal(await host.status("/", own, "GET"), 200);
  page.troubles.length = 0; // it found no place meanwhile, and asks again
});

test("a PIN that is chosen here takes the place of the key in its file", async () => {
  const key = readFileSync(`${anna.store}.key`, "utf8");
  const set = await ask(page, "pin.set", { pin: PIN });
  assert.equal(set.ok, true, JSON.stringify(set));
  assert.equal("device_secret" in set, false);
  assert.notEqual(readFileSync(`${anna.store}.key`, "utf8"), key);
  assert.deepEqual(page.troubles, []);
});

test("practice has a store of its own, which stays until it is thrown away", async () => {
  const practise = () =>
    page.evaluate(() => {
      sessionStorage.setItem("insieme-practising", "yes");
      location.reload();
    });
  const BANNER = "Famiglie inventate: nulla va a un server.";
  await practise();
  await page.getByRole("heading", { name: "In che ruolo vuoi provare?" }).waitFor();
  await page.getByRole("button", { name: /^Educatore/ }).click();
  await page.getByText(BANNER).waitFor();
  const { dossiers } = await ask(page, "dossier.list");
  assert.ok(dossiers.length > 0 && dossiers.every((one) => one.id !== family.dossier));
  for (const command of ["sync.run", "sign_in.ways", "policy.fetch"]) {
    assert.equal((await ask(page, command)).error.code, "practice", command);
  }
  await page.getByRole("button", { name: "Esci dalla prova" }).click();
  await page.getByRole("heading", { name: "Insieme è chiuso" }).waitFor();
  await practise();
  await page.getByText(BANNER).waitFor(); // in the role that was chosen before
  assert.deepEqual((await ask(page, "dossier.list")).dossiers, dossiers);
  await page.evaluate(() => {
    location.hash = "#/tablet";
  });
  await page.getByRole("button", { name: "Butta via la prova" }).click();
  await page.getByRole("button", { name: "Sì, butta via" }).click();
  await page.getByLabel("PIN", { exact: true }).fill(PIN);
  await page.getByRole("button", { name: "Apri", exact: true }).click();
  await nav().waitFor();
});

test("killed in the middle of work, the program lost nothing and the page says so", async () => {
  const saved = await ask(page, "record.save", {
    request_id: "desk-3",
    type: "note",
    dossier: family.dossier,
    fields: { title: "Prima del colpo" },
  });
  assert.equal(saved.ok, true);
  await host.end("SIGKILL");
  const gone = await ask(page, "status");
  assert.match(gone.error.message_it, /avviarlo di nuovo/);
  await page.close();
  host = await new Host(anna.store).start(host.port);
  page = await browser.page(host.address, DESK);
  await page.getByRole("heading", { name: "Insieme è chiuso" }).waitFor();
  await page.getByLabel("PIN", { exact: true }).fill(PIN);
  await page.getByRole("button", { name: "Apri", exact: true }).click();
  await nav().waitFor();
  const found = await ask(page, "search", { words: "colpo" });
  assert.ok(JSON.stringify(found).includes("Prima del colpo"));
  assert.deepEqual(page.troubles, []);
  assert.equal(await host.end(), 0);
  host = null;
});
