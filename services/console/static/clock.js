// Ticks every due clock on the page by the business clock the server told us.
(() => {
  const CIRCUMFERENCE = 56.549;
  const body = document.body;
  let base = Number(body.dataset.now), rate = Number(body.dataset.rate) || 1, since = performance.now();

  const now = () => base + (rate * (performance.now() - since)) / 1000;

  // The page's own words for what scripts say, in the viewer's language.
  const texts = JSON.parse(body.dataset.words ?? "{}");
  const words = (name, values = {}) => (texts[name] ?? name).replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");
  window.bellWords = words;

  const length = (seconds) => {
    const minutes = Math.floor(Math.abs(seconds) / 60);
    if (minutes < 1) return words("underMinute");
    if (minutes < 60) return words("minutes", { m: minutes });
    const hours = Math.floor(minutes / 60);
    if (hours < 24) return words("hours", { h: hours, m: String(minutes % 60).padStart(2, "0") });
    const days = Math.floor(hours / 24);
    return hours % 24 ? words("daysHours", { d: days, h: hours % 24 }) : words("days", { d: days });
  };

  const tick = () => {
    const t = now();
    for (const clock of document.querySelectorAll(".due[data-due]:not([data-still])")) {
      const due = Number(clock.dataset.due), opened = Number(clock.dataset.opened), warn = Number(clock.dataset.warn);
      const late = t >= due, risk = !late && t >= warn;
      const said = late ? words("late", { length: length(t - due) }) : words("left", { length: length(due - t) });
      const text = clock.querySelector(".words");
      if (text.textContent !== said) text.textContent = said;
      if (clock.hasAttribute("data-bare")) continue;
      clock.classList.toggle("late", late);
      clock.classList.toggle("risk", risk);
      clock.classList.toggle("calm", !late && !risk);
      clock.closest(".card")?.classList.toggle("d-late", late);
      const left = late ? 0 : Math.min(1, Math.max(0, (due - t) / Math.max(60, due - opened)));
      clock.querySelector(".hand")?.setAttribute("stroke-dashoffset", (CIRCUMFERENCE * (1 - left)).toFixed(2));
    }
  };

  window.bellClock = {
    set(iso, newRate) { base = Date.parse(iso) / 1000; rate = newRate; since = performance.now(); },
    tick,
  };
  tick();
  setInterval(tick, 1000);
})();
