"""A page that asks for its files in every way that pages know, and says what it got."""

from __future__ import annotations

import io
import wave
from pathlib import Path

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

SITE = Path(__file__).parent / "site"
WAYS: dict[str, bytes] = {
    **{str(file.relative_to(SITE)): file.read_bytes() for file in SITE.rglob("*.*")},
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
    "turns": "added,one,one loaded,two,two loaded",
    "loadWaited": True,
    "written": "a > b|255,0,0",
    "reading": [
        *("pictures/red.png", "pictures/red.png", "js/added.js", "./pictures/blue.png"),
        *("pictures/blue.png 1x", None, None),
    ],
    "elsewhere": "true,true",
    "history": 4,
    "rule": 'url("data:image',
    "linkElement": "rgb(4, 5, 6)",
    "storage": "7,8,2",
    "sheet": 'url("data:image|rgb(1, 2, 3)',
    "styled": 'url("data:image',
    "setStyle": 'url("data:image',
    "frame": "wörter",
    "jsonModule": 3,
    "cssModule": 'url("data:image',
    "resolve": "wörter",
    "layers": "rgb(2, 2, 2)",
    "rule": 'url("data:image',
    "fragment": "255,0,0",
    "head": "200,7,0",
    "post": 405,
    "abort": "AbortError",
    "xhrAbort": "abort,loadend",
    "nestedWorker": "outer part wörter",
    "sharedWorker": "wörter",
    "serviceWorker": "refused",
    "pushed": 3,
    "cookies": "best=7",
    "madeFrame": "wörter",
    "inline": True,
    "done": True,
}

# All that the page names lies below another folder.
BASED: dict[str, bytes] = {
    "index.html": b"""<!doctype html><title>Based</title><base href="game/"><body>
        <a id="link" href="data/words.txt">on</a><img id="still" src="pictures/red.png">
        <script type="module">import { early } from "./js/early.js"; window.early = early;</script>
        <script type="module" src="js/main.js"></script>""",
    "game/js/early.js": b"export const early = 'early';",
    "game/js/main.js": b"""
        const text = async (address) => (await fetch(address)).text();
        const still = document.getElementById("still");
        await still.decode();
        window.results = [window.early, await text("data/words.txt"), still.naturalWidth,
          await text(document.getElementById("link").href),
          await text(new URL("data/words.txt", document.baseURI))];""",
    "game/data/words.txt": b"words",
    "game/pictures/red.png": _png("#ff0000"),
}
