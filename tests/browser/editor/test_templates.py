"""The engine's templates are played with keys and mouse, and do what their scripts say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager

    from tests.browser.editor.conftest import EditorGame

    Play = Callable[..., AbstractAsyncContextManager[EditorGame]]

pytestmark = pytest.mark.asyncio(loop_scope="session")

# A gamepad of the standard mapping, with these buttons down.
PAD = """down => {
  const buttons = Array.from({ length: 17 }, (_, n) => ({
    pressed: down.includes(n),
    touched: down.includes(n),
    value: down.includes(n) ? 1 : 0,
  }));
  const pad = { id: "pad", index: 0, connected: true, mapping: "standard", axes: [0, 0, 0, 0] };
  navigator.getGamepads = () => [null, { ...pad, buttons }];
}"""
FIRE_BY_PAD = 7  # RightTrigger


async def held(game: EditorGame, key: str, seconds: float) -> None:
    """Hold a key for so long."""
    await game.page.keyboard.down(key)
    await game.seconds(seconds)
    await game.page.keyboard.up(key)
    await game.steps(1)


async def test_the_blank_template_is_seen_where_its_editor_shows_it(play: Play) -> None:
    """Three meshes in the picture; the axes of three.js would show none."""
    async with play("template-blank") as game:
        assert await game.page.title() == "Blank Yard"
        for name, place in (("Near", (0.18, -0.28)), ("Far", (0, -0.02)), ("Tall", (-0.23, -0.10))):
            assert await game.projected(name) == pytest.approx(place, abs=0.01), name


async def test_the_first_person_walks_runs_and_jumps(play: Play) -> None:
    """Values in the file's axes: +z ahead."""
    async with play("template-fps") as game:
        await game.seconds(1)
        x, y, z = await game.position("Player")
        assert y == pytest.approx(1.5, abs=0.02)
        assert await game.projected("Ahead") == pytest.approx([0, -0.375], abs=0.01)
        assert await game.projected("Right") == pytest.approx([0.97, -0.45], abs=0.015)
        await held(game, "KeyW", 1)
        assert (await game.position("Player"))[2] - z == pytest.approx(-8, abs=0.25)
        await held(game, "KeyD", 1)
        assert (await game.position("Player"))[0] - x == pytest.approx(8, abs=0.25)
        x, _, z = await game.position("Player")
        await game.page.keyboard.down("KeyW")
        await held(game, "KeyD", 1)
        await game.page.keyboard.up("KeyW")
        after = await game.position("Player")
        assert ((after[0] - x) ** 2 + (after[2] - z) ** 2) ** 0.5 == pytest.approx(8, abs=0.25)
        await game.page.keyboard.down("ShiftLeft")
        await held(game, "KeyS", 1)
        await game.page.keyboard.up("ShiftLeft")
        assert (await game.position("Player"))[2] - after[2] == pytest.approx(12, abs=0.5)
        highest = 0.0
        await game.page.keyboard.down("Space")
        for _ in range(70):
            await game.steps(1)
            highest = max(highest, (await game.position("Player"))[1])
        await game.page.keyboard.up("Space")
        assert highest == pytest.approx(4.0, abs=0.12)
        assert (await game.position("Player"))[1] == pytest.approx(1.5, abs=0.05)


async def test_the_platformer_leaps_and_turns(play: Play) -> None:
    """30 m/s² down, 6 m/s sideways, mirrored when it turns."""
    async with play("template-platformer") as game:
        await game.seconds(0.5)
        assert await game.position("Hero") == pytest.approx([0, 1, 0], abs=0.02)
        assert await game.projected("Hero") == pytest.approx([0, -0.29], abs=0.01)
        assert await game.projected("Ledge") == pytest.approx([0.41, -0.07], abs=0.01)
        highest = 0.0
        await game.page.keyboard.down("Space")
        for _ in range(40):
            await game.steps(1)
            highest = max(highest, (await game.position("Hero"))[1])
        await game.page.keyboard.up("Space")
        assert highest == pytest.approx(4.75, abs=0.15)
        await game.seconds(1)
        x, _, _ = await game.position("Hero")
        await held(game, "KeyA", 0.5)
        after = await game.position("Hero")
        assert after[0] - x == pytest.approx(-3, abs=0.25)
        assert after[1:] == pytest.approx([1, 0], abs=0.02)


