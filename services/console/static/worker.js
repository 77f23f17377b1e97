// What a device keeps for when there is no net: the look of the console, the last board on paper, and one page that
// says so. Pages with people's data are never kept, but for that one board, which names no guest.
const KEPT = "bellboard-1";
const PAPER = "bellboard-paper";
const SHELL = ["/offline", "/static/console.css", "/static/pages.css", "/static/paper.css", "/static/icons.svg", "/static/bell.svg",
  "/static/theme.js", "/static/vendor/inter-latin-wght-normal.woff2"];

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(KEPT).then((cache) => cache.addAll(SHELL)).then(() => self.skipWaiting()));
});
self.addEventListener("activate", (event) => {
  event.waitUntil(caches.keys()
    .then((names) => Promise.all(names.filter((name) => name !== KEPT && name !== PAPER).map((name) => caches.delete(name))))
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
self.addEventListener("push", (event) => {
  const { key = "bell", severity = "", text = "" } = event.data ? event.data.json() : {};
  // The same letter again replaces itself; what is critical stays until somebody has looked.
  const shown = { body: text, tag: key, data: { url: "/alerts" }, icon: "/static/bell-192.png", requireInteraction: severity === "critical" };
  event.waitUntil(self.registration.showNotification("Bellboard", shown));
});
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(self.clients.openWindow(event.notification.data?.url || "/alerts"));
});
