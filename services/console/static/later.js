// Steps taken without a connection: kept on this device, sent in order with the version that was seen, conflicts said.
(() => {
  const words = window.bellWords, strip = document.getElementById("queued");
  const OF = `later:${document.querySelector("[name=csrf]")?.value.slice(0, 12) ?? ""}`;
  const HOUR_MS = 3_600_000;
  if (!strip) return;

  const read = () => { try { return JSON.parse(localStorage.getItem(OF)) ?? []; } catch { return []; } };
  const keep = (rows) => { rows.length ? localStorage.setItem(OF, JSON.stringify(rows)) : localStorage.removeItem(OF); };
  const say = (text) => {
    strip.hidden = !text;
    strip.querySelector("[data-said]").textContent = text;
    strip.querySelector("[data-send-now]").hidden = !read().length;
  };
  const show = () => say(read().length ? words("queued", { n: read().length }) : "");

  let sending = false;
  const send = async () => {
    if (sending || !navigator.onLine) return;
    sending = true;
    const said = [];
    let done = 0;
    try {
      for (let rows = read(); rows.length; rows = read()) {
        const row = rows[0];
        const body = new URLSearchParams({ ...row.values, from: "later" });
        const answer = await fetch(row.to, { method: "POST", body, headers: { "HX-Request": "true" } });
        if (answer.status >= 500) break;
        if (answer.status === 401) { location.reload(); return; }
        keep(read().slice(1));
        if (answer.ok) done += 1;
        else {
          const { words: why, stale } = await answer.json().catch(() => ({}));
          said.push(`${row.title} – ${stale ? words("conflict") : words("refused", { words: why ?? answer.status })}`);
        }
      }
    } catch { /* Still no connection: what is kept stays kept. */ } finally { sending = false; }
    if (done) said.unshift(words("sent", { n: done }));
    said.length ? say(said.join(" · ")) : show();
    if (done) for (const bell of document.querySelectorAll("#board .card")) document.body.dispatchEvent(new CustomEvent("board:changed", { detail: { id: bell.dataset.card } }));
  };

  const put = (form, submitter) => {
    const values = Object.fromEntries(new FormData(form, submitter));
    if (Object.values(values).some((one) => one instanceof File)) return false;
    keep([...read(), { to: form.getAttribute("hx-post") || form.action, values, title: form.dataset.later }]);
    form.closest(".card")?.classList.add("kept");
    say(words("kept"));
    return true;
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (navigator.onLine || !form.dataset.later) return;
    if (!put(form, event.submitter)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);

  window.bellLater = { of: OF, send };
  window.addEventListener("online", send);
  strip.querySelector("[data-send-now]").addEventListener("click", send);
  show();
  send();

  if (!("serviceWorker" in navigator)) return;
  navigator.serviceWorker.register("/sw.js", { scope: "/" }).catch(() => {});
  // Once an hour this device keeps the board on paper, for when the system is down.
  const paper = async () => {
    const last = Number(localStorage.getItem("paper-at")) || 0;
    if (!navigator.onLine || !window.caches || Date.now() - last < HOUR_MS) return;
    const answer = await fetch("/board/paper?file=1").catch(() => null);
    if (!answer?.ok) return;
    const html = await answer.text();
    const cache = await caches.open("bellboard-paper");
    await cache.put("/board/paper", new Response(html, { headers: { "Content-Type": "text/html; charset=utf-8" } }));
    localStorage.setItem("paper-at", String(Date.now()));
  };
  setTimeout(paper, 4000);
  setInterval(paper, 60_000);
})();
