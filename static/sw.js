// Own tickets, and a teacher's rolls, without a network: fresh when there is one, else as last opened on this phone.
// The server puts VERSION and FILES (style, scripts, offline page) in front of this text.
const SHELL = `shell-${VERSION}`;
const OWN = "own";
const OFFLINE = "/offline";
const MINE = /^\/(tickets\/[a-z0-9]+|orders\/[a-z0-9]+|mine|coupons|teaching(\/timetable|\/sessions\/\d+)?)$/;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(SHELL).then((cache) => cache.addAll(FILES)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const old = (name) => name !== SHELL && name !== OWN;
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== location.origin) return;
  if (request.method === "POST" && pathname.startsWith("/sign-out")) event.waitUntil(caches.delete(OWN));
  if (request.method !== "GET") return;
  if (pathname.startsWith("/static/")) event.respondWith(caches.match(request).then((kept) => kept ?? fetch(request)));
  else if (request.mode === "navigate") event.respondWith(page(request, MINE.test(pathname)));
});

async function page(request, own) {
  try {
    const answer = await fetch(request);
    if (own) await remember(request, answer).catch(() => {});
    return answer;
  } catch {
    const kept = own && (await caches.match(request, { ignoreVary: true }));
    return kept || (await caches.match(OFFLINE, { ignoreVary: true })) || Response.error();
  }
}

async function remember(request, answer) {
  if (await signedOut(request, answer)) return caches.delete(OWN);
  if (answer.headers.has("Palace-Acting")) return caches.delete(OWN);
  const cache = await caches.open(OWN);
  if (answer.ok) await cache.put(request, answer.clone());
  else if (answer.type === "opaqueredirect" || answer.status === 404) await cache.delete(request);
}

// A navigation's redirect does not say where it leads; asked for JSON, the same address says 401.
async function signedOut(request, { type, status }) {
  const said = type === "opaqueredirect" ? (await fetch(request.url, { headers: { Accept: "application/json" } })).status : status;
  return said === 401 || said === 403;
}
