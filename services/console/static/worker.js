// What a device keeps for when there is no net: the look of the console, the last board on paper, and one page that
// says so. Pages with people's data are never kept, but for that one board, which names no guest.
const KEPT = "bellboard-1";
const PAPER = "bellboard-paper";
const WHO = "bellboard-who";
const SHELL = ["/offline", "/static/console.css", "/static/pages.css", "/static/paper.css", "/static/icons.svg", "/static/bell.svg",
  "/static/theme.js", "/static/vendor/inter-latin-wght-normal.woff2"];

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(KEPT).then((cache) => cache.addAll(SHELL)).then(() => self.skipWaiting()));
});
self.addEventListener("activate", (event) => {
  event.waitUntil(caches.keys()
    .then((names) => Promise.all(names.filter((name) => ![KEPT, PAPER, WHO].includes(name)).map((name) => caches.delete(name))))
    .then(() => self.clients.claim()));
});

const page = async (request) => {
  try {
    return await fetch(request);
  } catch {
    const wanted = new URL(request.url);
    const paper = wanted.pathname === "/board/paper" && (await (await caches.open(PAPER)).match("/board/paper"));
    return paper || (await caches.match("/offline")) || Response.error();
  }
};
const still = async (request) => {
  try {
    const answer = await fetch(request);
    if (answer.ok && SHELL.includes(new URL(request.url).pathname)) (await caches.open(KEPT)).put(request, answer.clone());
    return answer;
  } catch {
    return (await caches.match(request)) || Response.error();
  }
};

self.addEventListener("fetch", (event) => {
  const wanted = new URL(event.request.url);
  if (event.request.method !== "GET" || wanted.origin !== location.origin) return;
  if (event.request.mode === "navigate") event.respondWith(page(event.request));
  else if (wanted.pathname.startsWith("/static/")) event.respondWith(still(event.request));
});

// Web Push: the message says that something rings and where to look, never what a guest asked.
// While nobody is signed in here it says that alone: what comes was meant for who has left.
const rung = async ({ key = "bell", severity = "", text = "" }) => {
  const kept = await caches.open(WHO);
  const body = (await kept.match("/who")) ? text : (await (await kept.match("/locked"))?.text()) ?? "";
  // The same letter again replaces itself; what is critical stays until somebody has looked.
  const shown = { body, tag: key, data: { url: "/alerts" }, icon: "/static/bell-192.png", requireInteraction: severity === "critical" };
  await self.registration.showNotification("Bellboard", shown);
};
self.addEventListener("push", (event) => event.waitUntil(rung(event.data ? event.data.json() : {})));
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(self.clients.openWindow(event.notification.data?.url || "/alerts"));
});
