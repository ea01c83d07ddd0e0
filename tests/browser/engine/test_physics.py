from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.browser.conftest import until
from tests.browser.engine.game import Game, playing
from tests.browser.engine.levels import changed, level, part, project, thing
from tests.browser.engine.scenes import EYE, FLAT, mesh
from tests.browser.engine.watching import OPENED, SCRIPTS, WATCHED

if TYPE_CHECKING:
    from playwright.async_api import Browser, Request

    from tests.browser.engine.game import Site

pytestmark = pytest.mark.asyncio(loop_scope="session")

FLOOR = part("Collider", shape="box", size=[40, 1, 40])
BODY = part("RigidBody")
BALL = part("Collider", shape="sphere", radius=0.5)


def _scene(*things: dict[str, Any], **settings: Any) -> dict[str, bytes]:
    ground = thing("ground", FLOOR, at=(0, -0.5, 0))
    return project(level(EYE, thing("api", OPENED), ground, *things, settings=settings), SCRIPTS)


async def _y(game: Game, name: str) -> float:
    return float(await game.page.evaluate(f"aethel.scene.find('{name}').worldPosition().y"))


SHAPES = {
    "box": (part("Collider", shape="box", size=[1, 2, 1]), 1.0),
    "sphere": (part("Collider", shape="sphere", radius=0.7), 0.7),
    "capsule": (part("Collider", shape="capsule", radius=0.4, height=2), 1.0),
    "centred": (part("Collider", shape="box", size=[1, 1, 1], center=[0, 0.5, 0]), 0.0),
    "mesh": (part("Collider", shape="mesh"), 0.5),
}
GROUNDS = {
    "box": thing("ground", part("Collider", shape="box", size=[40, 1, 40]), at=(0, -0.5, 0)),
    "plane": thing("ground", part("Collider", shape="plane", size=[4, 4, 1]), turn=FLAT),
    "mesh": thing(
        "ground", mesh("plane"), part("Collider", shape="mesh"), turn=FLAT, scale=(4, 4, 1)
    ),
    "scaled": thing("ground", part("Collider"), at=(0, -0.5, 0), scale=(40, 1, 40)),
}


async def test_what_falls_comes_to_rest(browser: Browser, site: Site) -> None:
    """Each shape lands on each kind of ground, where its size says."""
    upright = part("RigidBody", constraints={"freezeRotation": {"x": True, "y": True, "z": True}})
    things = [
        thing(name, collider, upright, mesh("box"), at=(3 * n - 6, 3, 0))
        for n, (name, (collider, _)) in enumerate(SHAPES.items())
    ]
    variants = {
        name: level(EYE, thing("api", OPENED), ground, *things) for name, ground in GROUNDS.items()
    }
    first = next(iter(variants.values()))
    async with playing(browser, site.export(project(first, SCRIPTS, variants=variants))) as game:
        for ground in GROUNDS:
            await game.load(ground)
            await game.steps(30)
            assert 1.5 < await _y(game, "box") < 2.5  # in free fall, not there yet
            await game.steps(150)
            for name, (_, height) in SHAPES.items():
                assert await _y(game, name) == pytest.approx(height, abs=0.03), (ground, name)


FALLING = level(
    EYE,
    thing("api", OPENED),
    thing("ground", FLOOR, at=(0, -0.5, 0)),
    thing("ball", BALL, BODY, at=(0, 5, 0)),
)


# What of the falling ball is changed, and where it is after two seconds: from, to.
CHANGES: Final[list[tuple[str, Any, float, float]]] = [
    ("entities.ball.components.RigidBody", None, 5, 5),
    ("entities.ball.components.Collider", None, -200, -5),
    ("entities.ground.components.Collider", None, -200, -5),
    ("entities.ground.components.Collider.isTrigger", True, -200, -5),
    ("entities.ball.components.RigidBody.useGravity", False, 5, 5),
    ("entities.ball.components.RigidBody.isKinematic", True, 5, 5),
    ("entities.ball.components.RigidBody.constraints", {"freezePosition": {"y": True}}, 5, 5),
    ("entities.ball.components.RigidBody.drag", 20, 3.5, 4.5),
    ("settings.physics", {"gravity": [0, 1, 0]}, 6, 12),
    ("settings.physics", {"gravity": [0, -1, 0]}, 2.9, 3.1),
    ("entities.ball.components.Collider.radius", 1.5, 1.47, 1.53),
    ("entities.ball.active", False, 5, 5),
]


