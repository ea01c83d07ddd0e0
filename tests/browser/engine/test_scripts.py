from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.conftest import until
from tests.browser.engine.game import playing
from tests.browser.engine.levels import level, part, project, thing
from tests.browser.engine.scenes import EYE, mesh
from tests.browser.engine.watching import OPENED, SCRIPTS, WATCHED, script

if TYPE_CHECKING:
    from playwright.async_api import Browser

    from tests.browser.engine.game import Site

pytestmark = pytest.mark.asyncio(loop_scope="session")

LIFE = """
import { Script, type Entity } from "aethel";

const notes: string[] = ((globalThis as any).notes = []);

export default class Life extends Script<{ speed: number }> {
  start(): void { notes.push(`start ${this.entity.name} ${this.properties.speed}`); }
  fixedUpdate(dt: number): void { notes.push(`fixed ${dt.toFixed(3)}`); }
  update(dt: number): void { notes.push(`update ${dt.toFixed(3)}`); }
  lateUpdate(): void { notes.push("late"); }
  destroyed(): void { notes.push("destroyed"); }
}
"""
PLAIN = """
export function start(ctx) { ctx.turns = 0; }
export function update(ctx, dt) { ctx.entity.position.x += ctx.properties.speed * dt; }
"""
BROKEN = """
import { Script } from "aethel";

interface Far { away: { x: number } | undefined }

export default class Broken extends Script {
  update(): void {
    const far: Far = { away: undefined };
    this.entity.position.x = far.away!.x;
  }
}
"""
BROKEN_LINE = BROKEN.splitlines().index("    this.entity.position.x = far.away!.x;") + 1


async def test_a_script_lives_as_documented(browser: Browser, site: Site) -> None:
    """Start, fixed steps, update, late update; the end when its entity goes; properties arrive."""
    hero = thing("hero", script("life.ts", speed=3), part("Collider"))
    scene = level(EYE, thing("api", OPENED), hero, settings={"physics": {"fixedTimestep": 0.05}})
    async with playing(
        browser, site.export(project(scene, SCRIPTS | {"scripts/life.ts": LIFE}))
    ) as game:
        await game.page.evaluate("notes.length = 0; AethelPlayer.takeClock()")
        await game.page.evaluate("notes.length = 0")
        await game.steps(1, dt=0.1)
        assert await game.page.evaluate("notes") == [
            "start hero 3",
            "fixed 0.050",
            "fixed 0.050",
            "update 0.100",
            "late",
        ]
        await game.page.evaluate("aethel.scene.find('hero').destroy()")
        await game.steps(2)
        assert (await game.page.evaluate("notes")).count("destroyed") == 1
        assert await game.page.evaluate("aethel.scene.find('hero')") is None


async def test_functions_do_as_well_as_a_class(browser: Browser, site: Site) -> None:
    """`scriptPath` and plain functions; an asset's id too."""
    scene = level(
        EYE,
        thing("api", OPENED),
        thing("by-path", part("Script", scriptPath="scripts/plain.js", properties={"speed": 2})),
        thing("by-id", part("Script", scriptId="plain", properties={"speed": 4})),
        assets={"plain": "script:scripts/plain.js"},
    )
    async with playing(
        browser, site.export(project(scene, SCRIPTS | {"scripts/plain.js": PLAIN}))
    ) as game:
        await game.steps(30)
        x = "['by-path', 'by-id'].map((name) => aethel.scene.find(name).position.x)"
        assert await game.page.evaluate(x) == pytest.approx([1, 2])


async def test_a_script_that_throws_is_named_and_the_game_goes_on(
    browser: Browser, site: Site
) -> None:
    """In debug the report says file and line as its maker wrote them, and other scripts run on."""
    scene = level(
        EYE,
        thing("api", OPENED),
        thing("broken", script("deep/broken.ts")),
        thing("fine", script("plain.js", speed=1)),
    )
    files = SCRIPTS | {"scripts/deep/broken.ts": BROKEN, "scripts/plain.js": PLAIN}
    url = site.export(project(scene, files), "debug")
    async with playing(browser, url, clean=False) as game:
        await game.steps(30)
        await until(game.page, "AethelPlayer.problems.some((line) => line.includes('broken'))")
        problems = set(await game.page.evaluate("AethelPlayer.problems"))
        assert len(problems) == 1
        assert f"scripts/deep/broken.ts:{BROKEN_LINE}" in problems.pop()
        moved = await game.page.evaluate("aethel.scene.find('fine').position.x")
        assert moved == pytest.approx(0.5, abs=0.02)


