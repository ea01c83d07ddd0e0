"""Browsers allow sound after a gesture: until then nothing is tried, and nothing is made up for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.player.assembling import CAMERA, entity, level
from tests.browser.player.test_frames import tone

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.browser.player.conftest import Playing

pytestmark = pytest.mark.asyncio(loop_scope="session")

PLAYING = "AethelPlayer.game.audio.voices.size"


async def test_music_waits_for_a_gesture_and_effects_are_dropped(
    play: Callable[..., Awaitable[Playing]],
) -> None:
    """A loop and a source that plays on awake begin with it; the console stays clean."""
    music = entity("music", {"AudioSource": {"clipId": "a.wav", "loop": True, "playOnAwake": True}})
    intro = entity("intro", {"AudioSource": {"clipId": "a.wav", "playOnAwake": True}})
    script = """
      import { audio } from "aethel";
      export function start() {
        audio.play("a.wav");
        (globalThis as any).shoot = () => audio.play("a.wav").playing;
      }"""
    shooter = entity("shooter", {"Script": {"scriptId": "shooter"}})
    game = await play(
        scenes={"main": level(CAMERA, music, intro, shooter)},
        scripts={"scripts/shooter.ts": script},
        assets={"assets/a.wav": tone(440, 30)},
    )
    await game.until("AethelPlayer.game.clock.now > 0.2")
    assert await game.page.evaluate(PLAYING) == 0
    assert await game.page.evaluate("AethelPlayer.game.audio.context") is None
    await game.page.mouse.click(100, 100)
    await game.until(f"{PLAYING} === 2")
    assert await game.page.evaluate("AethelPlayer.game.audio.context.state") == "running"
    assert await game.page.evaluate("shoot()") is True
    assert await game.page.evaluate(PLAYING) == 3
    assert game.troubles.seen == []


async def test_the_menu_silences_the_game(play: Callable[..., Awaitable[Playing]]) -> None:
    """What plays goes on where it was."""
    music = entity("music", {"AudioSource": {"clipId": "a.wav", "loop": True, "playOnAwake": True}})
    game = await play(scenes={"main": level(CAMERA, music)}, assets={"assets/a.wav": tone(440, 1)})
    await game.page.mouse.click(100, 100)
    await game.until(f"{PLAYING} === 1")
    await game.page.keyboard.press("Escape")
    await game.until("AethelPlayer.game.audio.context.state === 'suspended'")
    await game.page.click("text=Resume")
    await game.until("AethelPlayer.game.audio.context.state === 'running'")
    assert await game.page.evaluate(PLAYING) == 1