async def test_each_setting_counts(browser: Browser, site: Site) -> None:
    """Where the ball is after two seconds tells whether components and settings are heeded."""
    variants = {
        f"variant-{n}": changed(FALLING, path, value) for n, (path, value, *_) in enumerate(CHANGES)
    }
    async with playing(browser, site.export(project(FALLING, SCRIPTS, variants=variants))) as game:
        await game.steps(120)
        assert await _y(game, "ball") == pytest.approx(0.5, abs=0.03)
        for variant, (path, value, lowest, highest) in zip(variants, CHANGES, strict=True):
            await game.load(variant)
            await game.steps(120)
            y = await _y(game, "ball")
            assert lowest - 0.01 <= y <= highest + 0.01, (path, value, y)


async def test_a_ball_bounces_slides_and_spins_as_its_material_says(
    browser: Browser, site: Site
) -> None:
    """Restitution, friction and angular drag, side by side."""
    bouncy = part("Collider", shape="sphere", radius=0.5, physicsMaterial={"restitution": 0.9})
    icy = part("Collider", shape="box", physicsMaterial={"friction": 0})
    rough = part("Collider", shape="box", physicsMaterial={"friction": 1})
    things = (
        thing("bouncy", bouncy, BODY, at=(-4, 4, 0)),
        thing("icy", icy, BODY, at=(0, 0.5, 2)),
        thing("rough", rough, BODY, at=(0, 0.5, -2)),
        thing("free", BALL, part("RigidBody", useGravity=False, angularDrag=0), at=(5, 5, 0)),
        thing("slow", BALL, part("RigidBody", useGravity=False, angularDrag=5), at=(8, 5, 0)),
    )
    async with playing(browser, site.export(_scene(*things))) as game:
        await game.page.evaluate("""() => {
          const body = (name) => aethel.scene.find(name).body;
          for (const name of ["icy", "rough"]) body(name).setVelocity({ x: 5, y: 0, z: 0 });
          for (const name of ["free", "slow"]) body(name).angularVelocity = { x: 0, y: 4, z: 0 };
        }""")
        highest = 0.0
        await game.steps(60)
        for _ in range(30):
            await game.steps(4)
            highest = max(highest, await _y(game, "bouncy"))
        assert 0.9 < highest < 2  # the mean of 0.9 and the ground's 0
        x = {
            n: await game.page.evaluate(f"aethel.scene.find('{n}').worldPosition().x")
            for n in ("icy", "rough")
        }
        assert x["icy"] > x["rough"] + 1.5 > 2
        spin = {
            n: await game.page.evaluate(f"aethel.scene.find('{n}').body.angularVelocity.y")
            for n in ("free", "slow")
        }
        assert spin["free"] == pytest.approx(4, abs=0.1)
        assert spin["slow"] < 0.1


async def test_collisions_and_triggers_reach_scripts(browser: Browser, site: Site) -> None:
    """A ball falls through a trigger onto the ground; both sides hear of it, and of its end."""
    zone = thing("zone", part("Collider", size=[2, 1, 2], isTrigger=True), WATCHED, at=(0, 2.5, 0))
    ball = thing("ball", BALL, BODY, WATCHED, at=(0, 5, 0))
    async with playing(browser, site.export(_scene(zone, ball))) as game:
        await game.steps(120)
        seen = [tuple(note) for note in await game.seen("")]
        expected = ["start", "trigger", "trigger-end", "collision"]
        assert [event for name, event, _ in seen if name == "ball"] == expected
        assert [note for note in seen if note[0] == "zone" and note[1] != "start"] == [
            ("zone", "trigger", "ball"),
            ("zone", "trigger-end", "ball"),
        ]
        assert ("ball", "collision", "ground") in seen
        contact = await game.page.evaluate("contact")
        assert contact["normal"]["y"] == pytest.approx(1, abs=0.01)
        assert contact["point"]["y"] == pytest.approx(0, abs=0.1)
        await game.page.evaluate(
            "aethel.scene.find('ball').body.applyImpulse({ x: 0, y: 8, z: 0 })"
        )
        await game.steps(10)
        assert ["ball", "collision-end", "ground"] in await game.seen("")


