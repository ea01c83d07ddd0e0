"""Scenes of the engine's editors look and move in a browser as their editors show them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.editor.conftest import files_of
from tests.browser.engine.test_audio import LISTEN

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager

    from tests.browser.editor.conftest import EditorGame

    Play = Callable[..., AbstractAsyncContextManager[EditorGame]]

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_level_editor_s_level_is_seen_from_its_camera(play: Play) -> None:
    """The origin in the middle, the horizon level, a sky that is not black."""
    async with play("level-editor") as game:
        assert await game.page.title() == "Main Level"
        at = await game.page.evaluate(
            """() => {
              AethelPlayer.draw();
              const { game } = AethelPlayer;
              const camera = game.camera.threeCamera;
              const seen = game.scene.find("Floor").worldPosition().project(camera);
              const right = camera.matrixWorld.elements[1];
              return [seen.x, seen.y, right, camera.fov];
            }"""
        )
        assert at == pytest.approx([0, 0, 0, 60], abs=0.02)
        assert sum(await game.pixel(0, 0.95)) > 200
        assert sum(await game.pixel(0, -0.3)) > 60


async def test_a_level_editor_s_level_falls_as_in_its_play_mode(play: Play) -> None:
    """Half the speed after each bounce; x, z and rotations never change."""
    async with play("level-editor") as game:
        before = await game.position("Cube_01_Copy")
        heights = []
        for _ in range(60):
            await game.steps(1)
            heights.append((await game.position("Cube_01"))[1])
        landed = next(n for n in range(59) if heights[n + 1] > heights[n])
        assert landed / 60 == pytest.approx(0.30, abs=0.035)
        assert max(heights[landed:]) == pytest.approx(0.66, abs=0.03)
        await game.seconds(3)
        rest = {
            "Cube_01": 0.55,
            "Cube_01_Copy": 0.55,
            "Sphere_01": 0.55,
            "Cylinder_01": 0.55,
            "Plane_01": 0.55,
            "Sphere_01_Copy": 0.30,
            "Cone_01": 2,
            "Floor": 0,
        }
        for name, height in rest.items():
            assert (await game.position(name))[1] == pytest.approx(height, abs=0.01), name
        after = await game.position("Cube_01_Copy")
        assert (after[0], after[2]) == (before[0], before[2])
        assert await game.position("MainCamera") == [5, 5, 5]


async def test_linear_colours_and_shapes_of_the_serializer(play: Play) -> None:
    """To the last bits, as nothing is lit and nothing mapped."""
    async with play("c-scene-serializer") as game:
        assert await game.pixel(0.95, 0.95) == pytest.approx([0x7C, 0xAA, 0xE7], abs=2)
        for name, color in (
            ("Grey", (0xBC, 0xBC, 0xBC)),
            ("Green", (0x00, 0xA0, 0x59)),
            ("Slab", (0xFF, 0x00, 0x00)),
        ):
            x, y = await game.projected(name)
            assert await game.pixel(x, y) == pytest.approx(list(color), abs=2), name
        x, y = await game.projected("Wedge")
        assert await game.pixel(x + 0.03, y + 0.05) == pytest.approx([255, 255, 255], abs=2)
        ghost = await game.page.evaluate("AethelPlayer.game.scene.find('Ghost')?.active ?? false")
        assert ghost is False


async def test_a_scene_editor_s_ball_falls_to_the_floor(play: Play) -> None:
    """Beam stays where it lies."""
    async with play("c-scene-editor") as game:
        knob = await game.position("Knob")
        assert knob == pytest.approx([-1.5, 1, 0], abs=1e-4)
        await game.seconds(6)
        ball = await game.position("Ball")
        assert ball[1] == pytest.approx(-1.25, abs=0.03)
        assert await game.position("Knob") == pytest.approx(knob)


async def test_terrain_is_solid_and_of_one_colour(play: Play) -> None:
    """A ray down hits the ridge and the plain."""
    async with play("terrain") as game:
        await game.steps(2)
        heights = await game.page.evaluate(
            """() => [[10, 3], [-10, 3]].map(([x, z]) => {
              const down = { x: 0, y: -1, z: 0 };
              const hit = AethelPlayer.game.physics.raycast({ x, y: 20, z }, down, 100, {});
              return hit && hit.point.y;
            })"""
        )
        assert heights == pytest.approx([6.4, 1.6], abs=0.05)
        red, green, blue = await game.pixel(0, 0)
        assert green > red > 0
        assert green > blue


async def test_prefabs_and_materials_of_the_ecs(play: Play) -> None:
    """Two barrels come to rest upright, striped; the wall is unlit."""
    async with play("c-prefab-material") as game:
        await game.seconds(4)
        for name in ("b1", "b2"):
            assert (await game.position(name))[1] == pytest.approx(0.5, abs=0.03)
        turned = await game.page.evaluate("AethelPlayer.game.scene.find('b1').quaternion.toArray()")
        assert turned == pytest.approx([0, 0, 0, 1], abs=1e-4)
        x, y = await game.projected("b1")
        across = [await game.pixel(x + step / 100, y) for step in range(-5, 6)]
        reds = [red > 1.5 * green for red, green, _ in across]
        assert {True, False} == set(reds)
        x, y = await game.projected("wall")
        wall = await game.pixel(x, y)
        assert wall[0] > 2 * wall[1] > 2 * wall[2]
        off = await game.page.evaluate(
            "AethelPlayer.game.scene.entities.filter((e) => e.name === 'Off').map((e) => e.active)"
        )
        assert off == [False, False]


async def test_an_animation_blueprint_moves_its_box(play: Play) -> None:
    """Rest, slide at double speed, rest, one hop."""
    async with play("c-animation-blueprint") as game:
        seen = {}
        now = 0.0
        for at in (0.5, 1.25, 1.5, 1.99, 2.5, 3.5, 4.1):
            await game.seconds(at - now)
            now = at
            seen[at] = await game.page.evaluate(
                """() => {
                  AethelPlayer.draw();
                  let found = null;
                  AethelPlayer.game.scene.find("hopper").object3D.traverse((node) => {
                    if (node.isMesh) found = node.getWorldPosition(node.position.clone()).toArray();
                  });
                  return found;
                }"""
            )
        assert seen[0.5][:2] == pytest.approx([0, 0], abs=0.05)
        assert seen[1.5][0] == pytest.approx(1, abs=0.1)
        assert seen[1.99][0] == pytest.approx(-1, abs=0.15)
        assert seen[2.5][0] == pytest.approx(0, abs=0.05)
        assert seen[3.5][1] == pytest.approx(2, abs=0.15)
        assert seen[4.1][1] == pytest.approx(0, abs=0.1)


async def test_a_binary_level_s_colliders_take_their_size(play: Play) -> None:
    """The ball has radius 1, the capsule is 3 high; names arrive whole."""
    async with play("c-aelv") as game:
        await game.seconds(4)
        assert (await game.position("bola 🌕"))[1] == pytest.approx(1.0, abs=0.03)
        assert (await game.position("pill"))[1] == pytest.approx(1.5, abs=0.03)


async def test_settings_of_the_editor_slow_the_fall(play: Play) -> None:
    """Half of the earth's gravity: 1.50 s from 6 to 0.5."""
    async with play("project-settings") as game:
        assert await game.page.title() == "Lantern Walk"
        await game.seconds(1.4)
        assert (await game.position("ball"))[1] > 0.55
        await game.seconds(0.2)
        assert (await game.position("ball"))[1] == pytest.approx(0.5, abs=0.06)


