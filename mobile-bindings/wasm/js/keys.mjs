// The store's key: 32 random bytes, kept in IndexedDB under a key of the browser that no script can
// read out. It protects a copied file, not an unlocked device: that is what its screen lock is for.

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
  const key = crypto.getRandomValues(new Uint8Array(32));
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
  return hex(key);
}