async def test_actions_are_held_by_their_keys(play: Play) -> None:
    """One press, one line down and one up; LeftShift is not the right one."""
    async with play("config-input") as game:
        for key, lamp, action in (
            ("KeyR", "Reload", "Reload"),
            ("Space", "Jump", "Jump"),
            ("ShiftLeft", "Sprint", "Sprint"),
            ("ControlLeft", "Crouch", "Crouch"),
        ):
            await game.page.keyboard.down(key)
            await game.steps(2)
            assert (await game.position(lamp))[1] == 1, lamp
            await game.page.keyboard.up(key)
            await game.steps(2)
            assert (await game.position(lamp))[1] == 0, lamp
            assert game.log.count(f"{action} down") == game.log.count(f"{action} up") == 1
        await game.page.keyboard.down("ShiftRight")
        await game.steps(2)
        assert (await game.position("Sprint"))[1] == 0
        await game.page.keyboard.up("ShiftRight")
        await game.page.mouse.move(320, 180)
        await game.page.mouse.down(button="right")
        await game.steps(2)
        assert (await game.position("Aim"))[1] == 1
        assert (await game.position("Fire"))[1] == 0
        await game.page.mouse.up(button="right")


async def test_actions_are_held_by_a_gamepad(play: Play) -> None:
    """Each button its own action; with the key an action is held once."""
    buttons = {
        "Fire": FIRE_BY_PAD,
        "Aim": 6,
        "Reload": 2,
        "Jump": 0,
        "Sprint": 10,
        "Crouch": 1,
        "Menu": 9,
    }
    async with play("config-input") as game:
        for action, button in buttons.items():
            await game.page.evaluate(PAD, [button])
            await game.steps(2)
            lit = [name for name in buttons if (await game.position(name))[1] == 1]
            assert lit == [action]
            await game.page.evaluate(PAD, [])
            await game.steps(2)
            assert (await game.position(action))[1] == 0
        said = [f"{action} {way}" for action in buttons for way in ("down", "up")]
        assert game.log == said
        await game.page.keyboard.down("Space")
        await game.steps(1)
        await game.page.evaluate(PAD, [buttons["Jump"]])
        await game.steps(1)
        await game.page.keyboard.up("Space")
        await game.steps(2)
        assert (await game.position("Jump"))[1] == 1
        await game.page.evaluate(PAD, [])
        await game.steps(2)
        assert game.log == [*said, "Jump down", "Jump up"]


async def test_the_platformer_jumps_by_a_gamepad(play: Play) -> None:
    """Without actions in its configuration Jump is Space or A; let go early, it rises less."""
    async with play("template-platformer") as game:
        await game.seconds(0.5)
        await game.page.evaluate(PAD, [0])
        await game.seconds(0.1)
        await game.page.evaluate(PAD, [])
        highest = 0.0
        for _ in range(40):
            await game.steps(1)
            highest = max(highest, (await game.position("Hero"))[1])
        assert highest == pytest.approx(1 + 1.95, abs=0.2)
        await game.seconds(0.5)
        assert await game.position("Hero") == pytest.approx([0, 1, 0], abs=0.02)


async def test_the_hud_follows_the_game(play: Play) -> None:
    """One bar, updated; the sphere stays visible behind it."""
    async with play("template-hud") as game:
        assert await game.page.inner_text(".hud span") == "100"
        for seconds, health in ((0.6, "80"), (0.5, "60"), (2, "0"), (1, "0")):
            await game.seconds(seconds)
            await game.page.wait_for_function(
                "value => document.querySelector('.hud span').textContent === value", arg=health
            )
        assert await game.page.locator(".hud .health-bar .fill").count() == 1
        assert await game.page.evaluate("document.querySelector('.hud .fill').style.width") == "0%"


async def test_a_game_script_turns_and_listens(play: Play) -> None:
    """Right-handed, in radians; a named export."""
    async with play("c-game-script") as game:
        await game.steps(1)
        assert "awake start 1" in game.log
        await game.steps(46)
        turned = await game.page.evaluate("AethelPlayer.game.scene.find('box').rotation.toArray()")
        assert turned[:3] == pytest.approx([0, 1.57, 0], abs=0.04)
        await game.page.keyboard.down("ArrowRight")
        await game.steps(2)
        assert (await game.position("box"))[0] == 1
        await game.page.keyboard.up("ArrowRight")
        await game.page.keyboard.down("KeyA")
        await game.steps(2)
        assert (await game.position("box"))[0] == -1
        await game.page.keyboard.up("KeyA")
