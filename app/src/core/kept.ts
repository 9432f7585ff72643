// Choices of this tablet that must outlive a killed browser, which localStorage does not promise.
// Nothing secret.
const DATABASE = "insieme-choices";
const SHELF = "choices";
const choices = new Map<string, string>();

function database(): Promise<IDBDatabase> {
  return new Promise((done, failed) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(SHELF);
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });
}

/** Once, before anything is asked for. */
export async function loadKept(): Promise<void> {
  const db = await database();
  await new Promise<void>((done, failed) => {
    const request = db.transaction(SHELF).objectStore(SHELF).openCursor();
    request.onerror = () => failed(request.error);
    request.onsuccess = () => {
      const cursor = request.result;
      if (cursor === null) return done();
      choices.set(String(cursor.key), String(cursor.value));
      cursor.continue();
    };
  });
  db.close();
}

export function kept(name: string): string {
  return choices.get(name) ?? "";
}

/** On the disk when it resolves; `kept` says it at once. */
export async function keep(name: string, value: string): Promise<void> {
  if (choices.get(name) === value) return;
  choices.set(name, value);
  const db = await database();
  await new Promise<void>((done, failed) => {
    const act = db.transaction(SHELF, "readwrite", { durability: "strict" });
    act.objectStore(SHELF).put(value, name);
    act.oncomplete = () => done();
    act.onabort = () => failed(act.error);
  });
  db.close();
}