async def test_uploads_are_drawn(play: Play) -> None:
    """A red box left of the centre, a checked one right of it."""
    async with play("content-assets") as game:
        x, y = await game.projected("crate")
        red, green, blue = await game.pixel(x, y)
        assert red > 2 * max(green, blue)
        x, y = await game.projected("box")
        shades = {
            tuple(await game.pixel(x + dx, y + dy)) for dx in (-0.05, 0.05) for dy in (-0.09, 0.09)
        }
        assert {max(shade) > 100 for shade in shades} == {True, False}


async def test_uploads_are_heard(play: Play) -> None:
    """A tone that repeats: as loud in its third and fourth time as in its first, on both sides."""
    async with play("content-assets") as game:
        heard = await game.page.evaluate(LISTEN)
        assert heard["hz"] == pytest.approx(440, abs=10)
        assert min(heard["first"]) > 0.05
        assert heard["second"] == pytest.approx(heard["first"], rel=0.05)


async def test_a_missing_entry_says_so_on_the_screen(play: Play) -> None:
    """In debug; release is refused."""
    async with play("template-missing-entry", "debug") as game:
        await game.steps(2)
        text = await game.page.inner_text("p[role=alert]")
        assert text == "The scene /Content/Scenes/Village.scene is not in the project."


async def test_an_old_export_is_its_page(browser: object, site: object) -> None:
    """Its logo is found beside it."""
    url = site.export(files_of("old-export"))  # type: ignore[attr-defined]
    page = await browser.new_page()  # type: ignore[attr-defined]
    await page.goto(url)
    assert await page.evaluate("document.body.dataset.lights") == "4"
    assert await page.evaluate("document.getElementById('logo').naturalWidth") > 0
    await page.close()
