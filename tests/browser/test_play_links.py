"""What browsers make of play links: games keep their own things, and reach nothing else's."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, Final

import pytest
import pytest_asyncio

from shared.settings import NatsSettings
from tests.browser.conftest import served
from tests.integration.gateway.archives import zipped
from tests.integration.gateway.players import open_arcade

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from playwright.async_api import Browser, BrowserContext, Frame, Page

    from tests.integration.gateway.players import Arcade
    from tests.servers import Servers

pytestmark = pytest.mark.asyncio(loop_scope="session")

GAME: Final = zipped(
    {
        "index.html": b"<!doctype html><title>Game</title><script type=module src=main.js>"
        b"</script>",
        "main.js": b"import {word} from './more.js'; document.body.append(word);"
        b"window.started = true;",
        "more.js": b"export const word = 'ready';",
        "worker.js": b"postMessage('from a worker')",
        "data/level.json": b'{"level": 7}' * 50,
    }
)
# Each tries something, and says what came of it.
TRIALS: Final = {
    "own file": "fetch('data/level.json').then(a => a.text()).then(t => t.length)",
    "own range": "fetch('data/level.json', {headers: {Range: 'bytes=0-4'}}).then(a => a.text())",
    "api": "fetch(API + '/api/projects', {credentials: 'include'}).then(a => a.text())",
    "api page": "fetch(API + '/livez').then(a => a.text())",
    "other game": "fetch(OTHER + 'main.js', {credentials: 'include'}).then(a => a.text())",
    "parent": "parent.document.title",
    "top storage": "top.localStorage.length",
    "leave": "top.location.href = 'about:blank', 'left'",
    "store": "localStorage.setItem('score', 'mine'), localStorage.getItem('score')",
    "wide cookie": "document.cookie = 'wide=1; domain=localhost', document.cookie",
    "worker": "new Promise((done, fail) => { const w = new Worker('worker.js');"
    " w.onmessage = m => done(m.data); w.onerror = () => fail(new Error('no worker')) })",
}
REFUSED: Final = "refused"


class Editor:
    """A page of the operator's, which shows games in frames."""

    def __init__(self, folder: Path, url: str) -> None:
        self._folder = folder
        self._numbers = itertools.count()
        self.url = url

    async def shows(self, context: BrowserContext, game: str) -> tuple[Page, Frame]:
        """Its page, and the frame with the game."""
        frame = f'<iframe src="{game}" allow="cross-origin-isolated"></iframe>'
        # A name of its own: a page written twice within a second is "not modified".
        name = f"{next(self._numbers)}.html"
        (self._folder / name).write_text(f"<!doctype html><title>outside</title>{frame}")
        page = await context.new_page()
        await page.goto(self.url + name)
        (inner,) = page.frames[1:]
        return page, inner


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    """One for all tests of this file."""
    folder = tmp_path_factory.mktemp("editor")
    with served(folder) as url:
        yield Editor(folder, url)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def arcade(servers: Servers, editor: Editor) -> AsyncIterator[Arcade]:
    """One for all tests of this file; each makes its own exports."""
    nats = NatsSettings(url=servers.nats_url)
    async with open_arcade(nats, servers.s3, cors_origins=editor.url) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    """A visitor's browser, with nothing in it."""
    opened = await browser.new_context()
    yield opened
    await opened.close()


async def started(frame: Frame | Page) -> None:
    """Wait until a game runs."""
    await frame.wait_for_selector("text=ready")


async def tried(frame: Frame | Page, api: str, other: str) -> dict[str, Any]:
    """What became of each trial."""
    found = {}
    for name, trial in TRIALS.items():
        code = f"""async () => {{
            const API = {api!r}, OTHER = {other!r};
            try {{ return await ({trial}); }} catch (error) {{ return {REFUSED!r}; }}
        }}"""
        found[name] = await frame.evaluate(code)
    return found


async def test_games_with_origins_keep_to_themselves(
    arcade: Arcade, editor: Editor, context: BrowserContext
) -> None:
    """Each has its own storage, which lasts; neither API, page nor other games can be read."""
    first = await arcade.link(await arcade.finished(GAME))
    second = await arcade.link(await arcade.finished(GAME))
    page, frame = await editor.shows(context, first)
    await started(frame)
    found = await tried(frame, arcade.gateway.url, second)
    assert found == {
        "own file": 600,
        "own range": '{"lev',
        **dict.fromkeys(("api", "api page", "other game", "parent", "top storage"), REFUSED),
        "leave": found["leave"],  # some browsers throw, some only do not go
        "store": "mine",
        "wide cookie": "",
        "worker": "from a worker",
    }
    assert page.url.startswith(editor.url)
    assert await page.title() == "outside"
    _, other = await editor.shows(context, second)
    await started(other)
    assert await other.evaluate("[localStorage.length, document.cookie]") == [0, ""]
    await frame.goto(first)
    await started(frame)
    assert await frame.evaluate("localStorage.getItem('score')") == "mine"


async def test_games_on_the_shared_origin_have_nothing(
    arcade: Arcade, editor: Editor, context: BrowserContext
) -> None:
    """They run, and read their own files; there is nothing that they could share."""
    first, second = [
        f"http://localhost:{arcade.port}/{(await arcade.link(await arcade.finished(GAME)))[7:39]}/"
        for _ in range(2)
    ]
    page, frame = await editor.shows(context, first)
    await started(frame)
    found = await tried(frame, arcade.gateway.url, second)
    assert (found["own file"], found["own range"]) == (600, '{"lev')
    refused = ("api", "api page", "parent", "top storage", "store", "wide cookie", "worker")
    assert {name: found[name] for name in refused} == dict.fromkeys(refused, REFUSED)
    assert await page.title() == "outside"


async def test_a_password_opens_a_game_in_a_frame(
    arcade: Arcade, editor: Editor, context: BrowserContext
) -> None:
    """The cookie is the host's alone, and reaches it through the frame of another site."""
    url = await arcade.link(await arcade.finished(GAME), password="open sesame")
    page, frame = await editor.shows(context, url)
    await frame.fill("input", "close sesame")
    await frame.click("button")
    await frame.wait_for_selector("text=That is not the password")
    await frame.fill("input", "open sesame")
    await frame.click("button")
    await started(frame)
    assert await frame.evaluate("document.cookie") == ""
    shared = f"http://localhost:{arcade.port}/{url[7:39]}/"
    await page.goto(shared)
    await page.fill("input", "open sesame")
    await page.click("button")
    await started(page)


async def test_threads_when_asked_for(
    arcade: Arcade, editor: Editor, context: BrowserContext
) -> None:
    """A page at the top is cross-origin isolated; in the service's page it plays without."""
    url = await arcade.link(await arcade.finished(GAME, options={"wasmThreads": True}))
    page = await context.new_page()
    await page.goto(url)
    assert await page.evaluate("[crossOriginIsolated, typeof SharedArrayBuffer]") == [
        True,
        "function",
    ]
    _, frame = await editor.shows(context, url)
    await started(frame)
    assert await frame.evaluate("crossOriginIsolated") is False


async def test_foreign_pages_show_no_game(
    arcade: Arcade, context: BrowserContext, tmp_path: Path
) -> None:
    """Only the service's page and those of its operator may."""
    url = await arcade.link(await arcade.finished(GAME))
    with served(tmp_path) as foreign:
        _, frame = await Editor(tmp_path, foreign).shows(context, url)
        await frame.wait_for_load_state()
        assert await frame.locator("text=ready").count() == 0
