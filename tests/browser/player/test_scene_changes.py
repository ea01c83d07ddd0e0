"""From one scene to another: out of a game's own pause menu, twice in a frame, in vain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.player.assembling import CAMERA, entity, level

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.browser.player.conftest import Playing

pytestmark = pytest.mark.asyncio(loop_scope="session")

API = entity("api", {"Script": {"scriptId": "api"}})
SCRIPTS = {
    "scripts/api.ts": """
      import * as aethel from "aethel";
      Object.assign(globalThis, { aethel, started: [] });
      export function start() { (globalThis as any).started.push(aethel.scene.name); }
    """
}
LOAD_TWO = "aethel.scene.load('two').then(() => 'two', (error) => error.name)"


async def opened(play: Callable[..., Awaitable[Playing]], **more: Any) -> Playing:
    """A game of three scenes, whose scripting API the page has as ``aethel``."""
    scenes = {name: level(CAMERA, API) for name in ("main", "two", "three")}
    game = await play(scenes=scenes | more, scripts=SCRIPTS)
    await game.until("globalThis.started.length === 1")
    return game


async def test_a_games_own_pause_menu_leads_to_another_scene(
    play: Callable[..., Awaitable[Playing]],
) -> None:
    """Which then plays: a pause ends with the scene that asked for it."""
    game = await opened(play)
    await game.page.evaluate("aethel.game.pause()")
    stopped = await game.page.evaluate("aethel.time.now")
    assert await game.page.evaluate(LOAD_TWO) == "two"
    await game.until("started.at(-1) === 'two'")
    await game.until(f"aethel.time.now > {stopped}")
    assert await game.page.evaluate("aethel.game.paused") is False
    assert game.troubles.seen == []


async def test_scenes_change_behind_the_players_menu(
    play: Callable[..., Awaitable[Playing]],
) -> None:
    """What a script asks for meanwhile is there when whoever plays comes back."""
    game = await opened(play)
    await game.page.keyboard.press("Escape")
    await game.page.wait_for_selector(".panel.pause:not([hidden])")
    assert await game.page.evaluate(LOAD_TWO) == "two"
    assert await game.page.evaluate("[aethel.scene.name, aethel.game.paused]") == ["two", True]
    await game.page.click("text=Resume")
    await game.until("started.at(-1) === 'two'")


async def test_of_two_scenes_in_a_frame_the_later_one_comes(
    play: Callable[..., Awaitable[Playing]],
) -> None:
    """Whoever waits for the earlier one is told; who asks for the same one gets it as well."""
    game = await opened(play)
    ended = await game.page.evaluate(
        f"""() => Promise.all([
          {LOAD_TWO},
          ...["three", "three"].map((name) => aethel.scene.load(name).then(() => name)),
        ])"""
    )
    assert ended == ["AbortError", "three", "three"]
    await game.until("started.at(-1) === 'three'")
    assert await game.page.evaluate("started") == ["main", "three"]
    assert game.troubles.seen == []


async def test_a_scene_that_is_asked_for_while_one_loads_comes_after_it(
    play: Callable[..., Awaitable[Playing]],
) -> None:
    """Both promises end."""
    game = await opened(play)
    await game.page.evaluate(
        """() => {
          globalThis.first = aethel.scene.load("two").then(() => aethel.scene.name);
        }"""
    )
    await game.until("AethelPlayer.game.pauses.has('loading') || aethel.scene.name === 'two'")
    ended = "Promise.all([first, aethel.scene.load('three').then(() => aethel.scene.name)])"
    assert await game.page.evaluate(ended) == ["two", "three"]


async def test_after_a_scene_that_cannot_be_shown_none_is_waited_for(
    play: Callable[..., Awaitable[Playing]],
) -> None:
    """The game has ended with an error: every promise says so, at once or later."""
    game = await opened(play, broken=b"\x00")
    failed = await game.page.evaluate("aethel.scene.load('broken').catch((error) => error.message)")
    assert "not valid JSON" in failed
    late = await game.page.evaluate("aethel.scene.load('two').catch((error) => error.title)")
    assert late == "The game has ended"
    assert "“broken”" in await game.page.inner_text(".panel.error")


async def test_what_is_destroyed_in_a_pause_is_gone_with_the_frame(
    play: Callable[..., Awaitable[Playing]],
) -> None:
    """A paused game is still drawn: nobody has to resume it to see the end of an entity."""
    game = await opened(play)
    await game.page.evaluate("aethel.game.pause(); aethel.scene.find('camera').destroy()")
    await game.until("aethel.scene.find('camera') === null")
    assert await game.page.evaluate("aethel.game.paused") is True
