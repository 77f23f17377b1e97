// A shared desk: the idle lock; choosing many cards; photos that send themselves; questions before what cannot be undone.
(() => {
  const words = window.bellWords;
  const board = () => document.getElementById("board");

  // The idle lock: nobody touched this screen for so long that whoever comes next says who they are.
  const after = Number(document.body.dataset.lock) * 1000;
  const WARN_MS = 30_000;
  let touched = Date.now();
  for (const name of ["pointerdown", "keydown", "wheel", "touchstart"]) addEventListener(name, () => { touched = Date.now(); }, { passive: true, capture: true });
  let locking = false;
  const lock = () => {
    if (locking) return;
    locking = true;
    document.getElementById("lock-form").requestSubmit();
  };
  if (after) setInterval(() => {
    const left = touched + after - Date.now();
    const strip = document.getElementById("locks");
    if (left <= 0) return lock();
    if (left < WARN_MS) {
      const said = strip ?? Object.assign(document.createElement("p"), { id: "locks", className: "toast" });
      said.setAttribute("role", "alert");
      said.textContent = words("locksIn", { s: Math.ceil(left / 1000) });
      if (!strip) document.body.append(said);
    } else strip?.remove();
  }, 1000);
  document.addEventListener("keydown", (event) => {
    if (event.key === "L" && event.shiftKey && !event.target.closest("input, select, textarea")) lock();
    if (event.key === "x" && !event.target.closest("input, select, textarea")) choose(event.target.closest(".card"));
  });

  // Many cards at once.
  const many = document.getElementById("many");
  const chosen = () => [...(board()?.querySelectorAll(".card.chosen") ?? [])];
  const count = () => {
    if (!many) return;
    const cards = chosen();
    many.hidden = !cards.length;
    many.querySelector("[data-chosen]").textContent = words("chosen", { n: cards.length });
    many.querySelector("[name=items]").value = JSON.stringify(cards.map((one) => [one.dataset.card, Number(one.dataset.version)]));
    many.querySelector("#many-said").replaceChildren();
  };
  const choose = (card) => {
    if (!card || !many) return;
    card.setAttribute("aria-selected", String(card.classList.toggle("chosen")));
    count();
  };
  document.addEventListener("click", (event) => {
    const card = event.target.closest("#board .card");
    if (card && many && (event.ctrlKey || event.metaKey || (chosen().length && event.shiftKey))) {
      event.preventDefault();
      choose(card);
    }
    if (event.target.closest("[data-choose-none]")) {
      for (const one of chosen()) { one.classList.remove("chosen"); one.removeAttribute("aria-selected"); }
      count();
    }
  }, true);
  const field = many?.querySelector("#many-do");
  const shape = () => { many.querySelector("#many-department").hidden = field.value !== "hand-off"; };
  field?.addEventListener("change", () => { shape(); count(); });
  document.body.addEventListener("board:changed", (event) => {
    if (!event.detail.ids) return;
    for (const one of chosen()) one.classList.remove("chosen");
    if (many) { many.querySelector("[name=items]").value = "[]"; many.querySelector("[data-chosen]").textContent = ""; }
  });

  // A photo is sent as soon as it is taken.
  document.addEventListener("change", (event) => { if (event.target.type === "file") event.target.closest("form[data-auto-send]")?.requestSubmit(); });

  // Asked before it is done, without the browser's own box: y and n answer.
  const dialog = document.getElementById("ask");
  window.bellAsk = (what) => new Promise((answered) => {
    dialog.querySelector("[data-what]").textContent = words("sure", { what });
    dialog.returnValue = "";
    dialog.addEventListener("close", () => answered(dialog.returnValue === "yes"), { once: true });
    dialog.showModal();
    dialog.querySelector("[value=yes]").focus();
  });
  dialog?.addEventListener("keydown", (event) => {
    if (event.key === "y" || event.key === "n") { event.preventDefault(); event.stopPropagation(); dialog.close(event.key === "y" ? "yes" : "no"); }
  });
})();
