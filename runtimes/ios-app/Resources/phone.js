/**
 * Gives a page what WebKit on an iPhone or iPad lacks beside other browsers, and takes away what belongs to reading, not to
 * playing. It runs behind runtime.js, before the page's own scripts, and changes no style that a page sets itself.
 */
function () {
  "use strict";

  // --- touching: no magnifier, no selection, no menu of a link or a picture, no zooming by two taps or two fingers ---

  const root = document.documentElement.style;
  root.setProperty("-webkit-touch-callout", "none");
  root.setProperty("-webkit-user-select", "none");
  root.setProperty("-webkit-tap-highlight-color", "transparent");
  root.setProperty("-webkit-text-size-adjust", "100%");
  root.setProperty("touch-action", "manipulation");
  for (const name of ["gesturestart", "gesturechange"]) {
    document.addEventListener(name, (event) => event.preventDefault(), { passive: false });
  }

  // --- haptics: navigator.vibrate, which WebKit does not have (W3C Vibration API) ---

  if (typeof navigator.vibrate !== "function") {
    Object.defineProperty(Navigator.prototype, "vibrate", {
      configurable: true,
      writable: true,
      value: function vibrate(pattern) {
        const parts = (Array.isArray(pattern) ? pattern : [pattern]).map(Number);
        if (parts.some((part) => !(part >= 0) || part === Infinity)) return false;
        if (document.visibilityState !== "visible") return false;
        const milliseconds = parts.slice(0, 100).map(Math.round).join(",") || "0";
        const query = new URLSearchParams({ pattern: milliseconds });
        fetch(`/.aethel/vibrate?${query}`, { method: "POST", headers: { "Aethel-Page": "1" } }).catch(() => {});
        return true;
      },
    });
  }

  // --- sound: silent with the ring switch, and back after a call (W3C Audio Session; WebKit's state "interrupted") ---

  try {
    if (navigator.audioSession && navigator.audioSession.type === "auto") navigator.audioSession.type = "ambient";
  } catch {
    // a page's own choice is the page's
  }

  const Original = window.AudioContext;
  if (typeof Original !== "function") return;
  const contexts = new Set();
  const wake = () => {
    for (const reference of contexts) {
      const context = reference.deref();
      if (!context) contexts.delete(reference);
      else if (context.state === "interrupted") context.resume().catch(() => {});
    }
  };
  window.AudioContext = new Proxy(Original, {
    construct(target, values, newTarget) {
      const context = Reflect.construct(target, values, newTarget);
      contexts.add(new WeakRef(context));
      return context;
    },
  });
  for (const name of ["touchend", "pageshow", "focus", "aethel-resume"]) window.addEventListener(name, wake);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && wake());
}
