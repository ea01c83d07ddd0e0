from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.engine.game import playing
from tests.browser.engine.levels import level, part, project, thing
from tests.browser.engine.scenes import EYE
from tests.browser.engine.watching import OPENED, SCRIPTS

if TYPE_CHECKING:
    from playwright.async_api import Browser

    from tests.browser.engine.game import Game, Site

pytestmark = pytest.mark.asyncio(loop_scope="session")


def _project(*things: dict[str, Any], **agent: Any) -> dict[str, bytes]:
    walker = thing("walker", part("NavMeshAgent", **agent), at=(-5, 0, 0))
    return project(level(EYE, thing("api", OPENED), walker, *things), SCRIPTS)


async def _at(game: Game) -> tuple[float, float]:
    at = await game.page.evaluate("({ ...aethel.scene.find('walker').worldPosition() })")
    return at["x"], at["z"]


async def _go(game: Game, x: float, z: float) -> None:
    await game.page.evaluate(
        "([x, z]) => aethel.scene.find('walker').agent.setDestination({ x, y: 0, z })", [x, z]
    )


async def test_it_walks_to_its_goal_and_stops_there(browser: Browser, site: Site) -> None:
    """No faster than its speed, up to its stopping distance, looking where it goes."""
    async with playing(browser, site.export(_project(speed=2, stoppingDistance=0.5))) as game:
        await _go(game, 1, 0)
        before = await _at(game)
        fastest = 0.0
        for _ in range(20):
            await game.steps(6)
            after = await _at(game)
            fastest = max(fastest, math.dist(before, after) / 0.1)
            before = after
        assert fastest == pytest.approx(2, abs=0.1)
        await game.steps(240)
        assert math.dist(await _at(game), (1, 0)) == pytest.approx(0.5, abs=0.15)
        assert await game.page.evaluate("aethel.scene.find('walker').agent.arrived") is True
        forward = await game.page.evaluate("({ ...aethel.scene.find('walker').forward() })")
        assert forward["x"] == pytest.approx(1, abs=0.05)


async def test_it_goes_around_what_stands_in_its_way(browser: Browser, site: Site) -> None:
    """A wall between it and its goal is passed, not entered."""
    wall = thing("wall", part("Collider", size=[1, 3, 4]), at=(0, 1.5, 0))
    async with playing(browser, site.export(_project(wall))) as game:
        await _go(game, 5, 0)
        entered = False
        for _ in range(100):
            await game.steps(6)
            x, z = await _at(game)
            entered |= abs(x) < 0.5 and abs(z) < 2
        assert not entered
        assert math.dist(await _at(game), (5, 0)) < 0.3


async def test_slow_to_start(browser: Browser, site: Site) -> None:
    """Acceleration limits it at first; without the component there is no agent."""
    async with playing(browser, site.export(_project(acceleration=1))) as game:
        await _go(game, 20, 0)
        await game.steps(60)
        x, _ = await _at(game)
        assert x == pytest.approx(-4.5, abs=0.1)
        await game.page.evaluate("aethel.scene.find('walker').removeComponent('NavMeshAgent')")
        await game.steps(1)
        assert await game.page.evaluate("aethel.scene.find('walker').agent") is None
