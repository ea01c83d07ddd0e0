"""Games in a real Chromium, whose requests the Android runtime's class files answer.

The browser calls itself Android's web view. What it cannot stand for is the web view's own reading
of an answer, which ``test_android_requests`` imitates, and everything around the page.
"""

from __future__ import annotations

import json
import struct
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio

from tests.browser.conftest import browser as _browser
from tests.browser.conftest import until
from tests.browser.engine import emberlight
from tests.browser.engine.game import playing
from tests.phones.android_java import bridge
from tests.projects import build, request
from tests.shell.media_files import film, sound

if TYPE_CHECKING:
    import subprocess
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path
    from types import ModuleType

    from playwright.async_api import Browser, BrowserContext, Page

pytestmark = pytest.mark.asyncio(loop_scope="session")

browser = _browser  # the fixture of the browser tests
AGENT = (
    "Mozilla/5.0 (Linux; Android 16; Pixel 9 Build/BP2A.250605.031; wv) AppleWebKit/537.36 "
    "(KHTML, like Gecko) Version/4.0 Chrome/138.0.0.0 Mobile Safari/537.36"
)
CONFIG = {"title": "Raft", "version": "1.2", "entry": "index.html", "debug": False}
EMPTY_WASM = b"\0asm" + struct.pack("<I", 1)
BIG_BYTES = 300 << 20

Bridge = tuple[str, "subprocess.Popen[str]"]


