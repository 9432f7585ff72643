// Yjs: a Y.Doc for each case, a Y.Map for each record; updates are appended as they come, state
// vectors tell what another side lacks.
import * as Y from "yjs";
import { byDocument, fieldsOf, UpdateLog } from "./disk.mjs";

export const title = "Yjs";
export const packages = ["yjs"];
export const durable = "updates appended to a file and synced";
export const synced = true;

class Records {
  constructor(folder, name) {
    this.log = new UpdateLog(folder, name);
    this.docs = new Map();
    this.fresh = [];
    this.touched = new Set();
  }
  doc(document) {
    let doc = this.docs.get(document);
    if (doc === undefined) {
      doc = new Y.Doc();
      doc.on("update", (update) => {
        this.fresh.push(update);
        this.touched.add(document);
      });
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
      doc.transact(() => {
        for (const row of group) visits.set(row.id, new Y.Map(Object.entries(fieldsOf(row))));
      });
    }
    this.keep();
  }
  change(edits) {
    for (const [document, group] of byDocument(edits, (edit) => edit.row.document)) {
      const doc = this.doc(document);
      const visits = doc.getMap("visits");
      doc.transact(() => {
        for (const { row, fields } of group) {
          const visit = visits.get(row.id);
          for (const [field, value] of Object.entries(fields)) visit.set(field, value);
        }
      });
    }
    this.keep();
  }
  mark() {
    this.touched.clear();
    const seen = new Map();
    for (const [document, doc] of this.docs) seen.set(document, Y.encodeStateVector(doc));
    return seen;
  }
  gather(mark) {
    const documents = mark === null ? this.docs.keys() : this.touched;
    return [...documents].map((document) => ({
      document,
      bytes: Y.encodeStateAsUpdate(this.docs.get(document), mark?.get(document)),
    }));
  }
  apply(messages) {
    for (const { document, bytes } of messages) Y.applyUpdate(this.doc(document), bytes);
    this.keep();
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
  constructor() {
    this.doc = new Y.Doc();
    this.body = this.doc.getText("body");
    this.updates = [];
  }
  listen() {
    this.doc.on("update", (update) => this.updates.push(update));
  }
  edit(patches) {
    this.doc.transact(() => {
      for (const [at, removed, inserted] of patches) {
        if (removed > 0) this.body.delete(at, removed);
        if (inserted !== "") this.body.insert(at, inserted);
      }
    });
  }
  /// What was edited since the last call, for others.
  take() {
    return this.updates.splice(0);
  }
  apply(update) {
    Y.applyUpdate(this.doc, update);
  }
  encode() {
    return Y.encodeStateAsUpdate(this.doc);
  }
  text() {
    return this.body.toString();
  }
}
/// `sends`: each edit is to be taken and applied elsewhere.
export function openText(agent, sends) {
  const text = new Text();
  if (sends) text.listen();
  return text;
}
