// TinyBase: a MergeableStore with a file persister, which writes the whole store at each save. What
// a transaction changed travels as JSON, as its synchronizers send it.
import { createMergeableStore } from "tinybase";
import { createFilePersister } from "tinybase/persisters/persister-file";
import { join } from "node:path";
import { fieldsOf } from "./disk.mjs";

export const title = "TinyBase";
export const packages = ["tinybase"];
export const durable = "the whole store written as JSON, not synced";
export const synced = false;

class Records {
  constructor(folder, name) {
    this.store = createMergeableStore(name);
    this.changes = [];
    this.collecting = false;
    this.persister =
      folder === null ? null : createFilePersister(this.store, join(folder, `${name}.json`));
    this.store.addDidFinishTransactionListener((store) => {
      if (this.collecting) this.changes.push(store.getTransactionMergeableChanges(true));
    });
  }
  keep() {
    return this.persister?.save();
  }
  async insert(rows) {
    this.store.transaction(() => {
      for (const row of rows) this.store.setRow("visits", row.id, fieldsOf(row));
    });
    await this.keep();
  }
  async change(edits) {
    this.store.transaction(() => {
      for (const { row, fields } of edits) this.store.setPartialRow("visits", row.id, fields);
    });
    await this.keep();
  }
  mark() {
    this.changes = [];
    this.collecting = true;
    return true;
  }
  gather(mark) {
    if (mark === null) {
      return [{ bytes: Buffer.from(JSON.stringify(this.store.getMergeableContent())) }];
    }
    return this.changes.map((change) => ({ bytes: Buffer.from(JSON.stringify(change)) }));
  }
  async apply(messages) {
    const collecting = this.collecting;
    this.collecting = false;
    for (const { bytes } of messages) {
      this.store.applyMergeableChanges(JSON.parse(bytes.toString()));
    }
    this.collecting = collecting;
    await this.keep();
  }
  read(row) {
    return this.store.hasRow("visits", row.id) ? this.store.getRow("visits", row.id) : undefined;
  }
  close() {
    return this.persister?.destroy();
  }
}
export const openRecords = (folder, name) => new Records(folder, name);
export const openText = null;
