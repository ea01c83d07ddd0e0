/**
 * Leads the page's media elements to a server that WebKitGTK's media player can read: it does not read the scheme of the
 * page. A page sees the addresses that it has set; the player asks for the same files at `base`, in CORS mode, so that
 * pictures of a video and the sound of an element stay the page's own.
 *
 * @param {string} base  where the game's files are, "http://127.0.0.1:PORT/KEY"
 */
function (base) {
  "use strict";
  const own = `${location.origin}/`;
  const written = new WeakMap(); // element: what the page has written
  const lent = new WeakSet(); // elements that have their CORS mode from here
  const told = new Set(); // addresses of which the log knows that they do not play
  const element = HTMLMediaElement.prototype;
  const source = HTMLSourceElement.prototype;
  const native = {
    getAttribute: Element.prototype.getAttribute,
    setAttribute: Element.prototype.setAttribute,
    src: new Map([element, source].map((kind) => [kind, Object.getOwnPropertyDescriptor(kind, "src")])),
    currentSrc: Object.getOwnPropertyDescriptor(element, "currentSrc"),
  };

  /** The address at the server, or null where it is none of the game's files. */
  const served = (address) => {
    if (String(address).trim() === "") return null;
    try {
      const whole = new URL(address, document.baseURI).href;
      return whole.startsWith(own) ? `${base}/${whole.slice(own.length)}` : null;
    } catch {
      return null;
    }
  };
  const named = (address) => (address.startsWith(`${base}/`) ? own + address.slice(base.length + 1) : address);

  // --- the log: a format for which the system has no decoder is told once ---

  const ADVICE = "WebKitGTK plays what GStreamer's plug-ins decode; see what to install in the game's notes for Linux " +
    "(packages such as gstreamer1.0-plugins-good and gstreamer1.0-libav)";
  const explain = async (media, address) => {
    const response = await fetch(address, { method: "HEAD" });
    if (!response.ok) return `${address} is not part of the game`;
    const type = response.headers.get("Content-Type");
    const reason = media.canPlayType(type) === "" ? `no decoder for ${type}` : media.error?.message || "cannot be decoded";
    return `${address} does not play: ${reason}. ${ADVICE}`;
  };
  const report = async (media, address) => {
    if (told.has(address)) return;
    told.add(address);
    const query = new URLSearchParams({ level: "error", text: await explain(media, address) });
    await fetch(`/.aethel/log?${query}`, { method: "POST", headers: { "Aethel-Page": "1" } });
  };
  const NO_SOURCE = 3; // HTMLMediaElement.NETWORK_NO_SOURCE
  const watch = (target) => {
    target.addEventListener("error", () => {
      const media = target instanceof HTMLSourceElement ? target.parentElement : target;
      const address = native.getAttribute.call(target, "src") ?? "";
      if (!(media instanceof HTMLMediaElement) || !address.startsWith(`${base}/`)) return;
      // after the last source of several the element gives up; before that another one may play
      setTimeout(() => media.networkState === NO_SOURCE || media.error ? report(media, named(address)).catch(() => {}) : null);
    });
  };

  // --- addresses ---

  const lend = (media) => {
    if (!(media instanceof HTMLMediaElement) || media.crossOrigin === "anonymous") return;
    media.crossOrigin = "anonymous";
    lent.add(media);
  };
  const take = (media) => {
    if (!lent.delete(media)) return;
    media.crossOrigin = null; // another site need not allow what the page does not ask for
  };
  /** Sets an element's address, as the page means it. */
  const write = (target, address) => {
    const there = served(address);
    if (there === null) {
      written.delete(target);
      if (target instanceof HTMLMediaElement) take(target);
      return native.setAttribute.call(target, "src", address);
    }
    if (!written.has(target)) watch(target);
    written.set(target, String(address));
    lend(target instanceof HTMLSourceElement ? target.parentElement : target);
    native.setAttribute.call(target, "src", there);
  };
  /** Sees to an element that came by markup, and to its sources. */
  const adopt = (target) => {
    const address = native.getAttribute.call(target, "src");
    if (address?.startsWith(`${base}/`)) lend(target instanceof HTMLSourceElement ? target.parentElement : target);
    else if (address !== null && served(address) !== null) write(target, address);
    if (target instanceof HTMLMediaElement) target.querySelectorAll(":scope > source").forEach(adopt);
  };
  const adoptAll = (root) => {
    if (root instanceof HTMLMediaElement || root instanceof HTMLSourceElement) adopt(root);
    for (const target of root.querySelectorAll?.("audio, video, audio > source, video > source") ?? []) adopt(target);
  };

  for (const kind of [element, source]) {
    const { get } = native.src.get(kind);
    const isMedia = (target) => kind === element || !(target.parentElement instanceof HTMLPictureElement);
    Object.defineProperty(kind, "src", {
      ...native.src.get(kind),
      get() {
        return named(get.call(this));
      },
      set(address) {
        write(this, address);
      },
    });
    kind.setAttribute = function (name, value) {
      if (String(name).toLowerCase() === "src" && isMedia(this)) write(this, String(value));
      else native.setAttribute.call(this, name, value);
    };
    kind.getAttribute = function (name) {
      const value = native.getAttribute.call(this, name);
      if (value === null || String(name).toLowerCase() !== "src" || !value.startsWith(`${base}/`)) return value;
      return written.get(this) ?? named(value);
    };
  }
  Object.defineProperty(element, "currentSrc", {
    ...native.currentSrc,
    get() {
      return named(native.currentSrc.get.call(this));
    },
  });
  for (const name of ["load", "play"]) {
    const original = element[name];
    element[name] = function () {
      adopt(this); // one that is in no document was not seen
      return original.call(this);
    };
  }
  window.Audio = new Proxy(window.Audio, {
    construct(original, [address], self) {
      const made = Reflect.construct(original, [], self);
      if (address !== undefined) made.src = address;
      return made;
    },
  });

  // --- what comes by markup: a microtask later, when no player has begun to load ---

  const watchTree = (root) => {
    const seen = ({ type, target, addedNodes }) => (type === "attributes" ? adoptAll(target) : addedNodes.forEach(adoptAll));
    const observer = new MutationObserver((changes) => changes.forEach(seen));
    observer.observe(root, { childList: true, subtree: true, attributes: true, attributeFilter: ["src"] });
  };
  watchTree(document);
  const { attachShadow } = Element.prototype;
  Element.prototype.attachShadow = function (options) {
    const root = attachShadow.call(this, options);
    watchTree(root);
    return root;
  };
}
