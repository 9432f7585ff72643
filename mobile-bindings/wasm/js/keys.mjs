// What the browser keeps for a store: 32 random bytes in IndexedDB, under a key of the browser that
// no script can read out. Without a PIN they are the store's key, with one the device secret that
// its key is wrapped under together with the PIN.

const DATABASE = "insieme-keys";
const SHELF = "keys";

function asked(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function database() {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(SHELF);
  return asked(request);
}

const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** The key of a store as 64 hexadecimal digits; null if it has none. */
export async function readKey(store) {
  const db = await database();
  try {
    const kept = await asked(db.transaction(SHELF).objectStore(SHELF).get(store));
    if (kept === undefined) return null;
    const key = await crypto.subtle.decrypt(
      { name: "AES-GCM", iv: kept.iv },
      kept.wrapping,
      kept.wrapped,
    );
    return hex(new Uint8Array(key));
  } finally {
    db.close();
  }
}

/** A new key, on the disk before this resolves: a store whose key is lost is lost. */
export async function makeKey(store) {
  const key = hex(crypto.getRandomValues(new Uint8Array(32)));
  await keepKey(store, key);
  return key;
}

/** In the place of the former one, in one step, and on the disk before this resolves. */
export async function keepKey(store, digits) {
  const key = Uint8Array.from(digits.match(/../g), (pair) => Number.parseInt(pair, 16));
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const wrapping = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, [
    "encrypt",
    "decrypt",
  ]);
  const wrapped = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, wrapping, key);
  const db = await database();
  try {
    const act = db.transaction(SHELF, "readwrite", { durability: "strict" });
    act.objectStore(SHELF).put({ wrapping, wrapped, iv }, store);
    await new Promise((resolve, reject) => {
      act.oncomplete = resolve;
      act.onabort = () => reject(act.error);
    });
  } finally {
    db.close();
  }
}

/** For a store that is thrown away: what is left of it opens no more. */
export async function dropKey(store) {
  const db = await database();
  try {
    await asked(db.transaction(SHELF, "readwrite").objectStore(SHELF).delete(store));
  } finally {
    db.close();
  }
}
