"""The player on its page: hidden, resized, without its GPU, in a frame, below a path, touched."""

from __future__ import annotations

import asyncio
import io
from typing import TYPE_CHECKING

import pytest
from PIL import Image, ImageStat

from tests.browser.player.assembling import CAMERA, FLOOR, SUN, assemble, entity, level
from tests.browser.player.test_frames import tone

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from playwright.async_api import Browser, Route

    from tests.browser.player.conftest import Playing

pytestmark = pytest.mark.asyncio(loop_scope="session")

BALL = entity(
    "ball",
    {
        "MeshRenderer": {"meshId": "primitive:sphere"},
        "Collider": {"shape": "sphere"},
        "RigidBody": {},
    },
    (0, 3, 0),
)
SPINNER = entity("hero", {"MeshRenderer": {"meshId": "primitive:box"}, "Script": {"scriptId": "m"}})
MOVER = """
  import { Script, input } from "aethel";
  export default class Mover extends Script {
    update(dt: number) {
      this.entity.position.x += input.axis("moveX") * dt * 4;
      if (input.pressed("jump")) this.entity.position.y += 1;
    }
  }"""


def spread(picture: bytes) -> float:
    """How much of a picture there is: the brightness's standard deviation."""
    return float(ImageStat.Stat(Image.open(io.BytesIO(picture)).convert("L")).stddev[0])


async def clock(game: Playing) -> float:
    """Seconds that the game has been played."""
    now: float = await game.page.evaluate("AethelPlayer.game.clock.now")
    return now


async def hide(game: Playing, *, hidden: bool) -> None:
    """As if the tab went to the back, or came to the front."""
    await game.page.evaluate(
        """hidden => {
          Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
          document.dispatchEvent(new Event("visibilitychange"));
        }""",
        hidden,
    )


async def test_the_game_pauses_while_hidden(play: Callable[..., Awaitable[Playing]]) -> None:
    """And goes on where it was, without a jump."""
    game = await play(scenes={"main": level(CAMERA, SUN, FLOOR, BALL)})
    await game.until("AethelPlayer.game.clock.now > 0.1")
    await hide(game, hidden=True)
    stopped = await clock(game)
    await game.page.wait_for_timeout(500)
    assert await clock(game) == stopped
    await hide(game, hidden=False)
    first = await game.page.evaluate(
        """stopped => new Promise(resolve => {
          const { clock } = AethelPlayer.game;
          const look = () =>
            clock.now > stopped ? resolve(clock.now) : requestAnimationFrame(look);
          look();
        })""",
        stopped,
    )
    assert first < stopped + 0.45


async def test_the_picture_follows_the_window(play: Callable[..., Awaitable[Playing]]) -> None:
    """Its size, its shape, and the screen's pixel ratio up to what the preset allows."""
    game = await play(scenes={"main": level(CAMERA, SUN, FLOOR)}, game={"graphicsPreset": "low"})
    sizes = "(() => { const { width, height } = AethelPlayer.canvas; return [width, height]; })()"
    assert await game.page.evaluate(sizes) == [640, 360]
    await game.page.set_viewport_size({"width": 300, "height": 500})
    await game.until("AethelPlayer.canvas.width === 300")
    assert await game.page.evaluate(sizes) == [300, 500]
    await game.until("AethelPlayer.game.camera.threeCamera.aspect === 0.6")


async def test_a_lost_context_comes_back(play: Callable[..., Awaitable[Playing]]) -> None:
    """The game waits, and then shows the same picture as before: sky, reflections and all."""
    sky = {"skybox": {"type": "hdri", "texture": "sky.png"}}
    chrome = {"meshId": "primitive:sphere", "materialIds": ["chrome.json"]}
    ball = entity("ball", {"MeshRenderer": chrome}, (0, 1, 4))
    picture = io.BytesIO()
    Image.linear_gradient("L").convert("RGB").save(picture, "PNG")
    game = await play(
        scenes={"main": level(CAMERA, SUN, FLOOR, ball, settings=sky)},
        assets={
            "assets/sky.png": picture.getvalue(),
            "assets/chrome.json": b'{"metalness": 1, "roughness": 0.1}',
        },
    )
    await game.drive()
    before = await game.picture()
    assert spread(before) > 10
    await game.page.evaluate(
        """() => {
          const gl = AethelPlayer.game.renderer.webgl.getContext();
          globalThis.loss = gl.getExtension("WEBGL_lose_context");
          loss.loseContext();
        }"""
    )
    await game.until("AethelPlayer.game.pauses.has('context')")
    await game.page.evaluate("loss.restoreContext()")
    await game.until("!AethelPlayer.game.pauses.paused")
    assert await game.picture() == before