async def test_forces_impulses_and_teleports(browser: Browser, site: Site) -> None:
    """Newton's second law, by mass; a teleport is at once."""
    weightless = {"useGravity": False, "drag": 0}
    things = (
        thing("light", BALL, part("RigidBody", mass=1, **weightless), at=(0, 5, 0)),
        thing("heavy", BALL, part("RigidBody", mass=4, **weightless), at=(0, 8, 0)),
    )
    async with playing(browser, site.export(_scene(*things))) as game:
        await game.page.evaluate("""() => {
          const push = { x: 8, y: 0, z: 0 };
          for (const name of ["light", "heavy"]) aethel.scene.find(name).body.applyImpulse(push);
        }""")
        await game.steps(60)
        speeds = await game.page.evaluate(
            "['light', 'heavy'].map((name) => aethel.scene.find(name).body.velocity.x)"
        )
        assert speeds == pytest.approx([8, 2], abs=0.1)
        await game.page.evaluate("aethel.scene.find('heavy').body.teleport({ x: -3, y: 2, z: 1 })")
        await game.steps(1, dt=0)
        at = await game.page.evaluate("({ ...aethel.scene.find('heavy').worldPosition() })")
        assert (at["x"], at["y"], at["z"]) == pytest.approx((-3, 2, 1), abs=0.05)


async def test_balls_roll(browser: Browser, site: Site) -> None:
    """Down a slope, turning all the way: nothing holds what moves by itself."""
    slope = thing("slope", part("Collider", size=[20, 1, 4]), turn=(0, 0, -20), at=(6, 1, 0))
    ball = thing(
        "ball",
        part("Collider", shape="sphere", radius=0.4),
        BODY,
        at=(0, 5, 0),
        scale=(1.5, 1.5, 1.5),
    )
    async with playing(browser, site.export(_scene(slope, ball))) as game:
        await game.steps(240)
        x = await game.page.evaluate("aethel.scene.find('ball').worldPosition().x")
        assert x > 8


async def test_rays_and_spheres_find_what_is_there(browser: Browser, site: Site) -> None:
    """The nearest solid collider, its distance and normal; triggers only when asked for."""
    things = (
        thing("wall", part("Collider", size=[1, 4, 4]), at=(5, 2, 0)),
        thing("ghost", part("Collider", size=[1, 4, 4], isTrigger=True), at=(2, 2, 0)),
    )
    async with playing(browser, site.export(_scene(*things))) as game:
        await game.steps(2)
        hit = await game.page.evaluate("""() => {
          const hit = aethel.physics.raycast({ x: 0, y: 2, z: 0 }, { x: 1, y: 0, z: 0 }, 20);
          return [hit.entity.name, hit.distance, hit.normal.x];
        }""")
        assert hit == ["wall", pytest.approx(4.5, abs=0.01), pytest.approx(-1, abs=0.01)]
        cast = "aethel.physics.raycast({ x: 0, y: 2, z: 0 }, { x: 1, y: 0, z: 0 }"
        assert await game.page.evaluate(f"{cast}, 20, {{ triggers: true }}).entity.name") == "ghost"
        assert await game.page.evaluate(f"{cast}, 4)") is None
        around = "aethel.physics.overlapSphere({x: 5, y: 2, z: 0}, 0.5).map((one) => one.name)"
        assert await game.page.evaluate(around) == ["wall"]


def _note(asked: list[str], request: Request) -> None:
    asked.append(request.url)


async def test_what_nobody_collides_with_fetches_no_physics(browser: Browser, site: Site) -> None:
    """Rapier is not even asked for by a project without colliders and bodies."""
    for things, fetched in (((), False), ((thing("ball", BALL, BODY),), True)):
        page = await browser.new_page()
        asked: list[str] = []
        page.on("request", partial(_note, asked))
        await page.goto(site.export(project(level(EYE, thing("box", mesh("box")), *things))))
        await until(page, "window.AethelPlayer")
        await page.evaluate("AethelPlayer.ready()")
        assert any(url.endswith(".wasm") for url in asked) is fetched
        await page.close()
