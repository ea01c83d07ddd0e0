from __future__ import annotations

import base64
import functools
import http.server
import threading
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio

from tests.browser.conftest import PATIENCE_MS, Troubles, until
from tests.browser.player.assembling import assemble

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
    from pathlib import Path

    from playwright.async_api import Browser, Page

# What a careful host allows: no inline code, no eval, nothing from elsewhere.
POLICY = (
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; "
    "img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self' blob: data:; "
    "worker-src 'self' blob:"
)
WAIT_MS = PATIENCE_MS


class _Host(http.server.SimpleHTTPRequestHandler):
    """A static host with the policy, and with CORS, which a frame without an origin needs."""

    def log_message(self, *_arguments: object) -> None:
        """The test's own output is enough."""

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        self.send_header("Access-Control-Allow-Origin", "*")
        super().end_headers()

    def do_GET(self) -> None:
        if self.path == "/favicon.ico":  # browsers ask for it unasked
            self.send_response(204)
            self.end_headers()
        else:
            super().do_GET()


@pytest.fixture
def host(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder, and the URL at which it is served."""
    handler = functools.partial(_Host, directory=str(tmp_path))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield tmp_path, f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


class Playing:
    """A game in a page."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.troubles = Troubles(page)
        self.requested: list[str] = []
        page.on("request", lambda request: self.requested.append(request.url))

    async def open(self) -> None:
        """Go there; the game need not be ready."""
        await self.page.goto(self.url)
        await self.until("window.AethelPlayer !== undefined")

    async def ready(self) -> None:
        """Wait for the first scene."""
        await self.page.evaluate("AethelPlayer.ready()")

    async def until(self, condition: str) -> None:
        """Wait until an expression is true."""
        await until(self.page, condition)

    async def drive(self, *, seed: int = 1) -> None:
        """Take the clock: from now on nothing moves by itself."""
        await self.page.evaluate(
            "async seed => { await AethelPlayer.takeClock(); await AethelPlayer.seed(seed); }", seed
        )

    async def steps(self, count: int, dt: float = 1 / 60) -> None:
        """Advance by so many frames."""
        await self.page.evaluate(
            "([n, dt]) => { for (let i = 0; i < n; i++) AethelPlayer.step(dt); }", [count, dt]
        )

    async def position(self, name: str) -> list[float]:
        """Where an entity is, in world space."""
        found: list[float] = await self.page.evaluate(
            "name => AethelPlayer.game.scene.find(name).worldPosition().toArray()", name
        )
        return found

    async def picture(self) -> bytes:
        """What the canvas shows now, as a PNG."""
        url: str = await self.page.evaluate(
            "(AethelPlayer.draw(), AethelPlayer.canvas.toDataURL('image/png'))"
        )
        return base64.b64decode(url.partition(",")[2])

    async def text(self, name: str) -> str:
        """What the game's own layer shows under that id."""
        return await self.page.inner_text(f'[data-ui="{name}"]')

    async def problems(self) -> list[str]:
        """What the player has complained of."""
        found: list[str] = await self.page.evaluate("AethelPlayer.problems")
        return found


@pytest_asyncio.fixture(loop_scope="session")
async def play(
    browser: Browser, host: tuple[Path, str]
) -> AsyncIterator[Callable[..., Awaitable[Playing]]]:
    """Assemble a game, open it, and (unless ``ready=False``) wait for its first scene.

    ``before``: a script that the page runs before its own.
    """
    folder, base = host
    context = await browser.new_context(viewport={"width": 640, "height": 360})
    context.set_default_timeout(WAIT_MS)

    async def start(
        *, ready: bool = True, path: str = "game", before: str = "", **parts: Any
    ) -> Playing:
        assemble(folder / path, **parts)
        page = await context.new_page()
        if before:
            await page.add_init_script(before)
        playing = Playing(page, f"{base}{path}/")
        await playing.open()
        if ready:
            await playing.ready()
        return playing

    yield start
    await context.close()