@pytest.fixture(scope="module")
def script(android_build: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What every page runs first, as the template carries it."""
    file = tmp_path_factory.mktemp("script") / "aethel-runtime.js"
    file.write_text(android_build.page_script())
    return file


@pytest.fixture(scope="module")
def probe(
    android_classes: str, script: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Bridge]:
    """A page with a film, a sound, a module and a program."""
    folder = tmp_path_factory.mktemp("probe")
    files = {
        "index.html": b"<!doctype html><link rel=icon href=data:,><title>probe</title>",
        "aethel-app.json": json.dumps(CONFIG).encode(),
        "film.webm": film("film.webm"),
        "tone.wav": sound("tone.wav"),
        "part.mjs": b"export const part = 7",
        "empty.wasm": EMPTY_WASM,
        "worker.js": b"onfetch = (event) => event.respondWith(fetch(event.request))",
    }
    for name, data in files.items():
        (folder / name).write_bytes(data)
    with (folder / "big.bin").open("wb") as big:
        big.truncate(BIG_BYTES)
    with bridge(android_classes, folder, script) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    """A phone, held sideways."""
    new = await browser.new_context(
        user_agent=AGENT, viewport={"width": 320, "height": 180}, has_touch=True, is_mobile=True
    )
    yield new
    await new.close()


@pytest_asyncio.fixture(loop_scope="session")
async def page(context: BrowserContext, probe: Bridge) -> AsyncIterator[Page]:
    """The page, loaded."""
    new = await context.new_page()
    await new.goto(probe[0])
    yield new
    await new.close()


async def test_the_sample_game_plays(
    android_classes: str, script: Path, context: BrowserContext, tmp_path: Path
) -> None:
    """The web build of the sample: its first embers are gathered, and a save outlives the page."""
    for path, content in build(emberlight.files(), request("web")).files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    (tmp_path / "aethel-app.json").write_text(json.dumps(CONFIG))
    with bridge(android_classes, tmp_path, script) as (url, _):
        async with playing(context, url) as game:
            await game.page.click("[data-ui=play]")
            await game.steps(2)
            await emberlight.walk(game.page, emberlight.SHORE[:1])
            assert await emberlight.shown(game.page, "embers") == "Embers 1 / 7"
            platform = await game.page.evaluate("AethelRuntime.getPlatform()")
            assert (platform["os"], platform["arch"]) == ("android", "arm64")
            assert platform["isDesktop"] is False
            await game.page.evaluate("AethelRuntime.saveGame('slot', {deep: [1, 2]})")
        async with playing(context, url) as game:
            loaded = await game.page.evaluate("AethelRuntime.loadGame('slot')")
            assert loaded == {"success": True, "data": {"deep": [1, 2]}}


async def test_a_film_is_seeked(page: Page) -> None:
    """By byte ranges, whose answers say what of the film they are."""
    parts: list[tuple[int, str | None]] = []
    page.on("response", lambda one: parts.append((one.status, one.headers.get("content-range"))))
    seen = await page.evaluate(
        """async () => {
          const film = document.createElement("video");
          film.muted = true;
          film.src = "film.webm";
          document.body.append(film);
          await new Promise((loaded) => film.addEventListener("loadedmetadata", loaded));
          film.currentTime = 2;
          await new Promise((seeked) => film.addEventListener("seeked", seeked));
          return [Math.round(film.duration), film.currentTime, film.seekable.end(0) > 2];
        }"""
    )
    assert seen == [3, 2, True]
    assert (206, parts[0][1]) == parts[0]
    assert str(parts[0][1]).startswith("bytes 0-")


async def test_programs_and_modules_load(page: Page) -> None:
    """Each is refused by browsers where its type is another."""
    assert await page.evaluate("import('/part.mjs').then(({ part }) => part)") == 7
    program = "WebAssembly.compileStreaming(fetch('/empty.wasm')).then(String)"
    assert await page.evaluate(program) == "[object WebAssembly.Module]"
    assert await page.evaluate("isSecureContext")


async def test_a_service_worker_sees_requests(page: Page) -> None:
    """Its script and what it fetches come from the game as well."""
    await page.evaluate(
        """async () => {
          await navigator.serviceWorker.register("/worker.js");
          await navigator.serviceWorker.ready;
        }"""
    )
    await page.reload()
    await until(page, "navigator.serviceWorker.controller")
    assert await page.evaluate("fetch('/part.mjs').then((answer) => answer.text())")
    assert await page.evaluate("typeof AethelRuntime") == "object"


async def test_memory_stays_flat(page: Page) -> None:
    """A file of 300 MB passes through a JVM of 64, whole and from its last byte."""
    size = await page.evaluate(
        """async () => {
          let size = 0;
          const reader = (await fetch("/big.bin")).body.getReader();
          for (let part = await reader.read(); !part.done; part = await reader.read()) {
            size += part.value.length;
          }
          return size;
        }"""
    )
    assert size == BIG_BYTES
    end = await page.evaluate(
        "fetch('/big.bin', {headers: {Range: 'bytes=-1'}}).then(({status}) => status)"
    )
    assert end == 206


async def _commands(probe: Bridge, page: Page, script: str) -> tuple[Any, str]:
    """What a script answers, and the command that it sent last."""
    answer = await page.evaluate(script)
    assert probe[1].stdout is not None
    return answer, probe[1].stdout.readline().strip()


async def test_the_page_reaches_the_application(probe: Bridge, page: Page) -> None:
    """Its calls become commands; a phone refuses what only windows can."""
    answer = await _commands(probe, page, "AethelRuntime.setFullscreen(false)")
    assert answer == ({"success": True}, "fullscreen {on=0}")
    answer = await _commands(probe, page, "AethelRuntime.quit()")
    assert answer == ({"success": True}, "close {}")
    refused = await page.evaluate("AethelRuntime.setResolution(1, 1)")
    assert refused["success"] is False


async def test_a_page_may_hide_where_it_is(probe: Bridge, page: Page) -> None:
    """Its commands name it all the same."""
    hide = (
        "document.head.insertAdjacentHTML('beforeend', '<meta name=referrer content=no-referrer>')"
    )
    await page.evaluate(hide)
    answer = await _commands(probe, page, "AethelRuntime.setFullscreen(true)")
    assert answer == ({"success": True}, "fullscreen {on=1}")


async def test_the_back_button_asks_the_page(page: Page) -> None:
    """The event first, then Escape, unless this press leaves; a game takes either of them."""
    assert await page.evaluate("aethelBack(true)") is False
    await page.evaluate(
        """() => {
          window.seen = [];
          for (const kind of ["keydown", "keyup"])
            addEventListener(kind, ({ type, code }) => seen.push(`${type} ${code}`));
        }"""
    )
    assert await page.evaluate("[aethelBack(true), ...seen]") == [
        False,
        "keydown Escape",
        "keyup Escape",
    ]
    assert await page.evaluate("(seen.length = 0, [aethelBack(false), ...seen])") == [False]
    await page.evaluate(
        "addEventListener('keydown', (event) => event.preventDefault(), {once: true})"
    )
    assert await page.evaluate("aethelBack(true)") is True
    await page.evaluate(
        "document.addEventListener('backbutton', (event) => event.preventDefault())"
    )
    assert await page.evaluate("(seen.length = 0, [aethelBack(true), ...seen])") == [True]


async def test_sounds_stop_for_a_call_and_go_on(page: Page, probe: Bridge) -> None:
    """Web Audio and media elements, those of no document too; what was silent stays so."""
    await page.mouse.click(5, 5)
    asked = await _commands(
        probe,
        page,
        """async () => {
          window.heard = new AudioContext();
          window.silent = new AudioContext();
          await heard.resume();
          await silent.suspend();
          return heard instanceof AudioContext;
        }""",
    )
    assert asked == (True, "sound {on=1}")
    await page.evaluate(
        """async () => {
          window.song = new Audio("/tone.wav");
          song.loop = true;
          await song.play();
          window.states = () => `${heard.state} ${silent.state} ${song.paused}`;
          window.call = (detail) => dispatchEvent(new CustomEvent("aethel-sound", { detail }));
        }"""
    )
    heard, stopped = "running suspended false", "suspended suspended true"
    assert await page.evaluate("states()") == heard
    for is_heard in (False, False, True):
        await page.evaluate("(isHeard) => call(isHeard)", is_heard)
        await until(page, f"states() === '{heard if is_heard else stopped}'")
