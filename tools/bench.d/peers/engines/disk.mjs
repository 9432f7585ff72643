// What a document engine without a store of its own has for durability: its updates, appended to
// one file and synced before the call returns.
import { closeSync, fdatasyncSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";

export class UpdateLog {
  /// `folder` null: everything stays in memory.
  constructor(folder, name) {
    this.file = folder === null ? null : openSync(join(folder, `${name}.log`), "a");
  }
  /// Each with its length before it; durable when it returns.
  append(updates) {
    if (this.file === null || updates.length === 0) return;
    const length = updates.reduce((sum, update) => sum + update.length + 4, 0);
    const bytes = Buffer.alloc(length);
    let at = 0;
    for (const update of updates) {
      at = bytes.writeUInt32LE(update.length, at);
      bytes.set(update, at);
      at += update.length;
    }
    for (let done = 0; done < length; ) done += writeSync(this.file, bytes, done);
    fdatasyncSync(this.file);
  }
  close() {
    if (this.file !== null) closeSync(this.file);
  }
}

/// [[document, its entries], …] of anything that names its document.
export function byDocument(entries, documentOf) {
  const groups = new Map();
  for (const entry of entries) {
    const document = documentOf(entry);
    if (!groups.has(document)) groups.set(document, []);
    groups.get(document).push(entry);
  }
  return groups;
}

/// A row without its key and the number of its document.
export function fieldsOf(row) {
  const { id, document, ...fields } = row;
  return fields;
}
