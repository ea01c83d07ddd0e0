"""Scenes that describe what others take from files: geometry, materials, sky, terrain, looks."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from tests.browser.pictures import picture
from tests.browser.player.assembling import FLOOR, LYING, SUN, entity, level

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.browser.pictures import Picture
    from tests.browser.player.conftest import Playing

pytestmark = pytest.mark.asyncio(loop_scope="session")

EYE = entity("eye", {"Camera": {"isMain": True, "fov": 50}}, (0, 0, 10))
PLAIN = {"toneMapping": "none"}  # so that what is unlit has its own colour in the picture
SIXTIETHS = {"physics": {"fixedTimestep": 1 / 60}}
UPRIGHT: dict[str, Any] = {"constraints": {"freezeRotation": True}}
GREY = {"type": "basic", "color": "#808080"}


def paint(name: str, **data: Any) -> dict[str, Any]:
    """A material that stands in the level itself."""
    return {"id": name, "type": "material", "data": {"type": "basic", **data}}


def shape(name: str, material: str, geometry: dict[str, Any], **more: Any) -> dict[str, Any]:
    """An entity of one geometry and one material."""
    mesh = {"geometry": geometry, "materialIds": [material]}
    return entity(name, {"MeshRenderer": mesh}, **more)


def at(shown: Picture, x: float, y: float) -> list[int]:
    """The colour in the picture, where each side goes from -1 to 1."""
    height, width, _ = shown.shape
    row, column = int((1 - y) / 2 * (height - 1)), int((x + 1) / 2 * (width - 1))
    return [int(channel) for channel in shown[row, column]]


def stripes() -> bytes:
    """A texture of two halves: red left of white, and blue along its top."""
    pixels = np.full((16, 16, 3), 255, np.uint8)
    pixels[:, :8] = (255, 0, 0)
    pixels[:2] = (0, 0, 255)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


async def shown(game: Playing) -> Picture:
    """The picture of a game whose clock the test holds."""
    await game.drive()
    await game.steps(1)
    return picture(await game.picture())


async def test_shapes_and_colours_are_those_of_the_level(
    play: Callable[..., Awaitable[Playing]],
) -> None:
    """Without tone mapping an unlit material's colour is the picture's, to the last bit."""
    triangle = {"type": "custom", "vertices": [-4, 0, 0, -2, 0, 0, -4, 2, 0], "indices": [0, 1, 2]}
    scene = level(
        EYE,
        shape("box", "grey", {"type": "box", "width": 2, "height": 2, "depth": 2}),
        shape("slab", "red", {"type": "plane", "height": 2}, position=(4, 0, 0)),
        shape("ball", "green", {"type": "sphere", "radius": 0.5}, position=(0, 3, 0)),
        shape("wedge", "white", triangle),
        assets=[
            paint("grey", color="#bcbcbc"),
            paint("red", color="#ff0000"),
            paint("green", color="#00a059"),
            paint("white", color="#ffffff"),
        ],
        settings={"skybox": {"color": "#7caae7"}, "rendering": PLAIN},
    )
    game = await play(scenes={"main": scene})
    seen = await shown(game)
    half_width, half_height = 8.29, 4.66  # of what the camera sees, 10 m away
    found = {
        name: at(seen, x / half_width, y / half_height)
        for name, (x, y) in {
            "sky": (-6, 4),
            "box": (0, 0),
            "slab": (4, 0.8),
            "beside the slab": (4.8, 0),
            "ball": (0, 3),
            "beside the ball": (0.8, 3),
            "wedge": (-3.7, 0.3),
            "beyond the wedge": (-2.4, 1.6),
        }.items()
    }
    sky = [0x7C, 0xAA, 0xE7]
    assert found == {
        "sky": sky,
        "box": [0xBC, 0xBC, 0xBC],
        "slab": [255, 0, 0],
        "beside the slab": sky,
        "ball": [0x00, 0xA0, 0x59],
        "beside the ball": sky,
        "wedge": [255, 255, 255],
        "beyond the wedge": sky,
    }
    assert game.troubles.seen == []


async def test_a_texture_lies_as_its_material_says(
    play: Callable[..., Awaitable[Playing]],
) -> None:
    """Repeated twice: four stripes; an image that is not turned over stands on its head."""
    placing = {"uri": "assets/stripes.png", "repeat": {"x": 2, "y": 1}}
    upright, asleep = {"map": placing}, {"map": {"uri": "assets/stripes.png", "flipY": False}}
    scene = level(
        EYE,
        shape("left", "two", {"type": "plane", "width": 4, "height": 4}, position=(-3, 0, 0)),
        shape("right", "one", {"type": "plane", "width": 4, "height": 4}, position=(3, 0, 0)),
        assets=[paint("two", textures=upright), paint("one", textures=asleep)],
        settings={"rendering": PLAIN},
    )
    game = await play(scenes={"main": scene}, assets={"assets/stripes.png": stripes()})
    seen = await shown(game)
    row = [at(seen, (-3 + x) / 8.29, 0) for x in (-1.5, -0.5, 0.5, 1.5)]
    red, white, blue = [255, 0, 0], [255, 255, 255], [0, 0, 255]
    assert row == [red, white, red, white]
    tops = [at(seen, x / 8.29, y / 4.66) for x in (-3.5, 2.2) for y in (1.75, -1.75)]
    assert tops == [blue, white, red, blue]
    assert game.troubles.seen == []


async def test_the_procedural_sky_is_drawn_and_lights_nothing(
    play: Callable[..., Awaitable[Playing]],
) -> None:
    """Bright at the horizon, blue above, the colour below it never seen; grey things stay grey."""
    sky = {"type": "procedural", "color": "#ff0000", "sunPosition": [100, 20, 100]}
    box = shape("box", "grey", {"type": "box"})
    scene = level(EYE, box, assets=[paint("grey", **GREY)], settings={"skybox": sky})
    game = await play(scenes={"main": scene})
    seen = await shown(game)
    high, low = at(seen, 0.5, 0.95), at(seen, 0.5, 0.1)
    assert high[2] > high[0] + 10
    assert sum(low) > sum(high)
    assert min(high) > 60
    assert len(set(at(seen, 0, 0))) == 1
    assert game.troubles.seen == []
    assert any("sky-" in url for url in game.requested)


async def test_a_plain_scene_never_asks_for_the_sky(
    play: Callable[..., Awaitable[Playing]],
) -> None:
    """It is a part of its own."""
    game = await play(scenes={"main": level(EYE)})
    assert not any("sky-" in url for url in game.requested)


async def test_a_game_may_be_without_shadows(play: Callable[..., Awaitable[Playing]]) -> None:
    """Then the floor below a box is as bright as beside it."""
    above = entity("eye", {"Camera": {"isMain": True, "target": [0, 0, 0]}}, (0, 8, 4))
    sun = entity(
        "sun",
        {
            "Light": {
                "type": "directional",
                "target": [0, 0, 0],
                "shadowMapSize": 1024,
                "shadowExtent": 5,
            }
        },
        (0.01, 10, 0),
    )
    box = shape("box", "grey", {"type": "box"}, position=(0, 3, 0))
    scene = level(above, sun, FLOOR, box, assets=[paint("grey", **GREY)])
    brightness = []
    for shadows in (True, False):
        game = await play(scenes={"main": scene}, game={"shadows": shadows}, path=f"{shadows}")
        seen = await shown(game)
        brightness.append([sum(at(seen, x, 0)) for x in (0, 0.3)])
    (shadow, lit), (free, beside) = brightness
    assert shadow < lit - 60
    assert abs(free - beside) < 30


async def test_scenes_are_drawn_each_in_its_own_way(
    play: Callable[..., Awaitable[Playing]],
) -> None:
    """Every tone mapping and kind of shadow, scene after scene, with effects and without."""
    things = (
        entity("eye", {"Camera": {"isMain": True, "target": [0, 0, 0]}}, (0, 6, 6)),
        entity("sun", {"Light": {"type": "directional", "intensity": 3}}, rotation=LYING),
        entity(
            "lamp", {"Light": {"type": "spot", "target": [0, 0, 0], "intensity": 40}}, (3, 4, 0)
        ),
        entity("bulb", {"Light": {"decay": 1, "range": 0}}, (-3, 2, 0)),
        entity("box", {"MeshRenderer": {"meshId": "primitive:box"}}, (0, 1, 0)),
        FLOOR,
    )
    bloom = {"postProcessing": {"enabled": True, "bloom": {"enabled": True}}}
    ways: dict[str, dict[str, Any]] = {
        "main": {},
        "none": {"rendering": {"toneMapping": "none", "shadowType": "vsm"}},
        "linear": {"rendering": {"toneMapping": "linear", "shadowType": "basic", "exposure": 0.2}},
        "bloom": {**bloom, "rendering": {"toneMapping": "reinhard", "shadowType": "vsm"}},
        "cineon": {"rendering": {"toneMapping": "cineon", "shadowType": "pcfsoft"}},
    }
    scenes = {name: level(*things, settings=settings) for name, settings in ways.items()}
    game = await play(scenes=scenes)
    await game.drive()
    means = {}
    for name in ways:
        await game.page.evaluate("name => AethelPlayer.loadScene(name)", name)
        await game.steps(1)
        means[name] = picture(await game.picture()).mean()
    assert min(means.values()) > 10
    assert means["linear"] < means["none"] - 20  # a fifth of the light
    assert len({round(mean, 2) for mean in means.values()}) == len(ways)
    assert game.troubles.seen == []


async def test_a_pixel_perfect_scene_keeps_its_edges(
    play: Callable[..., Awaitable[Playing]],
) -> None:
    """One pixel for each of the page's, texels without a blend, the canvas scaled likewise."""
    scene = level(
        EYE,
        shape("sign", "one", {"type": "plane", "width": 4, "height": 4}),
        assets=[paint("one", map="assets/stripes.png")],
        settings={"rendering": {**PLAIN, "pixelPerfect": True}},
    )
    game = await play(
        scenes={"main": scene, "other": level(EYE)}, assets={"assets/stripes.png": stripes()}
    )
    seen = await shown(game)
    colours = {tuple(at(seen, x / 100, 0)) for x in range(-23, 24)}
    assert colours == {(255, 0, 0), (255, 255, 255)}
    style = "AethelPlayer.canvas.style.imageRendering"
    assert await game.page.evaluate(style) == "pixelated"
    await game.page.evaluate("AethelPlayer.loadScene('other')")
    assert await game.page.evaluate(style) == ""