async def test_escape_opens_the_menu_and_its_settings_are_kept(
    play: Callable[..., Awaitable[Playing]],
) -> None:
    """The game waits behind it; volume and quality outlast a reload."""
    game = await play(scenes={"main": level(CAMERA, SUN, FLOOR)})
    await game.page.keyboard.press("Escape")
    await game.page.wait_for_selector(".panel.pause:not([hidden])")
    stopped = await clock(game)
    await game.page.fill(".panel.pause input >> nth=1", "0.25")
    await game.page.select_option(".panel.pause select", "low")
    await game.page.click("text=Resume")
    assert await game.page.is_hidden(".panel.pause")
    await game.until(f"AethelPlayer.game.clock.now > {stopped}")
    await game.page.reload()
    await game.ready()
    kept = await game.page.evaluate("AethelRuntime.getSettings()")
    assert (kept["volume"]["music"], kept["graphicsPreset"]) == (0.25, "low")


async def test_a_finger_moves_the_stick_and_presses_the_button(
    play: Callable[..., Awaitable[Playing]],
) -> None:
    """Where the project asks for them."""
    touch = {"stick": "left", "buttons": ["A"], "show": "always"}
    game = await play(
        scenes={"main": level(CAMERA, SUN, SPINNER)},
        scripts={"scripts/m.ts": MOVER},
        game={"input": {"touch": touch}},
    )
    box = await game.page.locator(".touch-stick").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    await game.page.mouse.move(x, y)
    await game.page.mouse.down()
    await game.page.mouse.move(x + 60, y)
    await game.until("AethelPlayer.game.scene.find('hero').position.x > 0.2")
    await game.page.mouse.up()
    await game.until("AethelPlayer.game.input.axis('moveX') === 0")
    await game.page.click(".touch-buttons button")
    await game.until("AethelPlayer.game.scene.find('hero').position.y === 1")


async def test_it_plays_below_a_path(play: Callable[..., Awaitable[Playing]]) -> None:
    """Nothing in an artifact knows where it is hosted."""
    game = await play(
        path="games/2026/my game",
        scenes={"main": level(CAMERA, SUN, FLOOR, BALL)},
    )
    await game.until("AethelPlayer.game.clock.now > 0.2")
    assert game.troubles.seen == []


async def test_it_plays_in_a_sandboxed_frame(browser: Browser, host: tuple[Path, str]) -> None:
    """Without an origin, and so without storage: saves last until the page closes."""
    folder, base = host
    script = """
      import { save, game } from "aethel";
      export async function start() {
        const kept = await save.write("slot", { a: 1 });
        game.ui.text("kept", `${kept} ${JSON.stringify(await save.read("slot"))}`);
      }"""
    saver = entity("saver", {"Script": {"scriptId": "saver"}})
    assemble(
        folder / "game",
        scenes={"main": level(CAMERA, SUN, FLOOR, BALL, saver)},
        scripts={"scripts/saver.ts": script},
    )
    (folder / "frame.html").write_text(
        '<iframe sandbox="allow-scripts" src="game/" width="600" height="300"></iframe>'
    )
    page = await browser.new_page()
    seen: list[str] = []
    page.on("console", lambda message: seen.append(message.text))
    await page.goto(f"{base}frame.html")
    frame = page.frame_locator("iframe")
    await frame.locator('[data-ui="kept"]').wait_for()
    assert await frame.locator('[data-ui="kept"]').inner_text() == 'false {"a":1}'
    assert seen == []
    await page.close()


async def test_loading_shows_how_far_it_is(browser: Browser, host: tuple[Path, str]) -> None:
    """By bytes, not by files: a small one of two leaves most of the way."""
    folder, base = host
    clips = {"assets/small.wav": tone(440, 0.5), "assets/big.wav": tone(440, 1.5)}
    sources = [entity(path, {"AudioSource": {"clipId": path}}) for path in clips]
    assemble(folder / "game", scenes={"main": level(CAMERA, *sources)}, assets=clips)
    page = await browser.new_page()
    arrived = asyncio.Event()

    async def hold(route: Route) -> None:
        await arrived.wait()
        await route.continue_()

    await page.route("**/big.wav", hold)
    await page.goto(f"{base}game/")
    quarter = page.locator(".loading p", has_text="24 %").or_(
        page.locator(".loading p", has_text="25 %")
    )
    await quarter.wait_for()
    assert await page.text_content(".loading h1") == "Test game"
    arrived.set()
    await page.locator(".loading.gone").wait_for(state="attached")
    assert await page.evaluate("document.querySelector('progress').value") == 1
    await page.close()
