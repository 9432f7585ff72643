// Keeps the app's own files, so that it starts without a network. The core's requests are none of
// its business: they are POSTs and go their way.
declare const FILES: string[];
/** What no first visit waits for; it comes behind the others. */
declare const LATER: string[];
declare const VERSION: string;

const worker = self as unknown as ServiceWorkerGlobalScope;
const CACHE = `insieme-${VERSION}`;

worker.addEventListener("install", (event) => {
  event.waitUntil(
    (async () => {
      const cache = await caches.open(CACHE);
      const fresh = (file: string): Request => new Request(file, { cache: "no-cache" });
      // Everything or nothing: half an app would fail on the doorstep.
      await cache.addAll(FILES.map(fresh));
      // Without these it works, but for a code before the camera; `fetch` keeps them later, too.
      await Promise.allSettled(LATER.map((file) => cache.add(fresh(file))));
    })(),
  );
});

// Only when the page says that all that was typed is kept.
worker.addEventListener("message", (event) => {
  if (event.data === "take") event.waitUntil(worker.skipWaiting());
});

worker.addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      // In the order in which they were made: what comes after this one is a newer build, half
      // arrived, and is none of its business.
      const names = await caches.keys();
      const older = names.slice(0, Math.max(0, names.indexOf(CACHE)));
      for (const name of older) {
        if (name.startsWith("insieme-")) await caches.delete(name);
      }
      await worker.clients.claim();
    })(),
  );
});

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== worker.location.origin) return;
  // The identity provider sends the browser back to the server, not to the app.
  const isPage = request.mode === "navigate" && !url.pathname.startsWith("/v1/");
  const name = isPage ? "/" : url.pathname;
  const isLater = LATER.includes(name);
  if (!isLater && !FILES.includes(name)) return;
  event.respondWith(
    (async () => {
      const cache = await caches.open(CACHE);
      const here = await cache.match(name);
      if (here) return here;
      const answer = await fetch(request);
      if (isLater && answer.ok) event.waitUntil(cache.put(name, answer.clone()));
      return answer;
    })(),
  );
});

export {};
