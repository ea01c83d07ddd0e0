"""How a game comes to its first frame: what it needs is asked for at once, and nothing else is."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.conftest import Troubles, until
from tests.browser.engine import emberlight, test_pictures, test_runtime_scenes
from tests.browser.engine.conftest import WICK
from tests.browser.engine.game import playing
from tests.browser.engine.levels import SIZE, level, part, project, thing
from tests.browser.engine.scenes import EYE, SCENES, mesh, sun
from tests.browser.pictures import picture, similarity

if TYPE_CHECKING:
    from playwright.async_api import Browser

    from tests.browser.engine.game import Site

pytestmark = pytest.mark.asyncio(loop_scope="session")

HERE = Path(__file__).parent
BENCH = HERE.parents[1] / "bench"
# Notes what the player asks for until its first scene is ready.
NOTED = """
const asked = [];
const fetch = window.fetch;
window.fetch = (what, ...more) => {
  asked.push(new URL(what.url ?? what, location.href).href);
  return fetch(what, ...more);
};
let player;
Object.defineProperty(window, "AethelPlayer", {
  get: () => player,
  set: (made) => {
    player = made;
    made.ready().then(() => (window.first = asked.filter((url) => url.startsWith("http"))));
  },
});
"""
LINKS = """
(selector) => [...document.querySelectorAll(selector)].map((link) => link.href)
"""
FETCHED = "performance.getEntriesByType('resource').map((entry) => entry.name)"


def _decoded(name: str) -> dict[str, bytes]:
    shown = thing("model", part("MeshRenderer", meshId="model"))
    scene = level(EYE, sun(), shown, assets={"model": f"model:assets/{name}.glb"})
    return project(scene, {f"assets/{name}.glb": (HERE / f"models/{name}.glb").read_bytes()})


def _of_parts() -> dict[str, bytes]:
    """A model of several files, in a folder whose name has to be escaped."""
    folder = HERE / "models/khronos/TextureTransformTest"
    parts = {f"assets/the parts/{file.name}": file.read_bytes() for file in folder.iterdir()}
    shown = part("MeshRenderer", meshId="model")
    names = {"model": "model:assets/the parts/TextureTransformTest.gltf"}
    scene = level(EYE, sun(), thing("model", shown), thing("box", mesh("box")), assets=names)
    return project(scene, parts)


def _with_a_prefab() -> dict[str, bytes]:
    """A prefab in a file of its own, which nothing has spawned yet, shows a model."""
    lamp = {"id": "lamp", "name": "lamp", "components": [part("MeshRenderer", meshId="shown")]}
    prefab = {"id": "lamp", "name": "lamp", "rootEntityId": "lamp", "entities": [lamp]}
    names = {"lamp": "prefab:assets/lamp.prefab.json", "shown": "model:assets/wick.glb"}
    files = {
        "assets/lamp.prefab.json": json.dumps(prefab).encode(),
        "assets/wick.glb": WICK.read_bytes(),
    }
    floor = thing("floor", part("MeshRenderer", meshId="primitive:box"))
    return project(level(EYE, sun(), floor, assets=names), files)


def _pictured(name: str) -> dict[str, bytes]:
    scene, files = SCENES[name]
    return project(scene, test_pictures.FILES, files)


GAMES: dict[str, Any] = {
    "the sample": emberlight.files,
    "a runtime scene": lambda: project(test_runtime_scenes.SCENE, test_runtime_scenes.FILES),
    "a prefab": _with_a_prefab,
    "a cube of six pictures": lambda: _pictured("sky-cubemap"),
    "a sky of high range": lambda: _pictured("sky-hdri"),
    "draco": lambda: _decoded("draco"),
    "ktx2": lambda: _decoded("ktx2"),
    "a model of parts": _of_parts,
}


@pytest.mark.parametrize("name", GAMES)
async def test_all_that_is_needed_is_asked_for_at_once(
    browser: Browser, site: Site, name: str
) -> None:
    """The page names what the player fetches before its first frame: all, only that, and once."""
    context = await browser.new_context(viewport=SIZE)
    await context.add_init_script(NOTED)
    page = await context.new_page()
    troubles = Troubles(page)
    await page.goto(site.export(GAMES[name]()))
    await until(page, "window.first")
    asked: list[str] = await page.evaluate("window.first")
    fetched = Counter(await page.evaluate(FETCHED))
    named: list[str] = await page.evaluate(LINKS, "link[rel=preload]")
    modules: list[str] = await page.evaluate(LINKS, "link[rel=modulepreload]")
    assert sorted(asked) == sorted(named)
    assert {url: count for url, count in fetched.items() if count > 1} == {}
    scripts: list[str] = await page.evaluate("[...document.scripts].map(({ src }) => src)")
    assert {url for url in fetched if url.endswith(".js")} <= {*modules, *named, *scripts}
    assert troubles.seen == []
    await context.close()


async def test_the_benchmark_compares_pages_that_look_the_same(
    browser: Browser, site: Site
) -> None:
    """What is written with three.js alone shows what the player shows of the sample."""
    (site.folder / "pages").symlink_to(BENCH / "pages")
    (site.folder / "game").symlink_to(emberlight.ROOT)
    page = await browser.new_page(viewport=SIZE)
    await page.goto(f"{site.url}pages/shore.html")
    await page.wait_for_function("window.firstFrame")
    by_hand = picture(await page.screenshot())
    await page.close()
    async with playing(browser, site.export(emberlight.files())) as game:
        await game.page.evaluate("AethelPlayer.takeClock()")  # before any script has run
        assert similarity(await game.draw(), by_hand) >= 0.98
