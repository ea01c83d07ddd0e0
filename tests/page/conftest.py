"""The export page on a running stack, in a real Chromium.

A file that wants something of its stack has one of its own. A test has a window of its own
(``window``), whose console must stay clean: what the content security policy refuses is told there,
too.
"""

from __future__ import annotations

import asyncio
import json
import re
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.browser.conftest import PATIENCE_MS, browser  # noqa: F401 - pytest finds it here
from tests.e2e.conftest import Up, running_up

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page

AXE: Final = Path(__file__).parents[2] / "web/node_modules/axe-core/axe.min.js"
SERIOUS: Final = ("serious", "critical")
# Browsers report every refusal and every lost connection in the console; what the page makes of
# them is what the tests look at.
OF_THE_NETWORK: Final = re.compile("Failed to load resource|WebSocket connection to")

expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="package")
def shared_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """A running stack, for all files that need no other: see ``tests/sharing.py``."""
    with running_up(tmp_path_factory.mktemp("stack")) as up:
        yield up


@pytest.fixture(scope="module")
def stack_settings() -> dict[str, str] | None:
    """What a file wants of its stack; None where any will do, even one with others' projects."""
    return None


@pytest.fixture(scope="module")
def stack(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    stack_settings: dict[str, str] | None,
) -> Iterator[Up]:
    """A running stack, for all tests of a file."""
    if stack_settings is None:
        yield request.getfixturevalue("shared_stack")
        return
    with running_up(tmp_path_factory.mktemp("stack"), **stack_settings) as up:
        yield up


def api(stack: Up, method: str, path: str, body: Any = None) -> Any:
    """One request as the user of the stack; what it is answered with, read as JSON."""
    state = stack.ready()
    request = urllib.request.Request(  # noqa: S310 - our own stack
        f"{state.gateway_url}{path}",
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {state.token}", "Content-Type": "application/json"},
        method=method,
    )
    with urllib.request.urlopen(request) as answer:  # noqa: S310
        return json.load(answer)


class Window:
    """One tab of the export page, and what it complains of."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url.rstrip("/")
        self.complaints: list[str] = []
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.on("dialog", lambda dialog: self.complaints.append(f"dialog: {dialog.message}"))

    async def open(self, route: str = "#/") -> None:
        """Load the page at a route and wait until it has begun."""
        await self.page.goto(f"{self.url}/{route}")
        await self.page.locator("app-header header").wait_for()

    async def go(self, route: str) -> None:
        """Change the route alone."""
        await self.page.evaluate("route => { location.hash = route; }", route)

    async def focused(self) -> str:
        """The tag or the text of what has the focus, through all shadow roots."""
        return str(
            await self.page.evaluate(
                """() => {
                  let found = document.activeElement;
                  while (found?.shadowRoot?.activeElement) found = found.shadowRoot.activeElement;
                  return found?.textContent?.trim() || found?.tagName || "";
                }"""
            )
        )

    async def barriers(self) -> list[str]:
        """What axe-core finds that is serious (WCAG 2.2 AA), with where it is."""
        if not await self.page.evaluate("() => 'axe' in window"):
            await self.page.evaluate(AXE.read_text("utf-8"))
        found: list[dict[str, Any]] = await self.page.evaluate(
            "async () => (await axe.run(document, { resultTypes: ['violations'] })).violations"
        )
        return [
            f"{one['id']}: {node['target']} {node['failureSummary']}"
            for one in found
            if one["impact"] in SERIOUS
            for node in one["nodes"]
        ]

    async def overflow(self) -> int:
        """By how many pixels the page is wider than its window."""
        return int(
            await self.page.evaluate(
                "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
        )

    def _note(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not OF_THE_NETWORK.search(message.text):
            self.complaints.append(f"{message.type}: {message.text}")


@pytest_asyncio.fixture(loop_scope="session")
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:  # noqa: F811
    """A profile of its own: no storage of other tests."""
    made = await browser.new_context(
        viewport={"width": 1280, "height": 800},
        color_scheme="light",
        reduced_motion="reduce",  # contrast is measured of what stands still
        locale="en-GB",
    )
    made.set_default_timeout(PATIENCE_MS)
    yield made
    await made.close()


@pytest_asyncio.fixture(loop_scope="session")
async def window(stack: Up, context: BrowserContext) -> AsyncIterator[Window]:
    """The page, opened and signed in; at the end it must not have complained."""
    opened = Window(await context.new_page(), stack.ready().gateway_url)
    await opened.open()
    yield opened
    await asyncio.sleep(0)
    assert opened.complaints == []
