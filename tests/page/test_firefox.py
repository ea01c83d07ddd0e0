"""The main way in a real Firefox: a folder is dropped, exported, watched to the end, and played."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
import pytest_asyncio
from PIL import ImageGrab

from tests.browser.firefox.window import Firefox, firefox
from tests.page.conftest import api

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.e2e.conftest import Up

pytestmark = pytest.mark.asyncio(loop_scope="module")

FIREFLY: Final = Path(__file__).parents[2] / "samples/firefly"
DRAG_SOURCE: Final = Path(__file__).with_name("drag_source.py")
TITLE: Final = "A folder"
COLOURS: Final = 500  # what is empty has one, the night forest has thousands
CARD: Final = "document.querySelector('#card').checkVisibility()"
# Where the middle of the game's button is on the screen.
BUTTON: Final = """(() => {
  const { x, y, width, height } = document.querySelector("#play").getBoundingClientRect();
  return [mozInnerScreenX + x + width / 2, mozInnerScreenY + y + height / 2].map(Math.round);
})()"""
# All that matches a selector, in all shadow trees.
ALL: Final = """(root, selector) => {
  const found = [...root.querySelectorAll(selector)];
  for (const { shadowRoot } of root.querySelectorAll("*"))
    if (shadowRoot) found.push(...all(shadowRoot, selector));
  return found;
}"""


class Page:
    """The export page in a Firefox."""

    def __init__(self, window: Firefox) -> None:
        self.window = window

    async def open(self, url: str) -> None:
        """Load it, with a way to look into its elements."""
        await self.window.open(url)
        await self.window.value(f"void (globalThis.all = {ALL})")

    async def until(self, selector: str, condition: str = "true") -> None:
        """Wait until an element is there of which something is true."""
        await self.window.until(
            f"all(document, {json.dumps(selector)}).some((element) => {condition})"
        )

    async def press(self, selector: str) -> None:
        """Press an element as soon as it is there."""
        await self.until(selector)
        await self.window.value(f"all(document, {json.dumps(selector)})[0].click()")

    async def text(self, selector: str) -> str:
        """What the first of them says."""
        return str(await self.window.value(f"all(document, {json.dumps(selector)})[0].innerText"))

    async def drop(self, folder: Path) -> None:
        """Drag a folder with the mouse from a window of another program onto the page."""
        desk = self.window.desk
        source = desk.start(sys.executable, DRAG_SOURCE, folder, TITLE)
        while not (found := desk.xdotool("search", "--onlyvisible", "--name", f"^{TITLE}$")):
            await asyncio.sleep(0.1)
            assert source.poll() is None, "nothing to drag: GTK 3 is not there"
        handle = found.split()[0]
        desk.xdotool("windowactivate", "--sync", handle)
        desk.xdotool("mousemove", "--sync", "--window", handle, "80", "30", "mousedown", "1")
        for step in range(1, 2_000):  # as a hand does, until the page says that it has noticed
            x, y = 400 + step % 40, 500 + step % 7
            desk.xdotool("mousemove", "--sync", str(x), str(y))
            await asyncio.sleep(0.05)
            if await self.window.value('all(document, ".drop-overlay").length'):
                break
        desk.xdotool("mouseup", "1")  # the other program stays: it hands the folder over


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def page(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Page]:
    """A Firefox with a profile of its own."""
    async with firefox(tmp_path_factory.mktemp("firefox")) as window:
        yield Page(window)


async def test_from_a_folder_to_a_game(page: Page, stack: Up) -> None:
    """Signed in by itself, dropped, exported for two platforms, and played by a key."""
    await page.open(stack.ready().gateway_url)
    await page.until("h1")
    await page.drop(FIREFLY)
    await page.until("h1", "element.innerText === 'firefly'")
    path = (await page.window.value("location.hash")).replace("#", "/api")
    files = sum(path.is_file() for path in FIREFLY.rglob("*"))
    while (await asyncio.to_thread(api, stack, "GET", path))["files"] != files:  # noqa: ASYNC110
        await asyncio.sleep(0.2)
    for platform in ("web", "linux"):
        box = f'label[data-platform="{platform}"] input'
        await page.until(box)
        if not await page.window.value(f"all(document, {json.dumps(box)})[0].checked"):
            await page.press(box)
    await page.press("[data-action=export]")
    await page.window.until(
        'all(document, "export-card").length === 2 && '
        'all(document, "export-card").every((card) => '
        'all(card.shadowRoot, "[data-status=completed]").length)'
    )
    done = (await asyncio.to_thread(api, stack, "GET", f"{path}/export"))["exports"]
    assert {(one["platform"], one["progress"]) for one in done} == {("web", 100), ("linux", 100)}
    await page.press("[data-action=play]")
    await page.until("iframe")
    refused = re.compile(r"4\d\d: .*/(snapshot|play)$")  # what is missing is asked for that way
    assert [trouble for trouble in page.window.troubles if not refused.match(trouble)] == []
    await plays(page)


async def plays(page: Page) -> None:
    """The game's picture is on the screen, and a key moves what is in it."""
    desk = page.window.desk

    def picture() -> bytes:
        return ImageGrab.grab(xdisplay=desk.environ["DISPLAY"]).convert("RGB").tobytes()

    def colours() -> int:
        shown = picture()
        return len({shown[at : at + 3] for at in range(0, len(shown), 3)})

    while await asyncio.to_thread(colours) < COLOURS:  # noqa: ASYNC110 - a screen is looked at
        await asyncio.sleep(0.2)
    game = await page.window.frame()
    while await page.window.value(CARD, frame=game):  # a frame that has just come misses clicks
        place = map(str, await page.window.value(BUTTON, frame=game))
        desk.xdotool("mousemove", "--sync", *place, "click", "1")  # so that keys go there, too
        await asyncio.sleep(0.3)
    x = "Number(document.querySelector('#stage').dataset.x)"
    await page.window.until(f"{x} > 0", frame=game)
    before = await page.window.value(x, frame=game)
    desk.xdotool("keydown", "Right")
    await page.window.until(f"{x} > {before} + 40", frame=game)
    desk.xdotool("keyup", "Right")
