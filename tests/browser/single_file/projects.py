"""A page that asks for its files in every way that pages know, and says what it got."""

from __future__ import annotations

import io
import wave

from PIL import Image


def _png(colour: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), colour).save(out, "PNG")
    return out.getvalue()


def _wav() -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8_000)
        file.writeframes(bytes(8_000))
    return out.getvalue()


# (module (func (export "answer") (result i32) i32.const 42))
WASM = bytes.fromhex(
    "0061736d010000000105016000017f03020100070a0106616e7377657200000a06010400412a0b"
)

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>All ways</title>
<link rel="stylesheet" href="styles/main.css">
<script type="importmap">{"imports": {"lib": "./lib/index.js", "lib/": "./lib/"}}</script>
<script src="js/classic.js"></script>
<script defer src="js/deferred.js"></script>
<script type="module">import { state } from "./js/state.js"; state.inline = true;</script>
<script type="module" src="js/main.js"></script>
</head><body class="page">
<img id="still" src="pictures/red.png" srcset="pictures/blue.png 1x">
<div id="styled" style="background-image: url(pictures/green.png); width: 8px; height: 8px"></div>
<div id="sheet"></div><iframe id="frame" src="inner/frame.html"></iframe>
<a id="next" href="second.html?from=first#top">on</a>
<script>window.order = [...(window.order ?? []), "inline"]; // <!-- as in days of old
</script>
</body></html>
"""

MAIN = """
import { name } from "lib";
import { deep } from "lib/deep.js";
import { state } from "./state.js";
window.order.push("module");
const results = (window.results = { name, deep, lang: document.documentElement.lang });
const set = async (key, work) => {
  try { results[key] = await work(); } catch (error) { results[key] = `failed: ${error}`; }
};
const text = (address) => fetch(address).then((answer) => answer.text());
const loaded = (element, put) => new Promise((done, fail) => {
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
const xhr = (address, kind, later = true) => new Promise((done) => {
  const request = new XMLHttpRequest();
  const events = [];
  request.open("GET", address, later);
  if (later) request.responseType = kind;
  request.onreadystatechange = () => events.push(request.readyState);
  request.onload = () => done([request.status, request.response, events.join(), request.getResponseHeader("Content-Type")]);
  request.send();
});
const worker = (made) => new Promise((done, fail) => {
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
await set("xhr", async () => { const [status, body, events, type] = await xhr("data/words.txt", "text"); return [status, body, events, type].join("|"); });
await set("xhrBytes", async () => { const [, body] = await xhr("pictures/red.png", "arraybuffer"); return body.byteLength; });
await set("xhrJson", async () => { const [, body] = await xhr("data/level.json", "json"); return body.level; });
await set("xhrNow", async () => { const [status, body] = await xhr("data/words.txt", "", false); return [status, body].join("|"); });
await set("xhrMissing", async () => { const [status] = await xhr("data/none.txt", "text"); return status; });
await set("image", async () => { const image = new Image(); await loaded(image, () => (image.src = "pictures/red.png")); return [colour(image), image.src.endsWith("pictures/red.png")].join("|"); });
await set("attribute", async () => { const image = document.createElement("img"); await loaded(image, () => image.setAttribute("src", "./pictures/blue.png")); return colour(image); });
await set("markup", async () => { const box = document.createElement("div"); box.innerHTML = '<img src="pictures/green.png">'; await loaded(box.firstChild); return colour(box.firstChild); });
await set("still", async () => { const image = document.getElementById("still"); await image.decode(); return colour(image); });
await set("texture", async () => { const blob = await (await fetch("pictures/red.png")).blob(); return colour(await createImageBitmap(blob)); });
await set("audio", async () => { const sound = new Audio("sounds/tick.wav"); await loaded(sound, () => sound.load()); return sound.duration; });
await set("decoded", async () => { const bytes = await (await fetch("sounds/tick.wav")).arrayBuffer(); return (await new OfflineAudioContext(1, 8000, 8000).decodeAudioData(bytes)).duration; });
await set("wasm", async () => (await WebAssembly.instantiateStreaming(fetch("data/answer.wasm"))).instance.exports.answer());
await set("literal", async () => (await import("./late.js")).late);
await set("computed", async () => (await import(`./levels/${results.wasm === 42 ? "two" : "one"}.js`)).level);
await set("classicWorker", () => worker(new Worker("workers/classic.js")));
await set("moduleWorker", () => worker(new Worker(new URL("../workers/module.js", import.meta.url), { type: "module" })));
await set("scriptElement", async () => { const script = document.createElement("script"); await loaded(script, () => { script.src = "js/added.js"; document.head.append(script); }); return window.added; });
await set("scriptMissing", async () => { const script = document.createElement("script"); await loaded(script, () => { script.src = "js/none.js"; document.head.append(script); }); });
await set("linkElement", async () => { const link = document.createElement("link"); link.rel = "stylesheet"; await loaded(link, () => { link.href = "styles/late.css"; document.head.append(link); }); return getComputedStyle(document.body).outlineColor; });
await set("storage", () => { localStorage.setItem("best", "7"); localStorage.other = 8; return [localStorage.getItem("best"), localStorage.other, localStorage.length].join(); });
await set("sheet", () => [getComputedStyle(document.getElementById("sheet")).backgroundImage.slice(0, 15), getComputedStyle(document.body).color].join("|"));
await set("styled", () => getComputedStyle(document.getElementById("styled")).backgroundImage.slice(0, 15));
await set("setStyle", async () => { const box = document.getElementById("sheet"); box.style.backgroundImage = "url(pictures/red.png)"; await new Promise((done) => setTimeout(done)); return box.style.backgroundImage.slice(0, 15); });
await set("frame", () => new Promise((done) => { const frame = document.getElementById("frame"); addEventListener("message", ({ data }) => done(data)); frame.contentWindow.postMessage("say", "*"); }));
results.inline = state.inline;
results.done = true;
"""

WAYS: dict[str, bytes] = {
    "index.html": PAGE.encode(),
    "second.html": b"<!doctype html><title>Second</title><p id=there>there</p>"
    b'<img src="pictures/red.png"><script src="js/second.js"></script>',
    "inner/frame.html": b"<!doctype html><title>Frame</title><script>"
    b'addEventListener("message", async ({ source }) => '
    b'source.postMessage(await (await fetch("../data/words.txt")).text(), "*"));</script>',
    "js/main.js": MAIN.encode(),
    "js/state.js": b"export const state = { inline: false };",
    "js/late.js": b"export const late = 'late';",
    "js/levels/one.js": b"export const level = 1;",
    "js/levels/two.js": b"export const level = 2;",
    "js/classic.js": b"window.order = [...(window.order ?? []), 'classic'];\n"
    b"window.source = document.currentScript.src.split('/').slice(-2).join('/');\n"
    b"window.markup = '<script><\\/script><!-- no end -->';",
    "js/deferred.js": b"window.order.push('deferred ' + document.readyState);",
    "js/added.js": b"window.added = 'added';",
    "js/second.js": b"window.second = document.getElementById('there').textContent;",
    "lib/index.js": b"export const name = 'lib';",
    "lib/deep.js": b"export const deep = 'deep';",
    "workers/classic.js": b"importScripts('part.js');\nonmessage = async () => postMessage("
    b"part + ' ' + await (await fetch('../data/words.txt')).text());",
    "workers/part.js": b"var part = 'part';",
    "workers/module.js": b"import { tool } from './tool.js';\nonmessage = async () => postMessage("
    b"tool + ' ' + await (await fetch(new URL('../data/words.txt', import.meta.url))).text());",
    "workers/tool.js": b"export const tool = 'tool';",
    "styles/main.css": b"@import 'base.css';\n"
    b"#sheet { background: url('../pictures/blue.png'); width: 8px; height: 8px; }",
    "styles/base.css": b"body { color: rgb(1, 2, 3); }",
    "styles/late.css": b"body { outline-color: rgb(4, 5, 6); }",
    "data/words.txt": "wörter".encode(),
    "data/100% ä #1.txt": b"odd",
    "data/level.json": b'{"level": 3}',
    "data/answer.wasm": WASM,
    "pictures/red.png": _png("#ff0000"),
    "pictures/green.png": _png("#00ff00"),
    "pictures/blue.png": _png("#0000ff"),
    "sounds/tick.wav": _wav(),
}

RESULTS = {
    "name": "lib",
    "deep": "deep",
    "lang": "en",
    "fetch": "wörter",
    "absolute": "wörter",
    "request": "wörter",
    "meta": "wörter",
    "odd": "odd",
    "missing": "404,false",
    "xhr": "200|wörter|2,3,4|text/plain",
    "xhrBytes": len(WAYS["pictures/red.png"]),
    "xhrJson": 3,
    "xhrNow": "200|wörter",
    "xhrMissing": 404,
    "image": "255,0,0|true",
    "attribute": "0,0,255",
    "markup": "0,255,0",
    "still": "0,0,255",
    "texture": "255,0,0",
    "audio": 0.5,
    "decoded": 0.5,
    "wasm": 42,
    "literal": "late",
    "computed": 2,
    "classicWorker": "part wörter",
    "moduleWorker": "tool wörter",
    "scriptElement": "added",
    "scriptMissing": "failed: Error: error event",
    "linkElement": "rgb(4, 5, 6)",
    "storage": "7,8,2",
    "sheet": 'url("data:image|rgb(1, 2, 3)',
    "styled": 'url("data:image',
    "setStyle": 'url("data:image',
    "frame": "wörter",
    "inline": True,
    "done": True,
}
