"""What arrives when it is no longer wanted does no harm: physics, sounds, effects, other scenes."""

from __future__ import annotations

import asyncio
import io
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from tests.browser.player.assembling import CAMERA, FLOOR, SUN, entity, level
from tests.browser.player.test_frames import tone

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from playwright.async_api import Route

    from tests.browser.player.conftest import Playing

pytestmark = pytest.mark.asyncio(loop_scope="session")

BALL = entity("ball", {"Collider": {"shape": "sphere"}, "RigidBody": {}}, (0, 3, 0))


@asynccontextmanager
async def held(game: Playing, pattern: str) -> AsyncIterator[asyncio.Event]:
    """Keep such files back; the event says that the page has asked for one."""
    asked, over, done = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def hold(route: Route) -> None:
        asked.set()
        await over.wait()
        await route.continue_()
        done.set()

    await game.page.route(pattern, hold)
    try:
        yield asked
    finally:
        over.set()
    await done.wait()


async def test_physics_that_arrives_after_its_scene_has_gone_is_not_that_of_the_next(
    play: Callable[..., Awaitable[Playing]],
) -> None:
    """Each scene has its own world: a body of the old one is not in the new one."""
    game = await play(scenes={"main": level(CAMERA), "two": level(CAMERA, SUN)})
    await game.drive()
    async with held(game, "**/*.wasm") as asked:
        await game.page.evaluate(
            """() => {
              const { scene } = AethelPlayer.game;
              const Collider = { type: "Collider", data: {} };
              globalThis.late = scene.create({ name: "late", components: [Collider] });
            }"""
        )
        await asked.wait()
        await game.page.evaluate("AethelPlayer.loadScene('two')")
    await game.page.evaluate("late.components[0].load()")
    await game.steps(2)
    assert await game.page.evaluate("[late.components[0].attached, AethelPlayer.game.physics]") == [
        False,
        None,
    ]
    assert await game.problems() == []


async def test_a_body_that_is_removed_while_physics_loads_never_moves(
    play: Callable[..., Awaitable[Playing]],
) -> None:
    """What stays is a fixed collider."""
    game = await play(scenes={"main": level(CAMERA)})
    await game.drive()
    async with held(game, "**/*.wasm") as asked:
        await game.page.evaluate(
            """() => {
              const ball = AethelPlayer.game.scene.create({ name: "ball", position: { y: 3 } });
              ball.addComponent("RigidBody");
              ball.addComponent("Collider");
              ball.removeComponent("RigidBody");
            }"""
        )
        await asked.wait()
    await game.until("AethelPlayer.game.scene.find('ball').getComponent('Collider').handle")
    await game.steps(60)
    assert await game.position("ball") == [0, 3, 0]


async def test_effects_that_arrive_after_the_quality_was_lowered_are_not_shown(
    play: Callable[..., Awaitable[Playing]],
) -> None:
    """``low`` draws no post-processing, whenever it has been chosen."""
    effects = {"enabled": True, "bloom": {"enabled": True}}
    scenes = {"main": level(CAMERA, SUN, FLOOR, settings={"postProcessing": effects})}
    game = await play(scenes=scenes, game={"graphicsPreset": "low"})
    async with held(game, "**/effects-*.js") as asked:
        await game.page.evaluate("AethelPlayer.game.setQuality('high')")
        await asked.wait()
        await game.page.evaluate("AethelPlayer.game.setQuality('low')")
    shown = "AethelPlayer.game.renderer.effects !== null"
    chunk = next(url for url in game.requested if "/effects-" in url)
    await game.page.evaluate("url => import(url).then(() => new Promise(setTimeout))", chunk)
    assert await game.page.evaluate(shown) is False
    await game.page.evaluate("AethelPlayer.game.setQuality('high')")
    await game.until(shown)


async def test_a_sound_whose_component_is_removed_while_it_loads_stays_silent(
    play: Callable[..., Awaitable[Playing]],
) -> None:
    """So does one that was stopped with all others."""
    clips = {f"assets/{name}.wav": tone(440, 0.5) for name in ("kept", "removed", "stopped")}
    game = await play(scenes={"main": level(CAMERA)}, assets=clips)
    await game.page.mouse.click(10, 10)
    await game.until("AethelPlayer.game.audio.context?.state === 'running'")
    async with held(game, "**/{removed,stopped}.wav") as asked:
        await game.page.evaluate(
            """() => {
              const { scene, audio } = AethelPlayer.game;
              const data = { clipId: "removed.wav", loop: true };
              const source = scene.create({ name: "source" }).addComponent("AudioSource", data);
              source.play();
              source.entity.removeComponent("AudioSource");
              audio.play("stopped.wav", { loop: true });
              audio.stopAll();
              globalThis.kept = audio.play("kept.wav", { loop: true });
            }"""
        )
        await asked.wait()
    for clip in clips:
        await game.until(f"AethelPlayer.game.audio.has('{clip[7:]}')")
    await game.until("AethelPlayer.game.audio.voices.has(kept)")
    assert await game.page.evaluate("AethelPlayer.game.audio.voices.size") == 1


async def test_a_scene_that_cannot_be_loaded_leaves_the_old_one_whole(
    play: Callable[..., Awaitable[Playing]],
) -> None:
    """Its assets keep their names: what is made afterwards still finds them."""
    assets = [{"id": "paint", "type": "material", "path": "assets/paint.json"}]
    broken = [{"id": "bad", "type": "prefab", "path": "assets/bad.json"}]
    game = await play(
        scenes={"main": level(CAMERA, assets=assets), "two": level(CAMERA, assets=broken)},
        assets={"assets/paint.json": b'{"color": "#ff8800"}', "assets/bad.json": b"{"},
    )
    await game.drive()
    refused = "AethelPlayer.loadScene('two').then(() => '', (error) => error.message)"
    assert "assets/bad.json" in await game.page.evaluate(refused)
    await game.page.evaluate(
        """() => {
          const data = { meshId: "primitive:box", materialIds: ["paint"] };
          globalThis.box = AethelPlayer.game.scene.create({}).addComponent("MeshRenderer", data);
        }"""
    )
    await game.until("box.attached")
    assert await game.page.evaluate("box.color") == "#ff8800"


async def test_an_image_may_be_sky_and_paint_at_once(
    play: Callable[..., Awaitable[Playing]],
) -> None:
    """The sky bends a texture of its own; the one that materials share stays flat."""
    picture = io.BytesIO()
    Image.linear_gradient("L").convert("RGB").save(picture, "PNG")
    sky = {"skybox": {"type": "hdri", "texture": "sky.png"}}
    game = await play(
        scenes={"main": level(CAMERA, settings=sky)}, assets={"assets/sky.png": picture.getvalue()}
    )
    mappings = await game.page.evaluate(
        """() => {
          const { scene, library } = AethelPlayer.game;
          const shared = library.loadedTexture("sky.png", "color");
          return [scene.root.background.mapping, shared.mapping];
        }"""
    )
    uv, equirectangular = 300, 303
    assert mappings == [equirectangular, uv]
