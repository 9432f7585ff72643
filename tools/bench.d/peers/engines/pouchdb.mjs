// PouchDB on LevelDB, its store in Node. Replication by the steps of its protocol (changes,
// bulkGet, revsDiff, bulkDocs with new_edits off), so that what travels can be weighed. A field
// that two changed leaves a conflict in the document; reading gives the winner.
import PouchDB from "pouchdb-node";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fieldsOf } from "./disk.mjs";

export const title = "PouchDB";
export const packages = ["pouchdb-node"];
export const durable = "LevelDB, which does not sync each write";
export const synced = false;
/// Two edits of one record are a conflict, whatever fields they change.
export const wholeDocuments = true;
const step = 1_000;

class Records {
  constructor(folder, name) {
    // It has no store in memory of its own; its files stand for that.
    const place = folder ?? mkdtempSync(join(process.env.INSIEME_SCRATCH ?? tmpdir(), "pouch-"));
    this.db = new PouchDB(join(place, `${name}.pouch`), { auto_compaction: false });
  }
  async insert(rows) {
    const docs = rows.map((row) => ({ _id: row.id, ...fieldsOf(row) }));
    const said = await this.db.bulkDocs(docs);
    if (said.some((one) => one.error)) throw new Error("a document was not taken");
  }
  async change(edits) {
    for (let at = 0; at < edits.length; at += step) {
      const some = edits.slice(at, at + step);
      const { rows } = await this.db.allDocs({
        keys: some.map((edit) => edit.row.id),
        include_docs: true,
      });
      await this.db.bulkDocs(rows.map(({ doc }, n) => Object.assign(doc, some[n].fields)));
    }
  }
  async mark() {
    return (await this.db.info()).update_seq;
  }
  async gather(mark) {
    const messages = [];
    let since = mark ?? 0;
    for (;;) {
      const { results, last_seq: last } = await this.db.changes({
        since,
        limit: step,
        style: "all_docs",
      });
      if (results.length === 0) return messages;
      const wanted = results.flatMap(({ id, changes }) => changes.map(({ rev }) => ({ id, rev })));
      const got = await this.db.bulkGet({ docs: wanted, revs: true, latest: true });
      const docs = got.results.flatMap(({ docs: found }) => found.map((one) => one.ok));
      messages.push({ bytes: Buffer.from(JSON.stringify(docs)) });
      since = last;
    }
  }
  async apply(messages) {
    for (const { bytes } of messages) {
      const docs = JSON.parse(bytes.toString());
      const asked = {};
      for (const doc of docs) (asked[doc._id] ??= []).push(doc._rev);
      const missing = await this.db.revsDiff(asked);
      const lacked = docs.filter((doc) => missing[doc._id]?.missing.includes(doc._rev));
      await this.db.bulkDocs(lacked, { new_edits: false });
    }
  }
  async read(row) {
    try {
      return await this.db.get(row.id);
    } catch {
      return undefined;
    }
  }
  close() {
    return this.db.close();
  }
}
export const openRecords = (folder, name) => new Records(folder, name);
export const openText = null;
