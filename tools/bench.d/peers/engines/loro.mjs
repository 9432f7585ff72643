// Loro: a LoroDoc for each case, a map for each record; updates since a version travel, and are
// appended.
import { LoroDoc, LoroMap } from "loro-crdt";
import { byDocument, fieldsOf, UpdateLog } from "./disk.mjs";

export const title = "Loro";
export const packages = ["loro-crdt"];
export const durable = "updates appended to a file and synced";
export const synced = true;

class Records {
  constructor(folder, name) {
    this.log = new UpdateLog(folder, name);
    this.docs = new Map();
    this.touched = new Set();
    this.fresh = [];
  }
  doc(document) {
    let doc = this.docs.get(document);
    if (doc === undefined) {
      doc = new LoroDoc();
      doc.subscribeLocalUpdates((update) => this.fresh.push(update));
      this.docs.set(document, doc);
    }
    return doc;
  }
  keep() {
    this.log.append(this.fresh);
    this.fresh = [];
  }
  insert(rows) {
    for (const [document, group] of byDocument(rows, (row) => row.document)) {
      const doc = this.doc(document);
      const visits = doc.getMap("visits");
      for (const row of group) {
        const visit = visits.setContainer(row.id, new LoroMap());
        for (const [field, value] of Object.entries(fieldsOf(row))) visit.set(field, value);
      }
      doc.commit();
    }
    this.keep();
  }
  change(edits) {
    for (const [document, group] of byDocument(edits, (edit) => edit.row.document)) {
      const doc = this.doc(document);
      const visits = doc.getMap("visits");
      for (const { row, fields } of group) {
        const visit = visits.get(row.id);
        for (const [field, value] of Object.entries(fields)) visit.set(field, value);
      }
      doc.commit();
      this.touched.add(document);
    }
    this.keep();
  }
  mark() {
    this.touched.clear();
    const seen = new Map();
    for (const [document, doc] of this.docs) seen.set(document, doc.oplogVersion());
    return seen;
  }
  gather(mark) {
    const documents = mark === null ? this.docs.keys() : this.touched;
    return [...documents].map((document) => ({
      document,
      bytes: this.docs.get(document).export({ mode: "update", from: mark?.get(document) }),
    }));
  }
  apply(messages) {
    for (const { document, bytes } of messages) this.doc(document).import(bytes);
    this.log.append(messages.map((message) => message.bytes));
  }
  read(row) {
    return this.docs.get(row.document)?.getMap("visits").get(row.id)?.toJSON();
  }
  close() {
    this.log.close();
  }
}
export const openRecords = (folder, name) => new Records(folder, name);

class Text {
  constructor(sends) {
    this.doc = new LoroDoc();
    this.body = this.doc.getText("body");
    this.updates = [];
    if (sends) this.doc.subscribeLocalUpdates((update) => this.updates.push(update));
  }
  edit(patches) {
    for (const [at, removed, inserted] of patches) {
      if (removed > 0) this.body.delete(at, removed);
      if (inserted !== "") this.body.insert(at, inserted);
    }
    this.doc.commit();
  }
  take() {
    return this.updates.splice(0);
  }
  apply(update) {
    this.doc.import(update);
  }
  encode() {
    return this.doc.export({ mode: "snapshot" });
  }
  text() {
    return this.body.toString();
  }
}
export const openText = (agent, sends) => new Text(sends);
