// Keeps all files of the page, checked against the digests that the export has written, so that it works without a
// connection. Files of two exports never answer together: a new version is loaded as a whole and waits for the next visit.
const FILES = {}, VERSION = '';
const NAME = `camera_pose ${registration.scope} `;

async function keep(cache, [path, digest]) {
  const answered = await fetch(path, {cache: 'no-cache'}), bytes = await answered.clone().arrayBuffer();
  const numbers = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  const found = Array.from(numbers, v => v.toString(16).padStart(2, '0')).join('');
  if (!answered.ok || found !== digest) throw new Error(`${path} is missing or belongs to another export`);
  await cache.put(path, answered);
}

async function clean() {
  const old = (await caches.keys()).filter(name => name.startsWith(NAME) && name !== NAME + VERSION);
  await Promise.all(old.map(name => caches.delete(name)));
  await clients.claim();
}

async function answer(request) {
  const cache = await caches.open(NAME + VERSION);
  return await cache.match(request, {ignoreSearch: true}) || fetch(request);
}

addEventListener('install', event => event.waitUntil(caches.open(NAME + VERSION)
  .then(cache => Promise.all(Object.entries(FILES).map(entry => keep(cache, entry))))));
addEventListener('activate', event => event.waitUntil(clean()));
addEventListener('fetch', event => { if (event.request.method === 'GET') event.respondWith(answer(event.request)); });
