from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import Troubles, served
from tests.browser.game_page import GamePage

if TYPE_CHECKING:
    from playwright.async_api import Browser, ViewportSize

pytestmark = pytest.mark.asyncio(loop_scope="session")

SAMPLES = Path(__file__).parents[2] / "samples"
WIDE: ViewportSize = {"width": 640, "height": 360}  # a quarter of the pixels, half the ways
TALL: ViewportSize = {"width": 360, "height": 640}
NO_STORAGE = """
Object.defineProperty(window, "localStorage", {
  get() { throw new DOMException("denied", "SecurityError"); },
});
"""


@pytest.mark.parametrize("size", [WIDE, TALL], ids=["wide", "tall"])
async def test_it_plays(browser: Browser, size: ViewportSize) -> None:
    """A key moves the player, lights can be gathered, and the console stays clean."""
    with served(SAMPLES) as url:
        page = await browser.new_page(viewport=size)
        troubles = Troubles(page)
        game = GamePage(page)
        await game.open(f"{url}firefly/")
        await game.play()
        assert await game.hold_until_moved("ArrowRight") > 0
        assert await game.hold_until_moved("KeyA") < 0
        assert await game.gather() > 0
        assert troubles.seen == []
        await page.close()


async def test_it_pauses_and_goes_on(browser: Browser) -> None:
    """P shows the card; the button, which has the focus, continues."""
    with served(SAMPLES) as url:
        page = await browser.new_page(viewport=WIDE)
        game = GamePage(page)
        await game.open(f"{url}firefly/")
        await page.keyboard.press("Enter")
        await page.wait_for_selector("#card", state="hidden")
        await page.keyboard.press("KeyP")
        assert await page.inner_text("#headline") == "Paused"
        await page.keyboard.press("Enter")
        await page.wait_for_selector("#card", state="hidden")
        await page.close()


async def test_it_runs_where_storage_is_denied(browser: Browser) -> None:
    """The best score is forgotten, everything else works."""
    with served(SAMPLES) as url:
        page = await browser.new_page(viewport=WIDE)
        await page.add_init_script(NO_STORAGE)
        troubles = Troubles(page)
        game = GamePage(page)
        await game.open(f"{url}firefly/")
        await game.play()
        assert troubles.seen == []
        await page.close()
