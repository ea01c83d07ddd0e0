from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.conftest import until
from tests.browser.engine.game import playing
from tests.browser.engine.levels import level, part, project, thing
from tests.browser.engine.scenes import EYE
from tests.browser.engine.watching import OPEN, OPENED, SCRIPTS, script
from tests.gltf import UINT, Model

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import Browser

    from tests.browser.engine.game import Game, Site

pytestmark = pytest.mark.asyncio(loop_scope="session")


def _project(*things: dict[str, Any], **agent: Any) -> dict[str, bytes]:
    walker = thing("walker", part("NavMeshAgent", **agent), at=(-5, 0, 0))
    return project(level(EYE, thing("api", OPENED), walker, *things), SCRIPTS)


async def _fetched(game: Game, name: str) -> list[int]:
    """The sizes of files that the page has fetched of what is called so."""
    entries = await game.page.evaluate(
        "performance.getEntriesByType('resource').map((one) => [one.name, one.decodedBodySize])"
    )
    return [size for url, size in entries if re.search(name, url)]


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


def _baked(site: Site, url: str) -> list[Path]:
    """The navigation meshes that an exported game consists of."""
    return [path for path in site.files(url) if path.parent.name == "navigation"]


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
        assert await _fetched(game, "recast") == []  # the mesh has come baked


def _floor_with_a_hole() -> bytes:
    """A model of 10 × 10 m: cells of 1 m, without those from (3, 1) to (6, 8)."""
    model = Model()
    corners: list[float] = []
    triangles: list[int] = []
    for x in range(10):
        for z in range(10):
            if 3 <= x < 7 and 1 <= z < 9:
                continue
            first = len(corners) // 3
            for dx, dz in ((0, 0), (0, 1), (1, 1), (1, 0)):
                corners += (x + dx, 0, z + dz)
            triangles += (first + corner for corner in (0, 1, 2, 0, 2, 3))
    positions = model.accessor("VEC3", corners, min=[0, 0, 0], max=[10, 0, 10])
    indices = model.accessor("SCALAR", triangles, UINT)
    primitive = {"attributes": {"POSITION": positions}, "indices": indices}
    mesh = model.add("meshes", {"primitives": [primitive]})
    model.add("nodes", {"mesh": mesh, "name": "floor", "scale": [2, 1, 2]})
    model.add("scenes", {"nodes": [0]})
    return model.glb()


async def test_a_model_is_its_floor_and_a_hole_is_none(browser: Browser, site: Site) -> None:
    """It walks over a model that is turned and scaled, around the hole in it."""
    floor = thing(
        "floor",
        part("MeshRenderer", meshId="floor"),
        part("Collider", shape="mesh"),
        at=(10, 0, 10),
        turn=(0, 180, 0),
    )
    walker = thing("walker", part("NavMeshAgent", radius=0.4, speed=4), at=(-9, 0, 0))
    scene = level(
        *(EYE, thing("api", OPENED), walker, floor), assets={"floor": "model:assets/floor.glb"}
    )
    files = SCRIPTS | {"assets/floor.glb": _floor_with_a_hole()}
    async with playing(browser, site.export(project(scene, files))) as game:
        await _go(game, 9, 0)
        for _ in range(110):
            await game.steps(6)
            x, z = await _at(game)
            assert not (abs(x) < 3.5 and abs(z) < 7.5), "in the hole"
        assert math.dist(await _at(game), (9, 0)) < 0.3
        assert await _fetched(game, "recast") == []


async def test_terrain_is_ground_where_it_is_not_too_steep(browser: Browser, site: Site) -> None:
    """A ridge is passed where it is low, at the height of the ground there."""
    columns = rows = 41
    heights = [
        (5 if 18 <= x <= 22 else 0) if z < 32 else 0 for z in range(rows) for x in range(columns)
    ]
    terrain = {"type": "terrain", "width": 40, "depth": 40, "columns": columns, "rows": rows}
    ground = thing(
        "ground",
        part("MeshRenderer", geometry=terrain | {"heights": heights}),
        part("Collider", shape="heightfield"),
        at=(0, 2, 0),
    )
    walker = thing("walker", part("NavMeshAgent", speed=4), at=(-10, 3, 0))
    scene = level(EYE, thing("api", OPENED), walker, ground)
    async with playing(browser, site.export(project(scene, SCRIPTS))) as game:
        await _go(game, 10, 0)
        furthest = 0.0
        for _ in range(120):
            await game.steps(6)
            x, z = await _at(game)
            furthest = max(furthest, z)
            assert not (abs(x) < 2 and z < 11), "on the ridge"
        at = await game.page.evaluate("({ ...aethel.scene.find('walker').worldPosition() })")
        assert (at["x"], at["z"]) == pytest.approx((10, 0), abs=0.3)
        assert at["y"] == pytest.approx(3, abs=0.2)
        assert furthest > 11
        assert await _fetched(game, "recast") == []


