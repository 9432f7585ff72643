// A tablet that was switched off for a long time: the present build opens the store that an older
// one left in the browser, and its unsent work and its draft are there.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Browser } from "./browser.mjs";
import { ask, PHONE } from "./people.mjs";
import { bin, root, World } from "./world.mjs";

const fixtures = join(root, "tests/fixtures");
const folder = mkdtempSync(join(tmpdir(), "insieme-old-"));
const world = new World();
const unpack = join(bin, "pack_database");

before(() => world.start());
after(async () => {
  await world.end();
  rmSync(folder, { recursive: true, force: true });
});

/** Into the browser, as that build left it: its files, and its key as the browser keeps it. */
function lay({ files, key }) {
  const bytesOf = (hex) => Uint8Array.from(hex.match(/../g), (pair) => Number.parseInt(pair, 16));
  const write = async () => {
    const top = await navigator.storage.getDirectory();
    const place = await top.getDirectoryHandle("insieme", { create: true });
    for (const [name, hex] of Object.entries(files)) {
      const file = await place.getFileHandle(name, { create: true });
      const to = await file.createWritable();
      await to.write(bytesOf(hex));
      await to.close();
    }
  };
  const keepKey = async () => {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const uses = ["encrypt", "decrypt"];
    const wrapping = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, uses);
    const wrapped = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, wrapping, bytesOf(key));
    const request = indexedDB.open("insieme-keys", 1);
    request.onupgradeneeded = () => request.result.createObjectStore("keys");
    await new Promise((done) => {
      request.onsuccess = () => {
        const act = request.result.transaction("keys", "readwrite");
        act.objectStore("keys").put({ wrapping, wrapped, iv }, "insieme");
        act.oncomplete = () => {
          request.result.close();
          done();
        };
      };
    });
  };
  return write().then(keepKey);
}

const old = readdirSync(fixtures).filter((name) => name.startsWith("store-v"));
assert.ok(old.length > 0);

for (const name of old) {
  test(`[P2] ${name}: its unsent work and its draft go on in the present build`, async (t) => {
    if (!existsSync(unpack)) return t.skip("pack_database is not built");
    const said = JSON.parse(readFileSync(join(fixtures, name, "said.json"), "utf8"));
    const anna = said.tablets.anna;
    const database = join(folder, `${name}.db`);
    const packed = join(fixtures, name, "anna.store.zst");
    execFileSync(unpack, ["--unpack", packed, database, anna.key]);
    const then = (command) => anna.said.find((one) => one.command === command).reply;
    const browser = await new Browser().start();
    try {
      const page = await browser.page(`${world.url}/LICENSES.txt`, PHONE);
      await page.evaluate(lay, {
        key: anna.key,
        files: {
          "store.db": readFileSync(database).toString("hex"),
          "store.db.generation": Buffer.from(`${anna.generation}\n`).toString("hex"),
        },
      });
      await page.goto(world.url);
      await page.getByRole("button", { name: "Continua senza PIN" }).click();
      await page.getByRole("button", { name: "Sì, senza PIN" }).click();
      await page.getByRole("navigation", { name: "Sezioni" }).waitFor();
      const status = await ask(page, "status");
      assert.equal(status.unsent, then("status").unsent);
      assert.equal(status.drafts, then("status").drafts);
      assert.equal((await ask(page, "verify")).sound, true);
      const { drafts } = then("draft.list");
      assert.ok(drafts.some((one) => Object.keys(one.fields).length > 0), "it left a draft");
      for (const draft of drafts) {
        await page.evaluate((id) => {
          location.hash = `#/edit/${id}`;
        }, draft.id);
        for (const [field, text] of Object.entries(draft.fields)) {
          const typed = page.locator(`#f-${field}`);
          await typed.waitFor();
          assert.equal(await typed.inputValue(), text);
        }
      }
    } finally {
      await browser.end();
    }
  });
}
