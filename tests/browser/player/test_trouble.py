"""When a part is missing or broken, the player says which, in words that whoever plays can read."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.player.assembling import CAMERA, SUN, assemble, entity, level

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from playwright.async_api import Browser, Page, Route

    from tests.browser.player.conftest import Playing

pytestmark = pytest.mark.asyncio(loop_scope="session")

MATERIAL = b'{"color": "#ffffff", "map": "tex"}'
ASSETS = [
    {"id": "mat", "type": "material", "path": "assets/wall.material.json"},
    {"id": "tex", "type": "texture", "path": "assets/wall.png"},
]
WALL = entity("wall", {"MeshRenderer": {"meshId": "primitive:box", "materialIds": ["mat"]}})


async def panel(game: Playing) -> str:
    """What the error panel says."""
    await game.page.wait_for_selector(".panel.error:not([hidden])")
    return await game.page.inner_text(".panel.error")


@pytest.mark.parametrize("on_the_host", [True, False])
async def test_a_missing_texture_is_named_and_the_game_can_go_on(
    play: Callable[..., Awaitable[Playing]], *, on_the_host: bool
) -> None:
    """Whether it was never exported or the host has lost it; a renderer is told at once."""
    game = await play(
        ready=False,
        scenes={"main": level(CAMERA, SUN, WALL, assets=ASSETS)},
        assets={"assets/wall.material.json": MATERIAL},
        missing=("assets/wall.png",) if on_the_host else (),
    )
    text = await panel(game)
    assert "assets/wall.png" in text
    assert "main" in text
    refused = await game.page.evaluate("AethelPlayer.ready().then(() => '', e => e.message)")
    assert "assets/wall.png" in refused
    await game.page.click("text=Play without it")
    await game.until("AethelPlayer.game.scene?.find('wall')")
    assert await game.page.is_hidden(".panel.error")


SCENES: list[tuple[Any, str]] = [
    (b"AELV" + struct.pack("<III", 1, 3, 9) + zlib.compress(b"{}"), "unpacked"),
    (b"\x00\x01", "not valid JSON"),
    (level(entity("a", parentId="b"), entity("b", parentId="a")), "cyclic"),
    ({"hello": 1}, "no scene"),
]


@pytest.mark.parametrize(("scene", "message"), SCENES)
async def test_a_broken_scene_is_named(
    play: Callable[..., Awaitable[Playing]], scene: Any, message: str
) -> None:
    """Damaged packing, text that is no JSON, a cyclic hierarchy, something else altogether."""
    game = await play(ready=False, scenes={"first": scene}, game={"startScene": "first"})
    text = await panel(game)
    assert "“first”" in text
    assert message in text
    assert "Try again" in text


async def test_a_start_scene_that_is_not_there_is_named(
    play: Callable[..., Awaitable[Playing]],
) -> None:
    """With those that are."""
    game = await play(ready=False, scenes={"main": level(CAMERA)}, game={"startScene": "menu"})
    text = await panel(game)
    assert "There is no scene “menu”" in text
    assert "main" in text


async def test_what_the_player_does_not_know_is_said_once_and_harms_nothing(
    play: Callable[..., Awaitable[Playing]],
) -> None:
    """Unknown components and fields: a warning each, however often they come."""
    things = [entity(f"t{i}", {"Cloth": {}, "Light": {"flicker": 2}}) for i in range(3)]
    game = await play(scenes={"main": level(CAMERA, *things)})
    said = [line for line in game.troubles.seen if "Cloth" in line or "flicker" in line]
    assert len(said) == 2


async def test_a_page_without_its_manifest_says_so(
    play: Callable[..., Awaitable[Playing]],
) -> None:
    """The first thing that can go wrong on a host."""
    game = await play(scenes={"main": level(CAMERA)})
    await game.page.route("**/aethel.json", lambda route: route.fulfill(status=404))
    await game.page.reload()
    assert "aethel.json answers 404" in await panel(game)


REFUSED = """
globalThis.refused = [];
document.addEventListener("securitypolicyviolation", (event) => refused.push(event.blockedURI));
"""


async def _said(page: Page, url: str) -> str:
    """What a page says that never begins; its own policy has kept nothing from it."""
    await page.add_init_script(REFUSED)
    await page.goto(url)
    await page.wait_for_selector(".panel.error", state="visible")
    assert await page.evaluate("refused") == []
    assert await page.evaluate("window.AethelPlayer") is None
    return await page.inner_text("#aethel")


async def test_a_page_from_the_disk_says_why_and_what_to_do(
    browser: Browser, tmp_path: Path
) -> None:
    """Browsers load no modules for it: without a word it would be black."""
    assemble(tmp_path, scenes={"main": level(CAMERA)})
    page = await browser.new_page()
    text = await _said(page, (tmp_path / "index.html").as_uri())
    assert "web server" in text
    assert "python3 -m http.server" in text
    color = "getComputedStyle(document.querySelector('.panel.error > div')).backgroundColor"
    assert await page.evaluate(color) == "rgb(21, 26, 38)"  # the style is there, too
    await page.close()


@pytest.mark.parametrize("how", ["lost", "text"])
async def test_a_host_without_the_program_is_told(
    browser: Browser, host: tuple[Path, str], how: str
) -> None:
    """The file is named that does not come, or comes as something else."""
    folder, url = host
    assemble(folder, scenes={"main": level(CAMERA)})
    (entry,) = (folder / "player").glob("player-*.js")

    program = entry.read_bytes()
    entry.unlink()

    async def answer(route: Route) -> None:
        await route.fulfill(body=program, content_type="text/plain")

    page = await browser.new_page()
    if how == "text":
        await page.route(f"**/{entry.name}", answer)
    text = await _said(page, url)
    assert entry.name in text
    assert "host" in text
    await page.close()
