// Keeps the whole game for playing without a network. The exporter fills in what belongs to it.
const CACHE = "aethel-" + "{{version}}";
const PRECACHE = {{precache}};

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) => cache.addAll(PRECACHE.map((url) => new Request(url, { cache: "no-cache" }))))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  const scope = new URL(self.registration.scope).pathname;
  event.waitUntil(
    caches
      .keys()
      // Other games of this host have caches too: only those that hold this page are ours.
      .then((names) => Promise.all(names.filter((name) => name.startsWith("aethel-") && name !== CACHE).map((name) => dropIfOurs(name, scope))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  if (event.request.method !== "GET") return;
  event.respondWith(answer(event.request));
});

async function answer(request) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(request, { ignoreSearch: request.mode === "navigate" });
  return kept ?? fetch(request);
}

async function dropIfOurs(name, scope) {
  const cache = await caches.open(name);
  if (await cache.match(scope)) await caches.delete(name);
}
