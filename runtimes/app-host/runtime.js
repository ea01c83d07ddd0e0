/**
 * Gives a page its host: window.AethelRuntime, as games know it from every Aethel export. The application that the page
 * runs in, on a desktop or a phone, puts this script before the page's own. All functions are asynchronous; those that can
 * fail resolve to {success: false, error}.
 *
 * @param {object} game  aethel-shell.json on a desktop, aethel-app.json on a phone
 * @param {{os: string, arch: string, shell: string, view: string}} host  where the game runs
 */
function (game, host) {
  "use strict";
  if (window.AethelRuntime) return;

  const isDesktop = ["linux", "macos", "windows"].includes(host.os);
  const done = (more) => ({ success: true, ...more });
  const failed = (error) => ({ success: false, error: String((error && error.message) || error) });

  /** Sends a command to the window; true if it was carried out. Only this origin can send the header. */
  const send = async (command, parameters) => {
    const query = new URLSearchParams(parameters).toString();
    // Android's application looks where a request comes from, and a page may have told its browser not to say it.
    const asked = { method: "POST", headers: { "Aethel-Page": "1" }, referrerPolicy: "same-origin" };
    const response = await fetch(`/.aethel/${command}?${query}`, asked);
    return response.ok && (await response.json()).success;
  };

  // --- files of the game ---

  const load = async (path) => {
    const response = await fetch(`/${path.split("/").map(encodeURIComponent).join("/")}`);
    if (!response.ok) throw new Error(`${path} is not part of the game`);
    return response;
  };
  const loadJson = async (path) => (await load(path)).json();
  /** A scene's JSON. Packed, it has 16 bytes before its zlib data: AELV, version, packed size, length; little endian. */
  const AELV = 0x564c4541;
  const loadSceneFile = async (path) => {
    const bytes = await (await load(path)).arrayBuffer();
    const header = new DataView(bytes);
    if (bytes.byteLength < 16 || header.getUint32(0, true) !== AELV) return new Response(bytes).json();
    const packed = new Blob([bytes.slice(16, 16 + header.getUint32(8, true))]);
    return new Response(packed.stream().pipeThrough(new DecompressionStream("deflate"))).json();
  };
  const loadFirst = async (paths) => {
    for (const path of paths) {
      try {
        return await loadSceneFile(path);
      } catch {
        // the next name may be there
      }
    }
    throw new Error(`none of ${paths.join(", ")} is part of the game`);
  };
  const manifest = () => loadJson("aethel.json").catch(() => null);

  // --- saves and settings: in IndexedDB, because a write is complete before it is reported ---

  const SAVES = "saves";
  const SETTINGS = "settings";
  const completed = (request) =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  const openDatabase = () => {
    const request = indexedDB.open("aethel-runtime", 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(SAVES, { keyPath: "slot" });
      request.result.createObjectStore(SETTINGS, { keyPath: "name" });
    };
    return completed(request);
  };
  let database = null;
  const read = async (store, query) => {
    database ??= openDatabase();
    return query((await database).transaction(store).objectStore(store));
  };
  const write = async (store, value) => {
    database ??= openDatabase();
    const transaction = (await database).transaction(store, "readwrite");
    transaction.objectStore(store).put(value);
    await new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
  };
  const readSettings = async () => (await read(SETTINGS, (store) => completed(store.get("all"))))?.values ?? {};

  // --- the host ---

  window.AethelRuntime = Object.freeze({
    getGameConfig: async () => {
      const config = (await manifest())?.game ?? (await loadJson("game.json").catch(() => null));
      return { name: game.title, version: game.version, ...config };
    },
    getPlatform: async () => ({ ...host, platform: host.os, isDesktop }),
    isDev: async () => game.debug === true,

    loadAsset: async (path) => {
      try {
        const name = path.startsWith("assets/") ? path : `assets/${path}`;
        const file = (await manifest())?.files?.[name];
        return done({ data: await (await load(file?.url ?? name)).arrayBuffer() });
      } catch (error) {
        return failed(error);
      }
    },
    loadScene: async (name) => {
      try {
        const known = (await manifest())?.scenes?.[name];
        return done({ scene: await loadFirst(known ? [known] : [`scenes/${name}.json`, `scenes/${name}.aelv`]) });
      } catch (error) {
        return failed(error);
      }
    },

    saveGame: (slot, data) =>
      write(SAVES, { slot: String(slot), data, modified: new Date().toISOString() }).then(done, failed),
    loadGame: async (slot) => {
      try {
        const save = await read(SAVES, (store) => completed(store.get(String(slot))));
        return save ? done({ data: save.data }) : failed(`nothing is saved in "${slot}"`);
      } catch (error) {
        return failed(error);
      }
    },
    listSaves: async () => {
      const saves = await read(SAVES, (store) => completed(store.getAll()));
      return saves.map(({ slot, modified }) => ({ slot, modified }));
    },
    getSettings: readSettings,
    setSettings: async (patch) => {
      const values = { ...(await readSettings()), ...patch };
      await write(SETTINGS, { name: "all", values });
      return values;
    },

    getAvailableResolutions: async () => {
      if (!isDesktop) return [{ width: screen.width, height: screen.height }];
      const usual = [[960, 540], [1280, 720], [1600, 900], [1920, 1080], [2560, 1440], [3840, 2160]];
      const fits = usual.filter(([width, height]) => width <= screen.width && height <= screen.height);
      return fits.map(([width, height]) => ({ width, height }));
    },
    setResolution: async (width, height) => {
      if (!isDesktop) return failed("a phone's screen has one resolution");
      if (await send("resize", { width: Math.round(width), height: Math.round(height) })) return done();
      if (document.fullscreenElement) return failed("a full screen cannot be resized");
      window.resizeTo(width + window.outerWidth - window.innerWidth, height + window.outerHeight - window.innerHeight);
      return done();
    },
    setFullscreen: async (on) => {
      if (await send("fullscreen", { on: on ? "1" : "0" })) return done();
      try {
        await (on ? document.documentElement.requestFullscreen() : document.exitFullscreen());
        return done();
      } catch (error) {
        return failed(error);
      }
    },
    quit: async () => {
      if (host.view === "chromium") {
        window.close(); // a browser that is ended from outside loses what localStorage has not yet written
        await new Promise((resolve) => setTimeout(resolve, 1000));
      }
      return (await send("close")) ? done() : failed("the window cannot be closed");
    },
  });

  // --- the log: errors always, the console as well in a debug build ---

  const MAX_LENGTH = 500; // characters, so that a request's target stays well within what the shell reads
  const report = (level, values) => {
    const text = values.map((value) => (value instanceof Error ? `${value}` : String(value))).join(" ");
    send("log", { level, text: text.slice(0, MAX_LENGTH) }).catch(() => {});
  };
  if (host.os !== "android") { // whose web view hands its console to the application, errors included
    window.addEventListener("error", (event) => {
      if (event.message) report("error", [`${event.message} (${event.filename}:${event.lineno})`]);
    });
    window.addEventListener("unhandledrejection", (event) => report("error", ["unhandled:", event.reason]));
    for (const level of game.debug ? ["log", "info", "warn", "error"] : []) {
      const original = console[level].bind(console);
      console[level] = (...values) => {
        original(...values);
        report(level, values);
      };
    }
  }

  // WebKitGTK shares memory (the shell asks it to), but does not say so; engines look here before they start threads.
  if (host.view === "webkitgtk" && game.isolated && typeof SharedArrayBuffer === "function") {
    Object.defineProperty(window, "crossOriginIsolated", { value: true });
  }

  // WebView2 opens a page of the game in this window (view.c); a page that wants the new window's location gets this one's.
  if (host.view === "webview2") {
    const open = window.open.bind(window);
    window.open = (address, ...more) => {
      const opened = open(address, ...more);
      return opened ?? {
        closed: false,
        close() {},
        focus() {},
        blur() {},
        postMessage() {},
        get location() {
          return { set href(there) { open(there); }, assign: (there) => open(there), replace: (there) => open(there) };
        },
        set location(there) {
          open(there);
        },
      };
    };
  }

  // Web views run service workers for https alone: a game that wants one plays on without, and its log says so once.
  const workers = navigator.serviceWorker;
  if (workers && host.view !== "chromium") {
    const register = workers.register.bind(workers);
    let told = false;
    workers.register = (...values) => {
      const registration = register(...values);
      registration.catch((error) => {
        if (!told) report("warn", [`service worker ${values[0]} does not run in this window, the game runs without it:`, error]);
        told = true;
      });
      return registration;
    };
  }

  // A browser's own window is called what its page is called, and knows F11 but not Alt-Enter.
  if (host.view === "chromium") {
    window.addEventListener("load", () => (document.title = game.title));
    window.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !event.altKey) return;
      event.preventDefault();
      window.AethelRuntime.setFullscreen(!document.fullscreenElement);
    });
  }
}