async def test_colliders_take_their_size_where_they_have_no_radius(
    play: Callable[..., Awaitable[Playing]],
) -> None:
    """A ball of half the largest side; a capsule as high as y and as thick as x or z."""
    ball = {"Collider": {"shape": "sphere", "size": [2, 1, 1]}, "RigidBody": UPRIGHT}
    capsule = {"Collider": {"shape": "capsule", "size": [1, 3, 1]}, "RigidBody": UPRIGHT}
    usual = {"Collider": {"shape": "capsule"}, "RigidBody": UPRIGHT}
    scene = level(
        EYE,
        FLOOR,
        entity("ball", ball, (-3, 3, 0)),
        entity("capsule", capsule, (0, 3, 0)),
        entity("usual", usual, (3, 3, 0)),
    )
    game = await play(scenes={"main": scene})
    await game.drive()
    await game.steps(240)
    heights = [(await game.position(name))[1] for name in ("ball", "capsule", "usual")]
    assert heights == pytest.approx([1.0, 1.5, 1.0], abs=0.02)


async def test_a_terrain_is_seen_and_solid(play: Callable[..., Awaitable[Playing]]) -> None:
    """Rays meet its heights where its rows and columns say; a ball comes to rest on it."""
    columns, rows = 5, 3
    heights = [float(column) for _ in range(rows) for column in range(columns)]
    heights[0] = 9.0  # at -x and -z
    geometry = {
        "type": "terrain",
        "width": 8,
        "depth": 4,
        "columns": columns,
        "rows": rows,
        "heights": heights,
    }
    ground: dict[str, Any] = {
        "MeshRenderer": {"geometry": geometry},
        "Collider": {"shape": "heightfield", "physicsMaterial": {"friction": 1}},
    }
    ask = """
      import { physics } from "aethel";
      export function start() {
        (globalThis as any).height = (x, z) =>
          physics.raycast({ x, y: 50, z }, { x: 0, y: -1, z: 0 })?.point.y ?? null;
      }"""
    scene = level(
        entity("eye", {"Camera": {"isMain": True, "target": [0, 2, 0]}}, (0, 9, 9)),
        SUN,
        entity("ground", ground, (10, 1, 0), scale=(2, 1, 1)),
        entity("asking", {"Script": {"scriptId": "ask"}}),
    )
    game = await play(scenes={"main": scene}, scripts={"scripts/ask.ts": ask})
    await game.drive()
    await game.steps(2)
    places = [(2.01, -1.99), (2.01, 1.99), (10, 0), (14, 1), (17.9, 0), (19, 0)]
    found = [await game.page.evaluate("([x, z]) => height(x, z)", place) for place in places]
    assert found[:5] == pytest.approx([10, 1, 3, 4, 4.98], abs=0.1)
    assert found[5] is None
    top = "AethelPlayer.game.scene.find('ground').getComponent('MeshRenderer').root"
    middle = await game.page.evaluate(f"{top}.geometry.getAttribute('position').getY(7)")
    assert middle == 2
    assert game.troubles.seen == []


