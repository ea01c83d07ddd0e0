/**
 * Stops the sounds of a page that is not seen, and lets them go on when it is: the web views of phones play on behind other
 * applications. A call silences the page in the same way; the application sends the event `aethel-sound` then.
 *
 * @param {{os: string}} host  where the game runs
 */
function (host) {
  "use strict";
  if (window.aethelSound) return;
  Object.defineProperty(window, "aethelSound", { value: true });

  const contexts = []; // weak references: what a game lets go of is not kept
  const elements = []; // those that were played from no document, as `new Audio()` is
  const alive = (references) => references.map((reference) => reference.deref()).filter(Boolean);
  const remember = (references, one) => {
    if (alive(references).includes(one)) return;
    references.splice(0, references.length, ...references.filter((reference) => reference.deref()), new WeakRef(one));
  };
  const playing = () => {
    const all = new Set([...document.querySelectorAll("audio, video"), ...alive(elements)]);
    return [...all].filter((element) => !element.paused && !element.ended);
  };

  let stopped = null; // what was heard, while nothing is
  const stop = () => {
    if (stopped) return;
    const heard = alive(contexts).filter((context) => context.state === "running");
    stopped = { heard, played: playing() };
    for (const context of stopped.heard) context.suspend().catch(() => {});
    for (const element of stopped.played) element.pause();
  };
  const resume = () => {
    if (!stopped || document.hidden) return;
    const { heard, played } = stopped;
    stopped = null;
    for (const context of heard) if (context.state !== "closed") context.resume().catch(() => {});
    for (const element of played) element.play().catch(() => {});
    claim();
  };

  // Android's web view claims to be heard for media elements by itself, but not for Web Audio.
  let isClaimed = false;
  const claim = () => {
    const isWanted = alive(contexts).some((context) => context.state === "running") && playing().length === 0;
    if (host.os !== "android" || isClaimed || stopped || !isWanted) return;
    isClaimed = true;
    const asked = { method: "POST", headers: { "Aethel-Page": "1" }, referrerPolicy: "same-origin" };
    fetch("/.aethel/sound?on=1", asked).catch(() => {});
  };

  const Original = window.AudioContext;
  if (Original) {
    window.AudioContext = new Proxy(Original, {
      construct(target, values, wanted) {
        const context = Reflect.construct(target, values, wanted);
        remember(contexts, context);
        context.addEventListener("statechange", claim);
        return context;
      },
    });
  }
  const play = HTMLMediaElement.prototype.play;
  HTMLMediaElement.prototype.play = function () {
    remember(elements, this);
    return play.call(this);
  };

  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) return resume();
    isClaimed = false; // the application gives it up with the window
    stop();
  });
  window.addEventListener("aethel-sound", ({ detail }) => (detail ? resume() : stop()));
}
