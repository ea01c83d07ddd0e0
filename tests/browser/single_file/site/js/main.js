import { name } from "lib";
import { deep } from "lib/deep.js";
import { state } from "./state.js";
import level from "../data/level.json" with { type: "json" };
import sheet from "../styles/sheet.css" with { type: "css" };
window.order.push("module");
const results = (window.results = { name, deep, lang: document.documentElement.lang });
const set = async (key, work) => {
  try {
    results[key] = await work();
  } catch (error) {
    results[key] = `failed: ${error}`;
  }
};
const text = (address) => fetch(address).then((answer) => answer.text());
const loaded = (element, put) =>
  new Promise((done, fail) => {
    element.onload = element.oncanplaythrough = () => done(element);
    element.onerror = () => fail(new Error("error event"));
    put?.(element);
  });
const colour = (image) => {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3).join();
};
const xhr = (address, kind, later = true) =>
  new Promise((done) => {
    const request = new XMLHttpRequest();
    const events = [];
    request.open("GET", address, later);
    if (later) request.responseType = kind;
    request.onreadystatechange = () => events.push(request.readyState);
    request.onload = () =>
      done([request.status, request.response, events.join(), request.getResponseHeader("Content-Type")]);
    request.send();
  });
const worker = (made) =>
  new Promise((done, fail) => {
    made.onmessage = ({ data }) => done(data);
    made.onerror = (event) => fail(new Error(event.message));
    made.postMessage("go");
  });
