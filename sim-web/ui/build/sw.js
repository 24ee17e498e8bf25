// Keeps the page for times without a network. Vite puts in the version and the files of the build.
const VERSION = '__VERSION__';
const FILES = ['__FILES__'];

// Several pages may live on one host, each with caches of its own.
const PREFIX = `escala ${self.registration.scope} `;
const CACHE = PREFIX + VERSION;
const FIRST = new URL('index.html', self.registration.scope).href;
const KNOWN = new Set(FILES.map((file) => new URL(file, self.registration.scope).href));

/** How long a network may take to say anything, in milliseconds, before the page opens without it. */
const PATIENCE = 3000;

self.addEventListener('install', (event) => event.waitUntil(keepAll()));
self.addEventListener('activate', (event) => event.waitUntil(forgetOld()));
self.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method !== 'GET') return;
  const url = new URL(request.url);
  url.search = '';
  url.hash = '';
  const isFirst = url.href === FIRST || url.href === self.registration.scope;
  if (request.mode === 'navigate') {
    // Only the page itself: beside it, a host may have others.
    if (isFirst) event.respondWith(newest(event));
  } else if (KNOWN.has(url.href) || url.href.startsWith(new URL('assets/', self.registration.scope).href)) {
    event.respondWith(kept(request));
  }
});

async function keepAll() {
  const cache = await caches.open(CACHE);
  // Names with a hash may come from the browser's own cache; what else there is has to be new.
  await cache.addAll(FILES.map((file) => new Request(file, { cache: file.startsWith('assets/') ? 'default' : 'reload' })));
  await self.skipWaiting();
}

/** The version before stays: a page that is still open may need a part of it that it has not loaded yet. */
async function forgetOld() {
  const ours = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  await Promise.all(ours.slice(0, -1).map((name) => caches.delete(name)));
  await self.clients.claim();
}

/** What the network has now, so that a new version is there at once; without a network, what was kept. */
async function newest(event) {
  const network = fetch(event.request);
  // If the network comes after all, nobody waits for it any more.
  network.catch(() => {});
  const patience = new Promise((_, reject) => setTimeout(reject, PATIENCE));
  try {
    return await Promise.race([network, patience]);
  } catch {
    const page = await find(FIRST);
    return page ?? network;
  }
}

async function kept(request) {
  return (await find(request)) ?? fetch(request);
}

/** In this version or the one before. Servers send `Vary`, and scripts of modules are asked for with other headers than ours. */
async function find(request) {
  const current = await caches.open(CACHE);
  const options = { ignoreVary: true, ignoreSearch: true };
  return (await current.match(request, options)) ?? (await caches.match(request, options));
}
