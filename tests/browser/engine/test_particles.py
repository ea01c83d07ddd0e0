from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.engine.game import playing
from tests.browser.engine.levels import level, part, project, thing
from tests.browser.engine.watching import OPENED, SCRIPTS

if TYPE_CHECKING:
    from playwright.async_api import Browser

    from tests.browser.engine.game import Game, Site

pytestmark = pytest.mark.asyncio(loop_scope="session")

SPARKS = {
    "emissionRate": 60,
    "maxParticles": 50,
    "lifetime": {"min": 0.5, "max": 0.5},
    "startColor": "#ff2000",
    "endColor": "#0020ff",
    "startSize": {"min": 0.5, "max": 0.5},
    "endSize": {"min": 0.5, "max": 0.5},
}


def _project(**data: Any) -> dict[str, bytes]:
    scene = level(
        thing("eye", part("Camera", fov=60, isMain=True), at=(0, 0, 6)),
        thing("api", OPENED),
        thing("fire", part("ParticleSystem", **(SPARKS | data))),
        settings={"skybox": {"type": "color", "color": "#000000"}},
    )
    return project(scene, SCRIPTS)


async def _count(game: Game) -> int:
    return int(await game.page.evaluate("aethel.scene.find('fire').particles.count"))


async def test_they_are_born_live_and_die(browser: Browser, site: Site) -> None:
    """Rate times lifetime are alive; fewer where there may be fewer; none once it stops."""
    async with playing(browser, site.export(_project())) as game:
        await game.steps(15)
        assert await _count(game) == pytest.approx(15, abs=1)
        await game.steps(60)
        assert await _count(game) == pytest.approx(30, abs=2)
        await game.page.evaluate("aethel.scene.find('fire').particles.stop()")
        await game.steps(40)
        assert await _count(game) == 0
        await game.page.evaluate("aethel.scene.find('fire').particles.emit(20)")
        assert await _count(game) == 20
        await game.page.evaluate("aethel.scene.find('fire').particles.clear()")
        assert await _count(game) == 0
    async with playing(browser, site.export(_project(maxParticles=10))) as game:
        await game.steps(60)
        assert await _count(game) == 10


async def test_they_are_drawn_in_their_colours(browser: Browser, site: Site) -> None:
    """Red when young, blue when old, less when small; nothing without the component."""
    async with playing(browser, site.export(_project())) as game:
        await game.steps(6)
        young = await game.draw()
        assert young[..., 0].sum() > 4 * young[..., 2].sum() > 0
        await game.page.evaluate("aethel.scene.find('fire').particles.stop()")
        await game.steps(22)
        old = await game.draw()
        assert old[..., 2].sum() > 1.3 * old[..., 0].sum()
        await game.page.evaluate("aethel.scene.find('fire').removeComponent('ParticleSystem')")
        await game.steps(1)
        assert (await game.draw()).max() == 0
    small = {"min": 0.1, "max": 0.1}
    async with playing(browser, site.export(_project(startSize=small, endSize=small))) as game:
        await game.steps(6)
        assert 0 < (await game.draw()).sum() < young.sum() / 5


async def test_the_same_seed_gives_the_same_sparks(browser: Browser, site: Site) -> None:
    """Bit for bit, whatever happened before."""
    pictures = []
    for seed in (7, 7, 8):
        async with playing(browser, site.export(_project(lifetime={"min": 0.5, "max": 2}))) as game:
            await game.page.evaluate(f"AethelPlayer.seed({seed})")
            await game.steps(30)
            pictures.append(await game.draw())
    assert (pictures[0] == pictures[1]).all()
    assert (pictures[0] != pictures[2]).any()
