// cr-sqlite, its WebAssembly build: in Node it has no file system, so everything stays in memory.
// The native extension is fetched from elsewhere than npm when it is installed, and is left out.
import initWasm from "@vlcn.io/crsqlite-wasm";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { deserialize, serialize } from "node:v8";

export const title = "cr-sqlite (wasm)";
export const packages = ["@vlcn.io/crsqlite-wasm"];
export const durable = "nothing: in memory";
export const synced = false;

const columns = ["id", "case", "educator", "date", "minutes", "place", "code_one",
  "code_two", "code_three", "note", "score", "amount"];
const step = 5_000;

/// Emscripten's own loading asks `fetch` for a file, which Node does not read.
async function sqlite() {
  const wasm = createRequire(import.meta.url).resolve("@vlcn.io/crsqlite-wasm/crsqlite.wasm");
  const fetched = globalThis.fetch;
  globalThis.fetch = async () =>
    new Response(readFileSync(wasm), { headers: { "Content-Type": "application/wasm" } });
  try {
    return await initWasm(() => wasm);
  } finally {
    globalThis.fetch = fetched;
  }
}

class Records {
  async open() {
    this.db = await (await sqlite()).open();
    const shape = columns.slice(1).map((name) => `"${name}"`).join(", ");
    await this.db.exec(`CREATE TABLE visit("id" PRIMARY KEY NOT NULL, ${shape})`);
    await this.db.exec("SELECT crsql_as_crr('visit')");
    const marks = columns.map(() => "?").join(",");
    this.put = await this.db.prepare(`INSERT INTO visit VALUES(${marks})`);
    this.merge = await this.db.prepare("INSERT INTO crsql_changes VALUES(?,?,?,?,?,?,?,?,?)");
    this.changesSince = await this.db.prepare(
      'SELECT "table", pk, cid, val, col_version, db_version, site_id, cl, seq ' +
        "FROM crsql_changes WHERE db_version > ? AND site_id = crsql_site_id()");
    this.changesSince.raw(true);
    this.updates = new Map();
    return this;
  }
  insert(rows) {
    return this.db.tx(async (tx) => {
      for (const row of rows) await this.put.run(tx, ...columns.map((name) => row[name]));
    });
  }
  async update(fields) {
    const names = Object.keys(fields).join();
    if (!this.updates.has(names)) {
      const set = Object.keys(fields).map((name) => `"${name}" = ?`).join(", ");
      this.updates.set(names, await this.db.prepare(`UPDATE visit SET ${set} WHERE id = ?`));
    }
    return this.updates.get(names);
  }
  async change(edits) {
    for (const { fields } of edits) await this.update(fields);
    await this.db.tx(async (tx) => {
      for (const { row, fields } of edits) {
        await (await this.update(fields)).run(tx, ...Object.values(fields), row.id);
      }
    });
  }
  async mark() {
    return (await this.db.execA("SELECT crsql_db_version()"))[0][0];
  }
  async gather(mark) {
    const changes = await this.changesSince.all(null, mark ?? 0);
    const messages = [];
    for (let at = 0; at < changes.length; at += step) {
      messages.push({ bytes: serialize(changes.slice(at, at + step)) });
    }
    return messages;
  }
  apply(messages) {
    return this.db.tx(async (tx) => {
      for (const { bytes } of messages) {
        for (const change of deserialize(bytes)) await this.merge.run(tx, ...change);
      }
    });
  }
  async read(row) {
    return (await this.db.execO("SELECT * FROM visit WHERE id = ?", [row.id]))[0];
  }
  close() {}
}
export const openRecords = () => new Records().open();
export const openText = null;
