"""``window.AethelRuntime``: older games find their host as they knew it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from services.packager.runtimes.build import APP_HOST
from tests.browser.player.assembling import CAMERA, level

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.browser.player.conftest import Playing

APPLICATION = APP_HOST / "runtime.js"

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_every_call_answers_as_before(play: Callable[..., Awaitable[Playing]]) -> None:
    """Assets, scenes, saves, settings, platform: each in its old shape."""
    game = await play(
        scenes={"main": level(CAMERA), "two": {"objects": []}},
        assets={"assets/data/table.bin": b"\x01\x02\x03"},
        game={"version": "2.1.0"},
    )
    answers = await game.page.evaluate(
        """async () => {
          const host = window.AethelRuntime;
          const asset = await host.loadAsset("data/table.bin");
          await host.saveGame("slot1", { level: 3, deep: { a: [1, 2] } });
          return {
            config: (await host.getGameConfig()).version,
            bytes: [...new Uint8Array(asset.data)],
            missing: await host.loadAsset("nope.bin"),
            scene: (await host.loadScene("two")).scene,
            noScene: (await host.loadScene("three")).success,
            loaded: await host.loadGame("slot1"),
            nothing: await host.loadGame("slot9"),
            saves: (await host.listSaves()).map(({ slot, modified }) => [slot, modified > 0]),
            settings: await host.setSettings({ language: "de", volume: { master: 0.5 } }),
            again: await host.getSettings(),
            resolutions: await host.getAvailableResolutions(),
            resized: await host.setResolution(800, 600),
            platform: (await host.getPlatform()).runtime,
            dev: await host.isDev(),
          };
        }"""
    )
    assert answers["config"] == "2.1.0"
    assert answers["bytes"] == [1, 2, 3]
    assert answers["missing"]["success"] is False
    assert "nope.bin" in answers["missing"]["error"]
    assert answers["scene"] == {"objects": []}
    assert answers["noScene"] is False
    assert answers["loaded"] == {"success": True, "data": {"level": 3, "deep": {"a": [1, 2]}}}
    assert answers["nothing"] == {"success": True, "data": None}
    assert answers["saves"] == [["slot1", True]]
    assert (answers["settings"]["language"], answers["again"]["volume"]["master"]) == ("de", 0.5)
    assert answers["again"]["volume"]["music"] == 1
    assert {"width": 1920, "height": 1080} in answers["resolutions"]
    assert answers["resized"] == {"success": True}
    assert (answers["platform"], answers["dev"]) == ("web", True)
    assert game.troubles.seen == []


async def test_a_desktop_answers_for_its_window(play: Callable[..., Awaitable[Playing]]) -> None:
    """The shell's own script came first: it moves the window, the player keeps the saves."""
    shell = f"""({APPLICATION.read_text()})(
      {json.dumps({"title": "Raft", "version": "1", "debug": False})},
      {json.dumps({"os": "linux", "arch": "arm64", "shell": "1.0.0", "view": "webkitgtk"})})"""
    game = await play(scenes={"main": level(CAMERA)}, ready=False)
    await game.page.add_init_script(shell)
    await game.open()
    await game.ready()
    platform = await game.page.evaluate("AethelRuntime.getPlatform()")
    assert (platform["os"], platform["arch"], platform["isDesktop"]) == ("linux", "arm64", True)
    await game.page.evaluate("AethelRuntime.setFullscreen(true)")
    await game.page.evaluate("AethelRuntime.setResolution(800, 600)")
    asked = [url.partition("/.aethel/")[2] for url in game.requested if "/.aethel/" in url]
    assert asked == ["fullscreen?on=1", "resize?width=800&height=600"]
    await game.page.evaluate("AethelRuntime.saveGame('one', 1)")
    assert await game.page.evaluate("AethelPlayer.game.saves.read('one')") == 1


async def test_a_phone_is_no_desktop(play: Callable[..., Awaitable[Playing]]) -> None:
    """The same script in a phone's application says where it runs, and refuses to resize it."""
    application = f"""({APPLICATION.read_text()})(
      {json.dumps({"title": "Raft", "version": "1", "debug": False})},
      {json.dumps({"os": "android", "arch": "arm64", "shell": "1.0.0", "view": "android"})})"""
    game = await play(scenes={"main": level(CAMERA)}, ready=False)
    await game.page.add_init_script(application)
    await game.open()
    await game.ready()
    platform = await game.page.evaluate("AethelRuntime.getPlatform()")
    assert (platform["platform"], platform["isDesktop"]) == ("android", False)
    refused = await game.page.evaluate("AethelRuntime.setResolution(800, 600)")
    assert (refused["success"], refused["error"]) == (False, "a phone's screen has one resolution")
    screen = await game.page.evaluate("({ width: screen.width, height: screen.height })")
    assert await game.page.evaluate("AethelRuntime.getAvailableResolutions()") == [screen]
