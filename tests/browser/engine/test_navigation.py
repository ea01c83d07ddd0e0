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


def _block(name: str, at: tuple[float, float, float], size: list[float]) -> dict[str, Any]:
    return thing(name, part("Collider", size=size), at=at)


async def test_it_finds_out_of_a_dead_end(browser: Browser, site: Site) -> None:
    """Three walls around it, and its goal behind the middle one: it goes back, and around."""
    ground = _block("ground", (0, -0.5, 0), [40, 1, 40])
    walls = [
        _block("middle", (0, 1, 0), [1, 2, 9]),
        _block("left", (-5, 1, -4), [9, 2, 1]),
        _block("right", (-5, 1, 4), [9, 2, 1]),
    ]
    async with playing(browser, site.export(_project(ground, *walls, radius=0.4))) as game:
        await _go(game, 5, 0)
        nearest, back = 9.0, 0.0
        for _ in range(150):
            await game.steps(6)
            x, z = await _at(game)
            inside = (abs(x) < 0.5 and abs(z) < 4.5) or (-9.5 < x < -0.5 and 3.5 < abs(z) < 4.5)
            assert not inside
            back = min(back, x)
            nearest = min(nearest, math.dist((x, z), (5, 0)))
        assert back < -9.5
        assert nearest < 0.3
        assert await game.page.evaluate("aethel.scene.find('walker').agent.arrived") is True


async def test_it_walks_up_what_is_not_too_steep(browser: Browser, site: Site) -> None:
    """By its feet's height above the ground; a step that is too high is walked around."""
    ground = _block("ground", (0, -0.5, 0), [40, 1, 20])
    ramp = thing("ramp", part("Collider", size=[10, 1, 4]), at=(2, 0.5, 0), turn=(0, 0, 15))
    block = _block("block", (-2.5, 0.5, 0), [0.5, 1, 2])
    walker = thing("walker", part("NavMeshAgent"), at=(-5, 1, 0))
    scene = level(EYE, thing("api", OPENED), walker, ground, ramp, block)
    async with playing(browser, site.export(project(scene, SCRIPTS))) as game:
        await game.page.evaluate(
            "aethel.scene.find('walker').agent.setDestination({ x: 5, y: 1.9, z: 0 })"
        )
        around = 0.0
        for _ in range(70):
            await game.steps(6)
            x, z = await _at(game)
            around = max(around, abs(z))
            assert not (abs(x + 2.5) < 0.25 and abs(z) < 1)
        at = await game.page.evaluate("({ ...aethel.scene.find('walker').worldPosition() })")
        top = 0.5 + 3 * math.tan(math.radians(15)) + 0.5 / math.cos(math.radians(15))
        assert at["x"] == pytest.approx(5, abs=0.3)
        assert at["y"] - 1 == pytest.approx(top, abs=0.25)
        assert around > 1


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
