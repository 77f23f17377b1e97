// Hears which records changed and fetches those cards again with the viewer's own session; at most once a second.
(() => {
  const EVERY_MS = 1000;
  const body = document.body;
  const words = window.bellWords;
  if (!body.dataset.live || !window.EventSource) return;

  const lost = document.getElementById("lost"), say = document.getElementById("say");
  let heard = performance.now(), wanted = new Set(), busy = false, last = 0;
  const held = new Map();

  const board = () => document.getElementById("board");
  const source = () => board()?.dataset.cards ?? document.getElementById("board-part")?.dataset.cards;
  const cardOf = (id) => document.getElementById(`card-${id}`);

  const connected = (yes) => {
    if (yes) heard = performance.now();
    lost.hidden = yes;
  };

  const insert = (card) => {
    const grid = board(), at = Number(card.dataset.sort);
    grid.querySelector("[data-empty]")?.remove();
    const after = [...grid.querySelectorAll(":scope > .card")].find((one) => Number(one.dataset.sort) > at);
    grid.insertBefore(card, after ?? null);
  };

  const flash = (card) => {
    card.classList.remove("flash");
    void card.offsetWidth;
    card.classList.add("flash");
  };

  const place = (card, old) => {
    const focus = old?.contains(document.activeElement);
    old?.remove();
    insert(card);
    window.htmx?.process(card);
    flash(card);
    if (focus) card.focus({ preventScroll: true });
  };

  const count = (status, by) => {
    const n = document.querySelector(`[data-n="${status}"]`);
    if (n) n.textContent = Math.max(0, Number(n.textContent) + by);
  };

  const lateShown = () => document.querySelectorAll("#board .card.d-late").length;
  const lateAtFirst = lateShown();
  const ringing = () => {
    const total = document.querySelector("[data-late]");
    if (!total) return;
    total.textContent = words("lateCount", { n: Math.max(0, Number(total.dataset.late) + lateShown() - lateAtFirst) });
    for (const chip of document.querySelectorAll("[data-ring]")) {
      if (!cardOf(chip.dataset.ring)?.matches(".d-late")) chip.remove();
    }
  };

  const offer = () => {
    const waiting = document.getElementById("waiting");
    if (!waiting) return;
    waiting.hidden = held.size === 0;
    waiting.querySelector("button").textContent = words("new", { n: held.size });
  };

  // A column shows its most pressing cards; one that is due later than all of them stays out of sight.
  const below = (card) => {
    if (!document.querySelector(`[data-more="${card.dataset.status}"]`)) return false;
    const shown = [...board().querySelectorAll(`.card[data-status="${card.dataset.status}"]`)];
    return shown.length > 0 && Number(card.dataset.sort) > Number(shown.at(-1).dataset.sort);
  };

  const take = (html) => {
    const got = document.createElement("template");
    got.innerHTML = html;
    for (const mark of got.content.querySelectorAll("[data-gone]")) {
      held.delete(mark.dataset.gone);
      const old = cardOf(mark.dataset.gone);
      if (old) count(old.dataset.status, -1);
      old?.remove();
    }
    for (const card of [...got.content.querySelectorAll(".card")]) {
      const old = cardOf(card.dataset.card), version = Number(card.dataset.version);
      if (old && Number(old.dataset.version) >= version) continue;
      if (old) {
        count(old.dataset.status, -1);
        count(card.dataset.status, 1);
        if (below(card)) old.remove();
        else place(card, old);
      } else if (version === 1 || held.has(card.dataset.card)) held.set(card.dataset.card, card);
      else if (!below(card)) place(card, null);
    }
    offer();
    window.bellClock?.tick();
    ringing();
  };

  const fetchCards = async () => {
    const from = source();
    if (!from || !wanted.size || busy) return;
    busy = true;
    last = performance.now();
    const ids = [...wanted].slice(0, 60);
    ids.forEach((id) => wanted.delete(id));
    try {
      const address = new URL(from, location.href);
      address.searchParams.set("ids", ids.join(","));
      const answer = await fetch(address, { headers: { "HX-Request": "true" } });
      if (answer.status === 401) location.reload();
      else if (answer.ok) take(await answer.text());
      else ids.forEach((id) => wanted.add(id));
    } catch {
      ids.forEach((id) => wanted.add(id));
    } finally {
      busy = false;
      if (wanted.size) soon();
    }
  };

  let timer = 0;
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(fetchCards, Math.max(0, EVERY_MS - (performance.now() - last)));
  };

  const touched = (root) => [...root.querySelectorAll("textarea, input:not([type=hidden])")].some((one) => one.value !== one.defaultValue);

  const refetchRecord = () => {
    const record = document.getElementById("record");
    if (touched(record)) document.getElementById("fresh").hidden = false;
    else window.htmx?.ajax("GET", `/records/${record.dataset.record}`, { target: "#record", swap: "outerHTML" });
  };

  const onBells = (bells) => {
    const record = document.getElementById("record");
    for (const bell of bells) {
      if (bell.noun === "alert") document.body.dispatchEvent(new CustomEvent("alerts:changed", { bubbles: true }));
      else if (record?.dataset.record === bell.id) {
        if (Number(record.dataset.version) < bell.version) refetchRecord();
      } else if (source()) {
        const old = cardOf(bell.id);
        if (!old || Number(old.dataset.version) < bell.version) wanted.add(bell.id);
      }
    }
    if (wanted.size) soon();
  };

  const stream = new EventSource(`/live?property=${encodeURIComponent(body.dataset.live)}`);
  let opened = false;
  stream.addEventListener("open", () => {
    if (opened && !document.querySelector("dialog[open]") && !touched(document)) location.reload();
    opened = true;
    connected(true);
  });
  stream.addEventListener("beat", (event) => {
    const { now, rate } = JSON.parse(event.data);
    connected(true);
    window.bellClock?.set(now, rate);
  });
  stream.addEventListener("bells", (event) => {
    connected(true);
    onBells(JSON.parse(event.data));
  });
  stream.addEventListener("reload", () => location.reload());
  stream.addEventListener("leave", () => { stream.close(); location.reload(); });
  stream.addEventListener("error", () => connected(false));
  window.addEventListener("pagehide", () => stream.close());
  setInterval(ringing, 5000);
  setInterval(() => {
    const age = Math.round((performance.now() - heard) / 1000);
    if (age > 25) connected(false);
    lost.querySelector("[data-age]").textContent = age < 90 ? words("seconds", { s: age }) : words("minutes", { m: Math.floor(age / 60) });
  }, 1000);

  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-show-new]")) return;
    for (const card of held.values()) {
      count(card.dataset.status, 1);
      if (!below(card)) place(card, cardOf(card.dataset.card));
    }
    held.clear();
    offer();
  });
  document.body.addEventListener("board:changed", (event) => {
    for (const id of event.detail.ids ?? [event.detail.id]) wanted.add(id);
    last = 0;
    soon();
  });
  document.body.addEventListener("board:said", (event) => {
    const card = cardOf(event.detail.id);
    say.textContent = event.detail.words;
    const strip = document.createElement("p");
    strip.className = "strip said";
    strip.setAttribute("role", "alert");
    strip.textContent = event.detail.words;
    card?.querySelector(".strip")?.remove();
    card?.append(strip);
  });
})();
