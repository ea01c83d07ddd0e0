"""The sample game, exported, on a static host below a sub-path."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.conftest import Troubles, served, until
from tests.browser.engine.emberlight import PEAK, SHORE, files, shown, walk, where
from tests.browser.engine.game import Site, playing

if TYPE_CHECKING:
    from playwright.async_api import Browser

    from tests.browser.engine.game import Game

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture(scope="module")
def url(site: Site) -> str:
    """Where the sample is served."""
    return site.export(files())


async def _begin(game: Game) -> None:
    await game.page.click("[data-ui=play]")
    await game.steps(2)


async def test_it_is_played_to_the_end_and_remembers(browser: Browser, url: str) -> None:
    """Both levels can be won: embers count, beacons lead on, the best score survives a reload."""
    context = await browser.new_context(viewport={"width": 320, "height": 180})
    async with playing(context, url) as game:
        assert "Emberlight" in await shown(game.page, "title")
        dusk = await game.draw()
        await _begin(game)
        await walk(game.page, SHORE[:1])
        assert (await shown(game.page, "embers"), await shown(game.page, "score")) == (
            "Embers 1 / 7",
            "100",
        )
        await walk(game.page, SHORE[1:])
        assert await shown(game.page, "embers") == "Embers 7 / 7"
        await game.steps(230)
        await until(game.page, "AethelPlayer.game.scene.name === 'peak'")
        await game.steps(2)
        night = await game.draw()
        assert dusk.mean() > night.mean() + 15  # it got dark
        await walk(game.page, PEAK)
        await game.page.wait_for_selector("[data-ui=result]")
        score = await shown(game.page, "score")
        assert int(score) > 1400
        assert await shown(game.page, "result") == f"{score} points · best {score}"
    async with playing(context, url) as game:
        await game.page.wait_for_selector("[data-ui=best]")
        assert await shown(game.page, "best") == f"Best evening: {score}"
    await context.close()


async def test_a_real_keyboard_moves_the_player(browser: Browser, url: str) -> None:
    """Each direction, by arrows and letters; Space jumps; nothing moves before the game begins."""
    async with playing(browser, url) as game:
        await game.steps(30)
        start = await where(game.page)
        await game.page.keyboard.down("KeyD")
        await game.steps(20)
        assert (await where(game.page))["x"] == pytest.approx(start["x"], abs=0.05)
        await game.page.keyboard.up("KeyD")
        await _begin(game)
        for key, axis, sign in (
            ("ArrowRight", "x", 1),
            ("KeyA", "x", -1),
            ("ArrowUp", "z", -1),
            ("KeyS", "z", 1),
        ):
            before = await where(game.page)
            await game.page.keyboard.down(key)
            await game.steps(20)
            await game.page.keyboard.up(key)
            await game.steps(2)
            assert sign * ((await where(game.page))[axis] - before[axis]) > 1, key
        before = await where(game.page)
        await game.page.keyboard.down("Space")
        await game.steps(15)
        assert (await where(game.page))["y"] > before["y"] + 0.8
        await game.page.keyboard.up("Space")
        await game.steps(60)
        assert (await where(game.page))["y"] == pytest.approx(before["y"], abs=0.1)


CRATES = """
AethelPlayer.game.scene.entities
  .filter((one) => one.name === "crate")
  .map((one) => one.worldPosition().z)
