from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.engine.game import by_hand, playing
from tests.browser.engine.levels import level, part, project, thing
from tests.browser.engine.scenes import EYE, FLAT, mesh, sun
from tests.browser.engine.watching import OPENED, SCRIPTS
from tests.browser.pictures import similarity

if TYPE_CHECKING:
    from playwright.async_api import Browser

    from tests.browser.engine.game import Site

pytestmark = pytest.mark.asyncio(loop_scope="session")

ALIKE = 0.98
WICK = (Path(__file__).parents[3] / "samples/emberlight/assets/models/wick.glb").read_bytes()
CONTROLLER = {
    "start": "stand",
    "states": [
        {"name": "stand", "clip": "idle", "loop": True, "speed": 1},
        {"name": "run", "clip": "walk", "loop": True, "speed": 2},
        {"name": "hop", "clip": "jump", "loop": False, "speed": 1},
    ],
    "transitions": [
        {"from": "stand", "to": "run", "when": "speed > 0.5"},
        {"from": "run", "to": "stand", "when": "speed <= 0.5"},
        {"from": "*", "to": "hop", "when": "hop"},
    ],
}


def _project(*components: dict[str, Any]) -> dict[str, bytes]:
    scene = level(
        EYE,
        sun(),
        thing("api", OPENED),
        thing("floor", mesh("plane"), turn=FLAT),
        thing(
            "wick",
            part("MeshRenderer", meshId="wick"),
            *components,
            at=(0, 0.2, 0),
            turn=(0, 153, 0),
            scale=(2, 2, 2),
        ),
        assets={"wick": "model:assets/wick.glb"},
        settings={"lighting": {"shadowQuality": "medium"}},
    )
    moves = {"assets/moves.json": json.dumps(CONTROLLER)}
    return project(scene, SCRIPTS, {"assets/wick.glb": WICK}, moves)


CONTROLLED = part("Animator", controllerPath="assets/moves.json", parameters={"speed": 0})


async def test_the_first_clip_plays_where_nothing_else_is_said(
    browser: Browser, site: Site
) -> None:
    """After 0.4 s it looks as three.js draws that moment; without the Animator it does not."""
    expected = await by_hand(browser, site, "model&model=/data/wick.glb&clip=idle&at=0.4")
    still = await by_hand(browser, site, "model&model=/data/wick.glb")
    for components, picture in (((part("Animator"),), expected), ((), still)):
        async with playing(browser, site.export(_project(*components))) as game:
            await game.steps(24)
            assert similarity(await game.draw(), picture) >= ALIKE


async def test_a_controller_decides_by_its_parameters(browser: Browser, site: Site) -> None:
    """States follow the parameters, clips run at the state's speed, a trigger is used up."""
    expected = await by_hand(browser, site, "model&model=/data/wick.glb&clip=walk&at=1.2")
    still = await by_hand(browser, site, "model&model=/data/wick.glb")
    assert similarity(expected, still) < ALIKE
    async with playing(browser, site.export(_project(CONTROLLED))) as game:
        state = "aethel.scene.find('wick').animator.state"
        assert await game.page.evaluate(state) == "stand"
        await game.page.evaluate("aethel.scene.find('wick').animator.set('speed', 1)")
        await game.steps(36)
        assert await game.page.evaluate(state) == "run"
        assert similarity(await game.draw(), expected) >= ALIKE
        await game.page.evaluate("aethel.scene.find('wick').animator.set('speed', 0)")
        await game.steps(2)
        assert await game.page.evaluate(state) == "stand"
        await game.page.evaluate("aethel.scene.find('wick').animator.trigger('hop')")
        await game.steps(2)
        assert await game.page.evaluate(state) == "hop"
        assert await game.page.evaluate("aethel.scene.find('wick').animator.get('hop')") is False


async def test_scripts_play_clips(browser: Browser, site: Site) -> None:
    """By name, at a speed; the model's clips are listed."""
    expected = await by_hand(browser, site, "model&model=/data/wick.glb&clip=walk&at=0.375")
    async with playing(browser, site.export(_project(part("Animator")))) as game:
        assert await game.page.evaluate("aethel.scene.find('wick').animator.clips") == [
            "idle",
            "walk",
            "jump",
        ]
        await game.page.evaluate("""() => {
          const { animator } = aethel.scene.find("wick");
          animator.play("walk", 0);
          animator.speed = 0.5;
        }""")
        await game.steps(45)
        assert similarity(await game.draw(), expected) >= ALIKE
