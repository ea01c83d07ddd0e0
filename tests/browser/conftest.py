from __future__ import annotations

import asyncio
import functools
import http.server
import os
import shutil
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Playwright, Response, async_playwright

from tests.e2e.conftest import Up, running_up

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping
    from pathlib import Path

# The first is made from Chromium's own source, without windows: a page costs a quarter of the time.
PROGRAMS = ("chromium-headless-shell", "chromium", "google-chrome")
ARGUMENTS = (
    *("--headless=new", "--no-sandbox", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    "--autoplay-policy=user-gesture-required",
    # Mesa's llvmpipe: three times as fast as Chromium's own renderer, and always the same one.
    *("--use-gl=angle", "--use-angle=gl-egl", "--ignore-gpu-blocklist"),
)
# Pages are put together without llvmpipe, which takes twice as long for text and boxes.
WITHOUT_GL = "--disable-gpu-compositing"
PATIENCE_MS = 600_000  # a busy machine is no failure: pytest's own time-out catches what hangs
ENVIRONMENT = {"LIBGL_ALWAYS_SOFTWARE": "1", "EGL_PLATFORM": "surfaceless"}


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """A real Chromium, for all tests of the session."""
    async with async_playwright() as playwright:
        running = await launch(playwright, WITHOUT_GL)
        yield running
        await running.close()


@pytest.fixture(scope="package")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """A running stack, for all files that need one: see ``tests/sharing.py``.

    Its packager uses the registry that npm is configured for.
    """
    with running_up(tmp_path_factory.mktemp("stack")) as up:
        yield up


def program() -> str:
    """The Chromium that is installed."""
    found = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if found is None:
        pytest.fail("no Chromium: apt-get install chromium-headless-shell")
    return found


async def launch(playwright: Playwright, *arguments: str) -> Browser:
    """Start a Chromium, with further arguments."""
    running = await playwright.chromium.launch(
        executable_path=program(),
        args=[*ARGUMENTS, *arguments],
        env={**os.environ, **ENVIRONMENT},
        timeout=PATIENCE_MS,
    )
    be_patient(running)
    return running


def be_patient(browser: Browser) -> None:
    """Let every page of the browser take as long as it needs."""
    browser.on("context", lambda context: context.set_default_timeout(PATIENCE_MS))


async def until(page: Page, condition: str) -> None:
    """Wait until an expression is true; Playwright's own way needs eval, which games forbid."""
    async with asyncio.timeout(PATIENCE_MS / 1000):
        while not await page.evaluate(f"Boolean({condition})"):
            await page.wait_for_timeout(50)


class Troubles:
    """What a page complains of: it should be nothing."""

    def __init__(self, page: Page) -> None:
        self.seen: list[str] = []
        page.on("console", lambda message: self._note(message.type, message.text))
        page.on("pageerror", lambda error: self.seen.append(f"error: {error}"))
        page.on("requestfailed", lambda request: self.seen.append(f"failed: {request.url}"))
        page.on("response", self._answered)

    def _answered(self, answer: Response) -> None:
        if answer.status >= 400:
            self.seen.append(f"{answer.status}: {answer.url}")

    def _note(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"}:
            self.seen.append(f"{kind}: {text}")


class _Host(http.server.SimpleHTTPRequestHandler):
    """Files, with the host's own headers."""

    headers_sent: Mapping[str, str]

    def log_message(self, *_arguments: object) -> None:
        """The test's own output is enough."""

    def handle(self) -> None:
        """A page that is closed takes no more."""
        with suppress(ConnectionError):
            super().handle()

    def do_GET(self) -> None:
        """Browsers ask for this one, whatever the page says."""
        if self.path == "/favicon.ico":
            self.send_response(http.HTTPStatus.NO_CONTENT)
            self.end_headers()
        else:
            super().do_GET()

    def end_headers(self) -> None:
        for name, value in self.headers_sent.items():
            self.send_header(name, value)
        super().end_headers()


@contextmanager
def served(folder: Path, headers: Mapping[str, str] | None = None) -> Iterator[str]:
    """A static file server; the URL of the folder, with a slash at its end."""
    kind = type("Host", (_Host,), {"headers_sent": headers or {}})
    handler = functools.partial(kind, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()