await set("fetch", () => text("data/words.txt?fresh#1"));
await set("absolute", () => text(new URL("data/words.txt", document.baseURI)));
await set("request", () => fetch(new Request("data/words.txt")).then((answer) => answer.text()));
await set("meta", () => text(new URL("../data/words.txt", import.meta.url)));
await set("odd", () => text("data/" + encodeURIComponent("100% ä #1.txt")));
await set("missing", () => fetch("data/none.txt").then(({ status, ok }) => [status, ok].join()));
await set("xhr", async () => {
  const [status, body, events, type] = await xhr("data/words.txt", "text");
  return [status, body, events, type].join("|");
});
await set("xhrBytes", async () => {
  const [, body] = await xhr("pictures/red.png", "arraybuffer");
  return body.byteLength;
});
await set("xhrJson", async () => {
  const [, body] = await xhr("data/level.json", "json");
  return body.level;
});
await set("xhrNow", async () => {
  const [status, body] = await xhr("data/words.txt", "", false);
  return [status, body].join("|");
});
await set("xhrMissing", async () => {
  const [status] = await xhr("data/none.txt", "text");
  return status;
});
await set("image", async () => {
  const image = new Image();
  await loaded(image, () => (image.src = "pictures/red.png"));
  return [colour(image), image.src.endsWith("pictures/red.png")].join("|");
});
await set("attribute", async () => {
  const image = document.createElement("img");
  await loaded(image, () => image.setAttribute("src", "./pictures/blue.png"));
  return colour(image);
});
await set("markup", async () => {
  const box = document.createElement("div");
  box.innerHTML = '<img src="pictures/green.png">';
  await loaded(box.firstChild);
  return colour(box.firstChild);
});
await set("still", async () => {
  const image = document.getElementById("still");
  await image.decode();
  return colour(image);
});
await set("texture", async () => {
  const blob = await (await fetch("pictures/red.png")).blob();
  return colour(await createImageBitmap(blob));
});
await set("audio", async () => {
  const sound = new Audio("sounds/tick.wav");
  await loaded(sound, () => sound.load());
  return sound.duration;
});
await set("decoded", async () => {
  const bytes = await (await fetch("sounds/tick.wav")).arrayBuffer();
  return (await new OfflineAudioContext(1, 8000, 8000).decodeAudioData(bytes)).duration;
});
await set("wasm", async () =>
  (await WebAssembly.instantiateStreaming(fetch("data/answer.wasm"))).instance.exports.answer(),
);
await set("literal", async () => (await import("./late.js")).late);
await set("computed", async () => (await import(`./levels/${results.wasm === 42 ? "two" : "one"}.js`)).level);
await set("classicWorker", () => worker(new Worker("workers/classic.js")));
await set("moduleWorker", () =>
  worker(new Worker(new URL("../workers/module.js", import.meta.url), { type: "module" })),
);
await set("scriptElement", async () => {
  const script = document.createElement("script");
  await loaded(script, () => {
    script.src = "js/added.js";
    document.head.append(script);
  });
  return window.added;
});
await set("scriptMissing", async () => {
  const script = document.createElement("script");
  await loaded(script, () => {
    script.src = "js/none.js";
    document.head.append(script);
  });
});
await set("turns", async () => {
  const turns = (window.turns = []);
  const scripts = ["one", "two"].map((name) => {
    const script = document.createElement("script");
    return loaded(script, () => {
      script.addEventListener("load", () => turns.push(`${name} loaded`));
      script.src = `js/turns/${name}.js`;
      document.head.append(script);
    });
  });
  turns.push("added");
  await Promise.all(scripts);
  return turns.join();
});
await set("loadWaited", async () => {
  while (window.loadWaited === undefined) await new Promise((go) => setTimeout(go, 10));
  return window.loadWaited;
});
await set("written", async () => {
  const image = document.querySelector("#written img");
  await image.decode();
  return [window.written, colour(image)].join("|");
});
await set("reading", () => {
  const still = document.getElementById("still");
  const image = still.cloneNode();
  const script = document.createElement("script");
  script.src = "js/added.js";
  const before = [still, image, script].map((element) => element.getAttribute("src"));
  image.setAttribute("src", "./pictures/blue.png");
  before.push(image.getAttribute("src"), still.srcset);
  for (const element of [image, script]) {
    element.removeAttribute("src");
    before.push(element.getAttribute("src"));
  }
  return before;
});
await set("elsewhere", () => {
  const script = document.createElement("script");
  script.src = "//host.invalid/a.js";
  return [script.src.startsWith("http"), script.getAttribute("src").endsWith("//host.invalid/a.js")].join();
});
await set("history", () => {
  history.replaceState({ level: 4 }, "", "/level/4");
  return history.state.level;
});
await set("rule", () => {
  const { sheet } = document.head.appendChild(document.createElement("style"));
  sheet.insertRule('#sheet { list-style: url("pictures/green.png"); }');
  return getComputedStyle(document.getElementById("sheet")).listStyleImage.slice(0, 15);
});
await set("linkElement", async () => {
  const link = document.createElement("link");
  link.rel = "stylesheet";
  await loaded(link, () => {
    link.href = "styles/late.css";
    document.head.append(link);
  });
  return getComputedStyle(document.body).outlineColor;
});
await set("storage", () => {
  localStorage.setItem("best", "7");
  localStorage.other = 8;
  return [localStorage.getItem("best"), localStorage.other, localStorage.length].join();
});
await set("sheet", () =>
  [
    getComputedStyle(document.getElementById("sheet")).backgroundImage.slice(0, 15),
    getComputedStyle(document.body).color,
  ].join("|"),
);
await set("styled", () => getComputedStyle(document.getElementById("styled")).backgroundImage.slice(0, 15));
await set("setStyle", async () => {
  const box = document.getElementById("sheet");
  box.style.backgroundImage = "url(pictures/red.png)";
  await new Promise((done) => setTimeout(done));
  return box.style.backgroundImage.slice(0, 15);
});
await set(
  "frame",
  () =>
    new Promise((done) => {
      const frame = document.getElementById("frame");
      addEventListener("message", ({ data }) => done(data));
      frame.contentWindow.postMessage("say", "*");
    }),
);
await set("jsonModule", () => level.level);
await set("cssModule", () => {
  document.adoptedStyleSheets = [sheet];
  return getComputedStyle(document.getElementById("sheet")).borderImageSource.slice(0, 15);
});
await set("resolve", () => text(import.meta.resolve("../data/words.txt")));
await set("layers", () => getComputedStyle(document.getElementById("layered")).color);
await set("rule", () => {
  sheet.insertRule("#layered { list-style-image: url(pictures/red.png) }");
  return getComputedStyle(document.getElementById("layered")).listStyleImage.slice(0, 15);
});
await set("fragment", async () => {
  const parts = document.createRange().createContextualFragment('<img src="pictures/red.png">');
  const image = parts.firstChild;
  document.body.append(parts);
  await image.decode();
  return colour(image);
});
await set("head", async () => {
  const answer = await fetch("data/words.txt", { method: "HEAD" });
  return [answer.status, answer.headers.get("content-length"), (await answer.text()).length].join();
});
await set("post", async () => (await fetch("data/words.txt", { method: "POST", body: "7" })).status);
await set("abort", async () => {
  const control = new AbortController();
  const asked = fetch("data/words.txt", { signal: control.signal });
  control.abort();
  return asked.catch(({ name }) => name);
});
await set("xhrAbort", () => {
  const request = new XMLHttpRequest();
  const events = [];
  for (const name of ["load", "abort", "loadend"]) request.addEventListener(name, () => events.push(name));
  request.open("GET", "data/words.txt");
  request.send();
  request.abort();
  return events.join();
});
await set("nestedWorker", () => worker(new Worker("workers/outer.js")));
await set("sharedWorker", async () => {
  const { port } = new SharedWorker("workers/shared.js");
  return new Promise((done) => {
    port.onmessage = ({ data }) => done(data);
    port.postMessage("go");
  });
});
await set("serviceWorker", () => navigator.serviceWorker.register("sw.js").catch(() => "refused"));
await set("pushed", () => {
  history.pushState({ level: 3 }, "", new URL("https://elsewhere.invalid/3"));
  return history.state.level;
});
await set("cookies", () => {
  document.cookie = "best=7; max-age=600";
  document.cookie = "gone=1";
  document.cookie = "gone=; expires=Thu, 01 Jan 1970 00:00:00 GMT";
  return document.cookie;
});
await set("madeFrame", async () => {
  const frame = document.createElement("iframe");
  frame.src = "inner/frame.html";
  await loaded(frame, () => document.body.append(frame));
  return new Promise((done) => {
    addEventListener("message", ({ data }) => done(data), { once: true });
    frame.contentWindow.postMessage("say", "*");
  });
});
results.inline = state.inline;
results.done = true;
