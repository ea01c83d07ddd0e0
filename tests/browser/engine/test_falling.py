from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.engine.game import playing
from tests.browser.engine.levels import level, part, project, thing
from tests.browser.engine.scenes import EYE, mesh
from tests.browser.engine.watching import OPENED, SCRIPTS

if TYPE_CHECKING:
    from playwright.async_api import Browser

    from tests.browser.engine.game import Site

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_it_falls_to_its_ground_and_bounces(browser: Browser, site: Site) -> None:
    """To half its own height above it; a bounce keeps the part of the speed that is asked for."""
    cube = thing("cube", mesh("box"), part("FallingBody", ground=1, bounce=0.8), at=(0, 4, 0))
    scene = level(EYE, thing("api", OPENED), cube)
    async with playing(browser, site.export(project(scene, SCRIPTS))) as game:
        y = "aethel.scene.find('cube').position.y"
        lowest, highest = 4.0, 0.0
        for _ in range(90):
            await game.steps(1)
            now = await game.page.evaluate(y)
            lowest = min(lowest, now)
            highest = max(highest, now) if lowest < 1.7 else 0.0
        assert lowest == pytest.approx(1.5, abs=0.1)
        assert highest == pytest.approx(1.5 + 2.5 * 0.8**2, abs=0.02)
        await game.steps(600)
        assert await game.page.evaluate(y) == pytest.approx(1.5)
