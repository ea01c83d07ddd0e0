from __future__ import annotations

import base64
import functools
import http.server
import shutil
import threading
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright

from tests.browser.conftest import ARGUMENTS, PATIENCE_MS, Troubles, be_patient, until
from tests.browser.player.assembling import assemble

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
    from pathlib import Path

# What a careful host allows: no inline code, no eval, nothing from elsewhere.
POLICY = (
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; "
    "img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self' blob: data:; "
    "worker-src 'self' blob:"
)
# Mesa draws three times as fast as the browser's own software renderer.
DRAWING = ("--use-gl=angle", "--use-angle=gl-egl", "--ignore-gpu-blocklist")
MESA = {"LIBGL_ALWAYS_SOFTWARE": "1", "EGL_PLATFORM": "surfaceless"}
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


async def launch(playwright: Any) -> Browser:
    """A Chromium of its own."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    arguments = [*ARGUMENTS, *DRAWING, "--autoplay-policy=user-gesture-required"]
    browser: Browser = await playwright.chromium.launch(
        executable_path=program, args=arguments, env=MESA, timeout=PATIENCE_MS
    )
    be_patient(browser)
    return browser


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def drawing_browser() -> AsyncIterator[Browser]:
    """One Chromium for the player's tests."""
    async with async_playwright() as playwright:
        running = await launch(playwright)
        yield running
        await running.close()


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
    drawing_browser: Browser, host: tuple[Path, str]
) -> AsyncIterator[Callable[..., Awaitable[Playing]]]:
    """Assemble a game, open it, and (unless ``ready=False``) wait for its first scene."""
    folder, base = host
    context = await drawing_browser.new_context(viewport={"width": 640, "height": 360})
    context.set_default_timeout(WAIT_MS)

    async def start(*, ready: bool = True, path: str = "game", **parts: Any) -> Playing:
        assemble(folder / path, **parts)
        playing = Playing(await context.new_page(), f"{base}{path}/")
        await playing.open()
        if ready:
            await playing.ready()
        return playing

    yield start
    await context.close()