async def test_a_body_of_the_plane_keeps_its_z_and_never_turns(
    play: Callable[..., Awaitable[Playing]],
) -> None:
    """It falls down a slope and is pushed, in x and y alone."""
    slope = entity(
        "slope",
        {"Collider": {"size": [20, 1, 1], "physicsMaterial": {"friction": 0}}},
        rotation=(0, 0, -0.17364818, 0.98480775),
    )
    hero: dict[str, Any] = {
        "Collider": {"physicsMaterial": {"friction": 0}},
        "RigidBody": {"planar": True},
    }
    pushed = """
      export function start(ctx) { ctx.entity.body.applyImpulse({ x: 0, y: 0, z: 5 }); }"""
    scene = level(EYE, slope, entity("hero", {**hero, "Script": {"scriptId": "push"}}, (0, 3, 0)))
    game = await play(scenes={"main": scene}, scripts={"scripts/push.js": pushed})
    await game.drive()
    await game.steps(60)
    x, y, z = await game.position("hero")
    turned = "AethelPlayer.game.scene.find('hero').quaternion.toArray()"
    assert x > 0.3
    assert y < 2.5
    assert (z, await game.page.evaluate(turned)) == (0, [0, 0, 0, 1])


async def test_falling_bodies_fall_as_in_the_editors_play(
    play: Callable[..., Awaitable[Playing]],
) -> None:
    """Straight down, through each other, with half of the speed upwards again; then they rest."""
    box = {"MeshRenderer": {"geometry": {"type": "box"}}, "FallingBody": {}}
    scene = level(
        EYE,
        entity("cube", box, (0, 1, 0)),
        entity("small", box, (0, 4, 0), rotation=LYING, scale=(0.5, 0.5, 0.5)),
        entity("still", {"MeshRenderer": {"geometry": {"type": "box"}}}, (0, 2, 0)),
    )
    game = await play(scenes={"main": scene})
    await game.drive()
    track = []
    for _ in range(30):
        await game.steps(1)
        track.append((await game.position("cube"))[1])
    landed = next(frame for frame, y in enumerate(track, 1) if frame > 1 and y > track[frame - 2])
    assert landed / 60 == pytest.approx(0.31, abs=0.02)
    assert max(track[landed:]) == pytest.approx(0.66, abs=0.005)
    await game.steps(240)
    assert await game.position("cube") == pytest.approx([0, 0.55, 0])
    assert await game.position("small") == pytest.approx([0, 0.30, 0])
    assert await game.position("still") == [0, 2, 0]
    assert not any("world-" in url for url in game.requested)  # no physics engine for it


async def test_a_game_sets_volumes_and_the_step_of_its_physics(
    play: Callable[..., Awaitable[Playing]],
) -> None:
    """Volumes until whoever plays chooses others; the step whatever the scenes say."""
    steps = """
      export function fixedUpdate(ctx, dt) { (globalThis as any).dt = dt; }"""
    game = await play(
        scenes={
            "main": level(EYE, entity("a", {"Script": {"scriptId": "steps"}}), settings=SIXTIETHS)
        },
        scripts={"scripts/steps.ts": steps},
        game={"audio": {"master": 0.5, "music": 0.8}, "fixedTimestep": 0.025},
    )
    await game.drive()
    await game.steps(10)
    assert await game.page.evaluate("globalThis.dt") == 0.025
    volumes = "AethelPlayer.game.audio.volumes"
    assert await game.page.evaluate(volumes) == {"master": 0.5, "music": 0.8, "sfx": 1, "voice": 1}
