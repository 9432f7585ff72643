// Keeps the app's own files, so that it starts without a network. The core's requests are none of
// its business: they are POSTs and go their way.
declare const FILES: string[];
declare const VERSION: string;

const worker = self as unknown as ServiceWorkerGlobalScope;
const CACHE = `insieme-${VERSION}`;

worker.addEventListener("install", (event) => {
  // Everything or nothing: half an app would fail on the doorstep.
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) => cache.addAll(FILES.map((file) => new Request(file, { cache: "no-cache" })))),
  );
});

// Only when the page says that all that was typed is kept.
worker.addEventListener("message", (event) => {
  if (event.data === "take") event.waitUntil(worker.skipWaiting());
});

worker.addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys()) {
        if (name.startsWith("insieme-") && name !== CACHE) await caches.delete(name);
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
  if (!FILES.includes(name)) return;
  event.respondWith(
    (async () => {
      const cache = await caches.open(CACHE);
      return (await cache.match(name)) ?? fetch(request);
    })(),
  );
});

export {};
