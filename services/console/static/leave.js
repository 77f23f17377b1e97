// Leaving a shared device: whoever locks or signs out is rung there no more, and leaves nothing of theirs behind.
(() => {
  const me = document.body.dataset.me, WHO = "bellboard-who", AT_MOST_MS = 3000;
  const lockForm = document.getElementById("lock-form");
  if (!me || !lockForm) return;
  const words = window.bellWords;

  const subscription = async () => {
    const worker = await navigator.serviceWorker?.getRegistration();
    return (await worker?.pushManager?.getSubscription()) ?? null;
  };
  // The service is told first; a subscription that it did not hear of any more is dead at the browser's vendor all the same.
  const ringNoMore = async (mine) => {
    const held = await subscription();
    if (!held) return;
    if (mine) {
      const body = new URLSearchParams({ csrf: lockForm.elements.csrf.value, key: crypto.randomUUID(), endpoint: held.endpoint });
      await fetch("/me/alerts/device", { method: "POST", body, headers: { "HX-Request": "true" } }).catch(() => {});
    }
    await held.unsubscribe();
  };
  const drop = (ours) => {
    for (const name of Object.keys(localStorage)) if (name.startsWith("later:") && !ours(name)) localStorage.removeItem(name);
  };
  const dropPaper = async () => {
    localStorage.removeItem("paper-at");
    await window.caches?.delete("bellboard-paper");
  };

  // Another person than last time: the device was theirs, whatever way they went.
  const arrive = async () => {
    const last = localStorage.getItem("me");
    localStorage.setItem("me", me);
    if (last && last !== me) {
      drop((name) => name === window.bellLater?.of);
      await dropPaper();
      await ringNoMore(false);
    }
    const cache = await window.caches?.open(WHO);
    await cache?.put("/who", new Response(me));
    await cache?.put("/locked", new Response(words("locked")));
  };

  const leave = async (form) => {
    const out = form.getAttribute("action") === "/sign-out";
    await window.bellLater?.send();
    drop(() => false);
    if (out) await dropPaper();
    await (await window.caches?.open(WHO))?.delete("/who");
    await ringNoMore(true);
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!["/lock", "/sign-out"].includes(form.getAttribute("action"))) return;
    event.preventDefault();
    if (form.elements.then) form.elements.then.value = location.pathname + location.search;
    if (!navigator.onLine) {
      // Nobody can be told now. Nothing is shown meanwhile, and it is made up for by the first page that comes.
      localStorage.setItem("lock-owed", me);
      location.replace("/offline");
      return;
    }
    const waited = new Promise((then) => setTimeout(then, AT_MOST_MS));
    Promise.race([leave(form).catch(() => {}), waited]).then(() => form.submit());
  });

  const owed = localStorage.getItem("lock-owed") === me;
  if (navigator.onLine) localStorage.removeItem("lock-owed");
  if (owed && navigator.onLine) {
    document.body.hidden = true;
    lockForm.requestSubmit();
  } else arrive().catch(() => {});
})();
