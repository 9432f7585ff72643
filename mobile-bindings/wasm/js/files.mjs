// The files that the module's SQLite works on (src/browser_files.cpp). Every function
// is synchronous and gives numbers: 0 done, 1 no room left, -1 failed (read: the number of bytes).
// A file exists if it has bytes.

const DONE = 0;
const FULL = 1;
const FAILED = -1;

/** Everything that a store called `name` may need: opened beforehand, since opening takes time. */
export function filesOfStore(name) {
  return ["", "-journal", "-wal", ".generation", ".pin", ".order"].map((end) => name + end);
}

/** Files in memory: for tests, and to look at a store without keeping anything. */
export class MemoryFiles {
  #names = [];
  #contents = [];
  /** Bytes that may be there in all; writes beyond it find no room. */
  quota = Infinity;

  open(name, mayCreate) {
    let at = this.#names.indexOf(name);
    if (at < 0 && !mayCreate) return FAILED;
    if (at < 0) {
      at = this.#names.push(name) - 1;
      this.#contents.push(new Uint8Array(0));
    }
    return at;
  }

  read(file, to, at) {
    const from = this.#contents[file].subarray(at, at + to.length);
    to.set(from);
    return from.length;
  }

  write(file, from, at) {
    const old = this.#contents[file];
    const size = Math.max(old.length, at + from.length);
    const others = this.#contents.reduce((sum, one) => sum + one.length, 0) - old.length;
    if (size > old.length && others + size > this.quota) return FULL;
    if (size > old.length) {
      const grown = new Uint8Array(size);
      grown.set(old);
      this.#contents[file] = grown;
    }
    this.#contents[file].set(from, at);
    return DONE;
  }

  truncate(file, size) {
    const old = this.#contents[file];
    const next = new Uint8Array(size);
    next.set(old.subarray(0, size));
    this.#contents[file] = next;
    return DONE;
  }

  flush() {
    return DONE;
  }

  size(file) {
    return this.#contents[file].length;
  }

  exists(name) {
    const at = this.#names.indexOf(name);
    return at >= 0 && this.#contents[at].length > 0;
  }

  remove(name) {
    const at = this.#names.indexOf(name);
    return at < 0 ? DONE : this.truncate(at, 0);
  }

  bytesOf(name) {
    const at = this.#names.indexOf(name);
    return at < 0 ? new Uint8Array(0) : this.#contents[at].slice();
  }

  close() {}
}

function outcomeOf(error) {
  return error?.name === "QuotaExceededError" ? FULL : FAILED;
}

/** Files of the Origin Private File System. Only in a dedicated worker. */
export class OpfsFiles {
  #names;
  #handles;

  constructor(names, handles) {
    this.#names = names;
    this.#handles = handles;
  }

  /**
   * Opens all of them, for this worker alone. A page that was closed a moment ago may still hold
   * them, on a slow tablet for seconds: tried again for `patienceMs`.
   */
  static async open(folder, names, patienceMs = 20_000) {
    const root = await navigator.storage.getDirectory();
    const directory = await root.getDirectoryHandle(folder, { create: true });
    const handles = [];
    const until = performance.now() + patienceMs;
    for (const name of names) {
      const file = await directory.getFileHandle(name, { create: true });
      for (;;) {
        try {
          handles.push(await file.createSyncAccessHandle());
          break;
        } catch (error) {
          if (error?.name !== "NoModificationAllowedError" || performance.now() > until) {
            for (const handle of handles) handle.close();
            throw error;
          }
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      }
    }
    return new OpfsFiles([...names], handles);
  }

  open(name) {
    return this.#names.indexOf(name);
  }

  read(file, to, at) {
    try {
      return this.#handles[file].read(to, { at });
    } catch {
      return FAILED;
    }
  }

  write(file, from, at) {
    try {
      return this.#handles[file].write(from, { at }) === from.length ? DONE : FULL;
    } catch (error) {
      return outcomeOf(error);
    }
  }

  truncate(file, size) {
    try {
      this.#handles[file].truncate(size);
      return DONE;
    } catch (error) {
      return outcomeOf(error);
    }
  }

  flush(file) {
    try {
      this.#handles[file].flush();
      return DONE;
    } catch (error) {
      return outcomeOf(error);
    }
  }

  size(file) {
    try {
      return this.#handles[file].getSize();
    } catch {
      return FAILED;
    }
  }

  exists(name) {
    const at = this.#names.indexOf(name);
    return at >= 0 && this.size(at) > 0;
  }

  remove(name) {
    const at = this.#names.indexOf(name);
    if (at < 0) return DONE;
    const outcome = this.truncate(at, 0);
    return outcome === DONE ? this.flush(at) : outcome;
  }

  bytesOf(name) {
    const at = this.#names.indexOf(name);
    const bytes = new Uint8Array(at < 0 ? 0 : this.size(at));
    if (at >= 0) this.read(at, bytes, 0);
    return bytes;
  }

  close() {
    for (const handle of this.#handles) handle.close();
    this.#handles = [];
  }
}
