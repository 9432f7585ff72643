// Automerge: a document for each case. Fields are ImmutableString, since the workload replaces them
// whole: its collaborative text for each of them would take many times longer.
import * as A from "@automerge/automerge";
import { byDocument, fieldsOf, UpdateLog } from "./disk.mjs";

export const title = "Automerge";
export const packages = ["@automerge/automerge"];
export const durable = "changes appended to a file and synced";
export const synced = true;

const stored = (value) => (typeof value === "string" ? new A.ImmutableString(value) : value);
const storedFields = (fields) =>
  Object.fromEntries(Object.entries(fields).map(([field, value]) => [field, stored(value)]));

class Records {
  constructor(folder, name) {
    this.log = new UpdateLog(folder, name);
    this.docs = new Map();
    this.touched = new Set();
    this.fresh = [];
  }
  update(document, body) {
    const doc = A.change(this.docs.get(document) ?? A.init(), body);
    this.docs.set(document, doc);
    this.touched.add(document);
    this.fresh.push(A.getLastLocalChange(doc));
  }
  keep() {
    this.log.append(this.fresh);
    this.fresh = [];
  }
  insert(rows) {
    for (const [document, group] of byDocument(rows, (row) => row.document)) {
      this.update(document, (doc) => {
        for (const row of group) doc[row.id] = storedFields(fieldsOf(row));
      });
    }
    this.keep();
  }
  change(edits) {
    for (const [document, group] of byDocument(edits, (edit) => edit.row.document)) {
      this.update(document, (doc) => {
        for (const { row, fields } of group) Object.assign(doc[row.id], storedFields(fields));
      });
    }
    this.keep();
  }
  mark() {
    this.touched.clear();
    const seen = new Map();
    for (const [document, doc] of this.docs) seen.set(document, A.getHeads(doc));
    return seen;
  }
  gather(mark) {
    const documents = mark === null ? this.docs.keys() : this.touched;
    return [...documents].map((document) => {
      const doc = this.docs.get(document);
      const heads = mark?.get(document);
      return { document, bytes: heads === undefined ? A.save(doc) : A.saveSince(doc, heads) };
    });
  }
  apply(messages) {
    for (const { document, bytes } of messages) {
      const doc = this.docs.get(document);
      this.docs.set(document, doc === undefined ? A.load(bytes) : A.loadIncremental(doc, bytes));
    }
    this.log.append(messages.map((message) => message.bytes));
  }
  read(row) {
    const record = this.docs.get(row.document)?.[row.id];
    if (record === undefined) return undefined;
    const plain = (value) => (A.isImmutableString(value) ? value.toString() : value);
    const fields = Object.entries(record);
    return Object.fromEntries(fields.map(([field, value]) => [field, plain(value)]));
  }
  close() {
    this.log.close();
  }
}
export const openRecords = (folder, name) => new Records(folder, name);

class Text {
  constructor() {
    this.updates = [];
    this.doc = A.init();
  }
  edit(patches) {
    this.doc = A.change(this.doc, (doc) => {
      for (const [at, removed, inserted] of patches) A.splice(doc, ["body"], at, removed, inserted);
    });
    if (this.sends) this.updates.push(A.getLastLocalChange(this.doc));
  }
  take() {
    return this.updates.splice(0);
  }
  apply(update) {
    this.doc = A.loadIncremental(this.doc, update);
  }
  encode() {
    return A.save(this.doc);
  }
  text() {
    return this.doc.body;
  }
}
/// The text itself is made once, by a change that all have seen: who makes it anew replaces it.
const begin = A.getLastLocalChange(A.change(A.init({ actor: "00" }), { time: 0 }, (doc) => {
  doc.body = "";
}));
export function openText(agent, sends) {
  const text = new Text();
  text.sends = sends;
  text.doc = A.loadIncremental(text.doc, begin);
  return text;
}
