"""Exports play in a real Firefox as they do in Chromium: editors' projects, built pages, samples."""

from __future__ import annotations

import asyncio
import base64
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from tests.browser.conftest import served
from tests.browser.editor.conftest import files_of
from tests.browser.engine.game import Site
from tests.browser.engine.levels import level, part, thing
from tests.browser.engine.levels import project as engine_project
from tests.browser.firefox.window import Firefox, firefox
from tests.browser.pictures import picture
from tests.browser.single_file.projects import RESULTS, WAYS
from tests.browser.test_small_samples import CLIMB, LEDGES, SAMPLES
from tests.browser.vite.test_built_projects import LAMP, PICTURE, PROJECTS, WALL, project
from tests.projects import build, request

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

pytestmark = pytest.mark.asyncio(loop_scope="module")
# three.js's own remark: whatever it says, all is compiled; llvmpipe lacks the extension in Firefox.
REMARK = "warn: THREE.WebGLRenderer: KHR_parallel_shader_compile extension not supported."
RESTS = {  # which entity, after how many seconds, at what height
    "level-editor": ("Sphere_01_Copy", 3, 0.30),
    "c-scene-editor": ("Ball", 6, -1.25),
    "c-prefab-material": ("b1", 4, 0.5),
    "project-settings": ("ball", 1.6, 0.5),
    "template-fps": ("Player", 1, 1.5),
}
UP = "\ue013"  # WebDriver's name of the key
SHADES = 100  # of all colours: what is empty has one, what is lit has many


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A static host of every export."""
    folder = tmp_path_factory.mktemp("site")
    with served(folder) as url:
        yield Site(folder, url)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def window(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Firefox]:
    """One Firefox for all of them."""
    async with firefox(tmp_path_factory.mktemp("firefox")) as running:
        yield running


async def shades(window: Firefox, canvas: str) -> int:
    """How many different colours a canvas shows, roughly."""
    shown = await window.value(f"({canvas}).toDataURL()")
    pixels = picture(base64.b64decode(shown.partition(",")[2])).reshape(-1, 3)
    return len({tuple(pixel) for pixel in pixels[::7]})


async def at_rest(window: Firefox, url: str, seconds: float, name: str) -> list[float]:
    """Play a game for so long by its own clock; where an entity is then, in world space.

    Its console has to be empty, and its picture must not be.
    """
    await window.open(url)
    await window.until("window.AethelPlayer")
    await window.value("AethelPlayer.takeClock()")
    await window.value("AethelPlayer.step(0)")
    loop = f"for (let n = 0; n < {round(seconds * 60)}; n++) AethelPlayer.step(1 / 60);"
    await window.value(f"(() => {{ {loop} }})()")
    assert await shades(window, "(AethelPlayer.draw(), AethelPlayer.canvas)") > SHADES
    assert {*window.troubles} <= {REMARK}
    found: list[float] = await window.value(
        f"AethelPlayer.game.scene.find({name!r}).worldPosition().toArray()"
    )
    return found


@pytest.mark.parametrize("name", RESTS)
async def test_an_editor_s_project_plays(window: Firefox, site: Site, name: str) -> None:
    """Its numbers are those that are measured in Chromium."""
    entity, seconds, height = RESTS[name]
    url = await asyncio.to_thread(site.export, files_of(name))
    found = await at_rest(window, url, seconds, entity)
    assert found[1] == pytest.approx(height, abs=0.06)


async def test_the_export_s_navigation_mesh_is_that_of_its_ground(
    window: Firefox, site: Site
) -> None:
    """Whoever computes its sines: what is round and turned is where the export has seen it."""
    ball = {"type": "sphere", "radius": 1.2345, "widthSegments": 37, "heightSegments": 23}
    scene = level(
        thing("eye", part("Camera", isMain=True), at=(0, 3, 9)),
        thing("walker", part("NavMeshAgent"), at=(-5, 0, 0)),
        thing("ground", part("Collider", size=[20, 1, 20]), at=(0, -0.5, 0)),
        thing("wall", part("Collider", size=[1, 3, 5]), turn=(3, 20, 7)),
        thing(
            "ball",
            part("MeshRenderer", geometry=ball),
            part("Collider", shape="mesh"),
            at=(3, 0, 3),
            turn=(11, 47, 5),
            scale=(1.1, 0.9, 1.3),
        ),
    )
    await window.open(await asyncio.to_thread(site.export, engine_project(scene)))
    await window.until("window.AethelPlayer")
    await window.value("AethelPlayer.takeClock()")
    await window.value("AethelPlayer.step(0)")
    names = "performance.getEntriesByType('resource').map(({ name }) => name).join()"
    fetched = await window.value(names)
    assert "/navigation/" in fetched
    assert "recast" not in fetched
    assert {*window.troubles} <= {REMARK}


async def test_a_built_page_draws(window: Firefox, site: Site) -> None:
    """Modules that no browser runs as they are."""
    await window.open(await asyncio.to_thread(site.export, project(PROJECTS / "lamps")))
    await window.until("document.title === 'Lamps: 3'")
    assert await window.value(f"({PICTURE})()") == [WALL, *[LAMP, LAMP, WALL] * 3]
    assert window.troubles == []


async def test_lanterns_are_lit_by_rowing(window: Firefox, site: Site) -> None:
    """The sample that is built: a button, a key that is held, and what comes of it."""
    await window.open(await asyncio.to_thread(site.export, project(SAMPLES / "lanterns")))
    await window.until("document.querySelector('#lake').dataset.x")
    await window.click("#go")
    await window.press(UP)
    await window.until("document.querySelector('#lit').textContent === '1 / 6'")
    await window.release(UP)
    assert await shades(window, "document.querySelector('#lake')") > SHADES
    assert window.troubles == []


async def test_cairns_are_climbed(window: Firefox, site: Site) -> None:
    """The sample in the format of the engine's templates: up to the last bell, which the HUD says."""
    words = "document.querySelector('.words strong')?.textContent"
    await window.open(await asyncio.to_thread(site.export, project(SAMPLES / "cairns")))
    await window.until("window.AethelPlayer")
    await window.value("AethelPlayer.takeClock()")
    await window.value("AethelPlayer.step(0)")
    await window.until(f"{words} === 'Cairns'")
    assert await window.value(f"({CLIMB})({LEDGES})") == pytest.approx([1.4, 13.1], abs=0.5)
    await window.until(f"{words} === 'All bells rung'")
    assert await window.value("document.querySelectorAll('.bell.rung').length") == 8
    assert await shades(window, "AethelPlayer.canvas") > SHADES
    assert {*window.troubles} <= {REMARK}


async def test_one_file_plays_from_a_disk(window: Firefox, tmp_path: Path) -> None:
    """Every way in which a page asks for its files works here as well."""
    (tmp_path / "game.html").write_bytes(build(WAYS, request("web", format="single-file")).data)
    await window.open((tmp_path / "game.html").as_uri())
    await window.until("window.results?.done")
    assert await window.value("window.results") == RESULTS
    order = ["classic", "inline", "deferred loading", "module"]
    assert await window.value("[window.order, window.waited]") == [order, True]