async def test_it_comes_with_a_small_mesh_and_without_what_bakes(
    browser: Browser, site: Site
) -> None:
    """The file that the export has made is fetched, once; no WebAssembly for finding ways."""
    things = (_block("ground", (0, -0.5, 0), [30, 1, 30]), _block("wall", (0, 1, 0), [1, 2, 9]))
    url = site.export(_project(*things, radius=0.3))
    (baked,) = _baked(site, url)
    manifest = json.loads((baked.parents[1] / "aethel.json").read_bytes())
    (mesh,) = manifest["navigation"]["scenes/main.json"]["meshes"]
    assert mesh == {"radius": 0.3, "height": 2, "file": f"navigation/{baked.name}"}
    async with playing(browser, url) as game:
        await _go(game, 5, 0)
        await game.steps(10)
        assert set(await _fetched(game, "/navigation/")) == {baked.stat().st_size}
        assert await _fetched(game, "recast") == []
        assert sum(await _fetched(game, "/(finder|ground)-")) < 70_000


async def test_a_damaged_mesh_is_told_and_baked_anew(browser: Browser, site: Site) -> None:
    """The agent finds its way nevertheless."""
    things = (_block("ground", (0, -0.5, 0), [30, 1, 20]), _block("wall", (0, 1, 0), [1, 2, 9]))
    url = site.export(_project(*things, radius=0.35))
    (baked,) = _baked(site, url)
    data = bytearray(baked.read_bytes())
    data[len(data) // 2] ^= 1
    baked.write_bytes(data)
    async with playing(browser, url, clean=False) as game:
        (told,) = await game.page.evaluate("AethelPlayer.problems")
        assert f"navigation/{baked.name}” cannot be used: it is damaged" in told
        await _go(game, 5, 0)
        await game.steps(480)
        assert math.dist(await _at(game), (5, 0)) < 0.3


MOVED = "aethel.scene.find('wall').position.x = 0;"
MADE = """
aethel.scene.create({
  name: "more", position: { x: 0, y: 1, z: 0 },
  components: [{ type: "Collider", data: { size: [1, 2, 9] } }],
});
"""


@pytest.mark.parametrize("build", [MOVED, MADE], ids=["moved", "made"])
async def test_what_scripts_change_before_the_first_frame_counts(
    browser: Browser, site: Site, build: str
) -> None:
    """The mesh of the export is not that of this ground, so the player bakes one."""
    source = OPEN.replace("globalThis.aethel = aethel;", f"globalThis.aethel = aethel; {build}")
    ground, wall = (
        _block("ground", (0, -0.5, 0), [30, 1, 20]),
        _block("wall", (0, 50, 0), [1, 2, 9]),
    )
    wall["transform"]["position"] = [20, 1, 0]
    walker = thing("walker", part("NavMeshAgent"), at=(-5, 0, 0))
    scene = level(EYE, thing("api", script("build.js")), walker, ground, wall)
    url = site.export(project(scene, {"scripts/build.js": source}))
    async with playing(browser, url) as game:
        await _go(game, 5, 0)
        await until(game.page, "(AethelPlayer.step(0), aethel.scene.find('walker').agent.route)")
        around = 0.0
        for _ in range(80):
            await game.steps(6)
            x, z = await _at(game)
            around = max(around, abs(z))
            assert not (abs(x) < 0.5 and abs(z) < 4.5)
        assert math.dist(await _at(game), (5, 0)) < 0.3
        assert around > 4.5
        assert len(await _fetched(game, r"recast.*\.wasm")) == 1


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
