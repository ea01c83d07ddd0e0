"""The samples as one file: an engine project and a page that is built, as they play on a host."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.browser.conftest import Troubles, served, until
from tests.browser.engine.emberlight import SHORE, files, shown, walk
from tests.browser.engine.game import Site, playing
from tests.browser.pictures import picture
from tests.browser.single_file.test_single_file import STRICT
from tests.projects import build, request

if TYPE_CHECKING:
    from playwright.async_api import Browser, ViewportSize

pytestmark = pytest.mark.asyncio(loop_scope="session")

LANTERNS = Path(__file__).parents[3] / "samples/lanterns"
SIZE: ViewportSize = {"width": 320, "height": 180}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Emberlight as one file, and a page with a frame around it."""
    made = tmp_path_factory.mktemp("emberlight")
    built = build(files(), request("web", format="single-file"))
    (made / "game.html").write_bytes(built.data)
    (made / "outer.html").write_text(
        "<!doctype html><style>body, iframe { margin: 0; border: 0; width: 320px; height: 180px }"
        '</style><iframe sandbox="allow-scripts" src="game.html"></iframe>'
    )
    return made


async def test_an_engine_game_plays_from_a_disk_as_on_a_host(
    browser: Browser, folder: Path, tmp_path: Path
) -> None:
    """Scripts, physics, models, sounds: the same picture, and the first ember is found."""
    with served(tmp_path) as url:
        hosted = Site(tmp_path, url).export(files())
        async with playing(browser, hosted, viewport=SIZE) as game:
            expected = await game.draw()
    async with playing(browser, (folder / "game.html").as_uri(), viewport=SIZE) as game:
        assert np.array_equal(await game.draw(), expected)
        await game.page.click("[data-ui=play]")
        await game.steps(2)
        await walk(game.page, SHORE[:1])
        assert await shown(game.page, "embers") == "Embers 1 / 7"


async def test_an_engine_game_plays_in_a_strict_frame(browser: Browser, folder: Path) -> None:
    """Without an origin, a request or a place to keep anything."""
    with served(folder, {"Content-Security-Policy": STRICT}) as url:
        page = await browser.new_page(viewport=SIZE)
        troubles = Troubles(page)
        await page.goto(f"{url}outer.html")
        (frame,) = page.main_frame.child_frames
        while not await frame.evaluate("Boolean(window.AethelPlayer)"):
            await page.wait_for_timeout(50)
        await frame.evaluate("AethelPlayer.takeClock()")
        await frame.evaluate("AethelPlayer.step(0), AethelPlayer.draw()")
        await walk(frame, SHORE[:1])
        assert await frame.evaluate("AethelPlayer.problems") == []
        # The frame's own page is as strict as it is, whoever embeds it; the outer has a style.
        assert [line for line in troubles.seen if "outer.html" not in line] == []
        await page.close()


async def test_a_page_that_is_built_plays_from_a_disk(browser: Browser, tmp_path: Path) -> None:
    """Modules, styles, pictures and the public folder of a Vite project."""
    project = {
        str(path.relative_to(LANTERNS)): path.read_bytes()
        for path in LANTERNS.rglob("*")
        if path.is_file()
    }
    built = build(project, request("web", format="single-file"))
    (tmp_path / "lanterns.html").write_bytes(built.data)
    page = await browser.new_page(viewport={"width": 640, "height": 360})
    troubles = Troubles(page)
    asked: list[str] = []
    page.on("request", lambda sent: asked.append(sent.url))
    await page.goto((tmp_path / "lanterns.html").as_uri())
    await until(page, "document.querySelector('canvas')")
    shown_picture = picture(await page.screenshot())
    assert len(np.unique(shown_picture.reshape(-1, 3), axis=0)) > 100
    assert troubles.seen == []
    assert [url for url in asked if not url.startswith(("data:", "blob:", "file:"))] == []
    await page.close()
