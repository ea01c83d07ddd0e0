from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import Troubles, served
from tests.browser.game_page import GamePage

if TYPE_CHECKING:
    from playwright.async_api import Browser

pytestmark = pytest.mark.asyncio(loop_scope="session")

SAMPLES = Path(__file__).parents[2] / "samples"
NO_STORAGE = """
Object.defineProperty(window, "localStorage", {
  get() { throw new DOMException("denied", "SecurityError"); },
});
"""


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (360, 640)])
async def test_it_plays(browser: Browser, width: int, height: int) -> None:
    """A key moves the player, lights can be gathered, and the console stays clean."""
    with served(SAMPLES) as url:
        page = await browser.new_page(viewport={"width": width, "height": height})
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
        page = await browser.new_page()
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
        page = await browser.new_page()
        await page.add_init_script(NO_STORAGE)
        troubles = Troubles(page)
        game = GamePage(page)
        await game.open(f"{url}firefly/")
        await game.play()
        assert troubles.seen == []
        await page.close()
