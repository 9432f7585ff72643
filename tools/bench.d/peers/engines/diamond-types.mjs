// diamond-types: text only.
import { createRequire } from "node:module";
const { Doc } = createRequire(import.meta.url)("diamond-types-node");

export const title = "diamond-types";
export const packages = ["diamond-types-node"];
export const durable = null;
export const synced = false;
export const openRecords = null;

class Text {
  constructor(agent) {
    this.doc = new Doc(agent);
    this.taken = this.doc.getLocalVersion();
  }
  edit(patches) {
    for (const [at, removed, inserted] of patches) {
      if (removed > 0) this.doc.del(at, removed);
      if (inserted !== "") this.doc.ins(at, inserted);
    }
  }
  take() {
    const patch = this.doc.getPatchSince(this.taken);
    this.taken = this.doc.getLocalVersion();
    return [patch];
  }
  apply(update) {
    this.doc.mergeBytes(update);
    this.taken = this.doc.getLocalVersion();
  }
  encode() {
    return this.doc.toBytes();
  }
  text() {
    return this.doc.get();
  }
}
export const openText = (agent) => new Text(agent);