"""


async def test_crates_fall_rest_and_can_be_pushed(browser: Browser, url: str) -> None:
    """The pile settles and stays; whoever runs into it moves it."""
    async with playing(browser, url) as game:
        await game.steps(180)
        await _begin(game)
        resting = await where(game.page, "crate")
        await game.steps(60)
        assert await where(game.page, "crate") == pytest.approx(resting, abs=0.02)
        await walk(game.page, [(5, 1), (6, -3.2), (6.2, -6)])
        assert min(await game.page.evaluate(CRATES)) < resting["z"] - 0.5


async def test_falling_into_the_sea_costs_points(browser: Browser, url: str) -> None:
    """Wick is put back where it began, and the score falls, though never below nothing."""
    async with playing(browser, url) as game:
        await _begin(game)
        await walk(game.page, SHORE[:1])
        await game.page.keyboard.down("ArrowDown")
        for _ in range(100):
            await game.steps(5)
            if await shown(game.page, "score") != "100":
                break
        await game.page.keyboard.up("ArrowDown")
        assert await shown(game.page, "score") == "50"
        assert (await where(game.page))["z"] < 9


async def test_a_phone_plays_it_by_touch(browser: Browser, url: str) -> None:
    """On a small upright screen the stick moves Wick, the button makes it jump, all is in view."""
    phone: dict[str, Any] = {
        "viewport": {"width": 360, "height": 640},
        "has_touch": True,
        "is_mobile": True,
    }
    async with playing(browser, url, **phone) as game:
        assert await shown(game.page, "keys") == "The stick runs, A jumps"
        await game.page.tap("[data-ui=play]")
        await game.steps(2)
        corner = await game.page.locator("[data-ui=embers]").bounding_box()
        hint = await game.page.locator("[data-ui=hint]").bounding_box()
        assert corner is not None
        assert hint is not None
        assert hint["y"] >= corner["y"] + corner["height"]  # beside it there is no room
        before = await where(game.page)
        stick = await game.page.locator(".touch-stick").bounding_box()
        assert stick is not None
        x, y = stick["x"] + stick["width"] / 2, stick["y"] + stick["height"] / 2
        session = await game.page.context.new_cdp_session(game.page)
        for kind, points in (
            ("touchStart", [{"x": x, "y": y}]),
            ("touchMove", [{"x": x + 50, "y": y}]),
        ):
            await session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        await game.steps(30)
        assert (await where(game.page))["x"] > before["x"] + 1
        await session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        await game.steps(30)
        before = await where(game.page)
        button = await game.page.locator(".touch-buttons button").bounding_box()
        assert button is not None
        finger = [{"x": button["x"] + 20, "y": button["y"] + 20}]
        await session.send(
            "Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": finger}
        )
        await game.steps(12)
        assert (await where(game.page))["y"] > before["y"] + 0.5
        await session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        wide = await game.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 360


GAMEPAD = """
const released = { pressed: false, touched: false, value: 0 };
const pad = { id: "Test pad", index: 0, connected: true, mapping: "standard", axes: [0, 0, 0, 0] };
globalThis.pad = Object.assign(pad, { buttons: Array.from({ length: 17 }, () => released) });
navigator.getGamepads = () => [pad, null, null, null];
"""


async def test_a_gamepad_plays_it(browser: Browser, url: str) -> None:
    """The left stick moves Wick, the first button lets it jump."""
    context = await browser.new_context(viewport={"width": 320, "height": 180})
    await context.add_init_script(GAMEPAD)
    async with playing(context, url) as game:
        await game.page.wait_for_selector("[data-ui=play]")
        await game.page.evaluate("pad.buttons[0] = { pressed: true, touched: true, value: 1 }")
        await game.steps(2)  # begins the game
        await game.page.evaluate("pad.buttons[0] = { pressed: false, touched: false, value: 0 }")
        await game.steps(30)
        before = await where(game.page)
        await game.page.evaluate("pad.axes[0] = -1")
        await game.steps(30)
        assert (await where(game.page))["x"] < before["x"] - 1
    await context.close()


# What a careful host sends; the second one is what a frame without an origin needs.
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; "
        "img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self' blob: data:; "
        "worker-src 'self' blob:"
    ),
    "Access-Control-Allow-Origin": "*",
}


async def test_it_plays_by_itself_in_a_sandboxed_frame(
    browser: Browser, site: Site, url: str
) -> None:
    """Under a strict policy, in a frame without an origin, on its own clock, storing nothing."""
    folder = url.removeprefix(site.url)
    (site.folder / "frame.html").write_text(
        f'<!doctype html><title>Frame</title><link rel="icon" href="data:,"><iframe src="{folder}" '
        'sandbox="allow-scripts" width="320" height="180"></iframe>'
    )
    with served(site.folder, HEADERS) as strict:
        page = await browser.new_page(viewport={"width": 400, "height": 300})
        troubles = Troubles(page)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        await page.goto(f"{strict}frame.html")
        frame = page.frames[1]
        await frame.click("[data-ui=play]")
        start = (await where(frame))["x"]
        await page.keyboard.down("ArrowRight")
        while (await where(frame))["x"] < start + 1:
            await page.wait_for_timeout(200)
        assert troubles.seen == []
        files = [name for name in asked if name.startswith(strict)]
        assert sorted(set(files)) == sorted(files)  # nothing comes twice without an origin either
        await page.close()
