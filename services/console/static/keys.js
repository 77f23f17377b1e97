// Keyboard, dialogs, folding, the theme switch and filters that apply themselves.
(() => {
  const $ = (selector) => document.querySelector(selector);
  const cards = () => [...document.querySelectorAll("#board .card")].filter((card) => card.offsetParent !== null);
  const current = () => document.activeElement?.closest?.(".card");

  const go = (card) => {
    card?.focus();
    card?.scrollIntoView({ block: "nearest" });
  };

  const along = (step) => {
    const at = current(), all = cards();
    const lane = at && innerWidth > 900 && !$("#board.dense") ? all.filter((card) => card.dataset.status === at.dataset.status) : all;
    go(at ? lane[lane.indexOf(at) + step] : all[0]);
  };

  const across = (step) => {
    const at = current();
    if (!at) return go(cards()[0]);
    const lanes = ["new", "pending", "approved", "blocked", "complete"];
    for (let lane = lanes.indexOf(at.dataset.status) + step; lane >= 0 && lane < lanes.length; lane += step) {
      const first = cards().find((card) => card.dataset.status === lanes[lane]);
      if (first) return go(first);
    }
  };

  const act = () => {
    const button = (current() ?? document.getElementById("record"))?.querySelector("[data-act]");
    button?.click();
  };

  const openEntry = (address) => {
    const dialog = document.getElementById("entry");
    if (dialog.open) return;
    const room = current()?.querySelector(".room")?.textContent ?? "";
    const hotel = new URLSearchParams(location.search).get("property") ?? "";
    dialog.replaceChildren();
    dialog.showModal();
    const given = address?.includes("?") ? address : `/new?${new URLSearchParams({ room: /^\d+$/.test(room) ? room : "", property_id: hotel })}`;
    window.htmx.ajax("GET", given, { target: "#entry", swap: "innerHTML" })
      .then(() => document.getElementById("e-room")?.focus());
  };

  const decide = (key) => {
    const button = document.querySelector(`.verdict [data-key="${key}"]`);
    if (button) window.bellAsk(button.textContent).then((yes) => yes && button.form.requestSubmit(button));
  };

  const keys = {
    "/": () => $("#q")?.focus(),
    n: () => ($(".verdict") && !$("#board") ? decide("n") : openEntry()),
    y: () => decide("y"),
    j: () => along(1),
    k: () => along(-1),
    l: () => across(1),
    h: () => across(-1),
    a: act,
    "?": () => document.getElementById("help").showModal(),
    Enter: () => current()?.querySelector(".kind a")?.click(),
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, select, textarea, [contenteditable]")) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    if (document.querySelector("dialog[open]")) return;
    if (event.key === "Enter" && !event.target.matches(".card")) return;
    const does = keys[event.key];
    if (!does) return;
    event.preventDefault();
    does();
  });

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-dialog=entry]");
    if (opener && window.htmx && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      openEntry(opener.getAttribute("href"));
    }
    const dialog = event.target.closest("dialog");
    if (event.target.closest("[data-close]") || event.target === dialog) {
      if (dialog) dialog.close();
      else location.assign("/");
    }
    const fold = event.target.closest("[data-fold]");
    if (fold) {
      const folded = document.getElementById("board").classList.toggle("folded");
      fold.textContent = window.bellWords(folded ? "show" : "hide");
      fold.setAttribute("aria-expanded", String(!folded));
    }
    if (event.target.closest("[data-theme-switch]")) {
      const root = document.documentElement;
      const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
      root.dataset.theme = dark ? "light" : "dark";
      localStorage.setItem("theme", root.dataset.theme);
    }
    for (const menu of document.querySelectorAll("details.me[open]")) if (!menu.contains(event.target)) menu.open = false;
  });

  const tell = (words) => {
    const main = document.getElementById("main");
    main.querySelector(":scope > .strip.said")?.remove();
    const strip = document.createElement("p");
    strip.className = "strip said";
    strip.setAttribute("role", "alert");
    strip.textContent = words;
    main.prepend(strip);
  };
  document.body.addEventListener("page:said", (event) => tell(event.detail.words));
  document.body.addEventListener("htmx:error", () => tell(window.bellWords("lost")));

  document.addEventListener("change", (event) => {
    event.target.closest("form[data-auto]")?.requestSubmit();
  });
})();
