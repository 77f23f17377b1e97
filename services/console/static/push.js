// Web Push: this browser asks to be rung, on a click, and says so to the alerts service; or it asks no more.
(() => {
  const panel = document.querySelector("[data-push]");
  const form = panel?.querySelector("[data-push-form]");
  if (!form) return;
  const on = panel.querySelector("[data-push-on]"), off = panel.querySelector("[data-push-off]");
  const said = panel.querySelector("[data-push-said]");
  const say = (state) => {
    said.textContent = said.dataset[state];
    on.hidden = state === "on" || state === "never" || state === "denied";
    off.hidden = state !== "on";
    panel.dataset.state = state;
  };
  if (!("serviceWorker" in navigator) || !("PushManager" in window) || !("Notification" in window)) return say("never");

  const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));
  const words = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  const manager = async () => (await navigator.serviceWorker.ready).pushManager;
  const tell = async (fields) => {
    const body = new URLSearchParams({ csrf: form.elements.csrf.value, key: crypto.randomUUID(), ...fields });
    return (await fetch(form.action, { method: "POST", body, headers: { "HX-Request": "true" } })).ok;
  };
  const subscribe = async () => {
    if ((await Notification.requestPermission()) !== "granted") return say("denied");
    const held = await (await manager()).subscribe({ userVisibleOnly: true, applicationServerKey: bytes(panel.dataset.key) });
    const known = { endpoint: held.endpoint, p256dh: words(held.getKey("p256dh")), auth: words(held.getKey("auth")) };
    if (await tell(known)) return say("on");
    // What the service does not know of would never ring: the browser is not left believing that it does.
    await held.unsubscribe();
    say("failed");
  };
  const unsubscribe = async () => {
    const held = await (await manager()).getSubscription();
    if (held && !(await tell({ endpoint: held.endpoint }))) return say("failed");
    await held?.unsubscribe();
    say("off");
  };
  const guarded = (step, button) => async () => {
    button.disabled = true;
    try { await step(); } catch { say("failed"); } finally { button.disabled = false; }
  };
  on.addEventListener("click", guarded(subscribe, on));
  off.addEventListener("click", guarded(unsubscribe, off));
  const denied = Notification.permission === "denied";
  manager().then((held) => held.getSubscription()).then((held) => say(denied ? "denied" : held ? "on" : "off")).catch(() => say("failed"));
})();
