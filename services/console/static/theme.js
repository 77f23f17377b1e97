// Sets the chosen theme before the first paint; without a choice the system's own holds.
(() => {
  const kept = localStorage.getItem("theme");
  if (kept === "light" || kept === "dark") document.documentElement.dataset.theme = kept;
})();