async def test_prefabs_are_spawned_and_destroyed(browser: Browser, site: Site) -> None:
    """A prefab's entities appear where asked, with scripts, children and meshes, and go again."""
    prefab = {
        "id": "coin",
        "name": "Coin",
        "rootEntityId": "coin-root",
        "entities": [
            thing("coin-root", WATCHED, tags=["coin"]),
            thing("coin-face", mesh("cylinder"), at=(0, 1, 0), parentId="coin-root"),
        ],
    }
    scene = level(EYE, thing("api", OPENED), prefabs=(prefab,))
    async with playing(browser, site.export(project(scene, SCRIPTS))) as game:
        empty = await game.draw()
        await game.page.evaluate(
            "aethel.scene.spawn('coin', "
            "{ position: { x: 1, y: 0.5, z: 2 }, scale: { x: 2, y: 2, z: 2 } })"
        )
        await game.steps(2)
        face = await game.page.evaluate("({ ...aethel.scene.find('coin-face').worldPosition() })")
        assert (face["x"], face["y"], face["z"]) == pytest.approx((1, 2.5, 2))
        assert await game.page.evaluate("aethel.scene.findByTag('coin').length") == 1
        assert abs(await game.draw() - empty).max() > 20
        await game.page.evaluate("aethel.scene.findByTag('coin')[0].destroy()")
        await game.steps(2)
        assert abs(await game.draw() - empty).max() == 0
        assert [event for _, event, _ in await game.seen("")] == ["start", "destroyed"]


async def test_instances_of_prefabs_stand_in_the_scene(browser: Browser, site: Site) -> None:
    """An instance repeats the prefab's entities; what it overrides stays overridden."""
    root = thing("lamp", tags=["lamp"])
    instance: dict[str, Any] = {"prefabId": "lamp", "prefabInstanceId": "i1"}
    scene = level(
        EYE,
        thing("api", OPENED),
        thing("lamp-1", at=(2, 0, 0), tags=["lamp"], **instance),
        thing("bulb-1", mesh("sphere"), at=(0, 3, 0), parentId="lamp-1", **instance),
        prefabs=(
            {
                "id": "lamp",
                "name": "lamp",
                "rootEntityId": "lamp",
                "entities": [root, thing("bulb", mesh("sphere"), at=(0, 1, 0), parentId="lamp")],
            },
        ),
    )
    async with playing(browser, site.export(project(scene, SCRIPTS))) as game:
        at = await game.page.evaluate("({ ...aethel.scene.byId('bulb-1').worldPosition() })")
        assert (at["x"], at["y"]) == pytest.approx((2, 3))


async def test_scenes_change_and_state_survives(browser: Browser, site: Site) -> None:
    """Loading a scene ends every script of this one; `game.state` is still there."""
    first = level(EYE, thing("api", OPENED), thing("old", WATCHED))
    second = level(EYE, thing("api", OPENED), thing("new", WATCHED))
    exported = site.export(project(first, SCRIPTS, variants={"second": second}))
    async with playing(browser, exported) as game:
        await game.page.evaluate("aethel.game.state.score = 7; aethel.scene.load('second'); null")
        await game.steps(1)
        await until(game.page, "aethel.scene.name === 'second'")
        await game.steps(2)
        assert await game.page.evaluate("aethel.scene.find('old')") is None
        assert await game.page.evaluate("aethel.game.state.score") == 7
        events = [(name, event) for name, event, _ in await game.seen("")]
        assert events == [("old", "start"), ("old", "destroyed"), ("new", "start")]
