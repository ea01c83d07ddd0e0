"""Packed models as three.js reads them, and games that show them."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from services.packager.optimizing import models
from tests.browser.engine import emberlight
from tests.browser.engine.conftest import WICK
from tests.browser.engine.game import playing
from tests.browser.engine.levels import level, part, project, thing
from tests.browser.engine.menagerie import menagerie
from tests.browser.engine.scenes import EYE, FLAT, mesh, sun
from tests.browser.engine.test_models import KHRONOS, MODELS, TURN
from tests.browser.pictures import similarity
from tests.gltf import encoder, hills

if TYPE_CHECKING:
    from playwright.async_api import Browser

    from tests.browser.engine.game import Site

pytestmark = pytest.mark.asyncio(loop_scope="session")

ALIKE = 0.985
HANDMADE = "menagerie"
FILES = {
    HANDMADE: None,
    "wick": WICK,
    "draco": MODELS / "draco.glb",
    **{name: MODELS / "khronos" / name for name in KHRONOS},
}
# By how much a number may differ: of the range of all, or as it is.
NEAR = {
    "position": ("range", 2**-16),
    "normal": ("", 2**-11),
    "uv": ("", 2**-17),
    "skinWeight": ("", 2**-12),  # three makes them 1 together
    "moving position": ("range", 2**-20),
    "moving quaternion": ("", 2**-16),
    "moving scale": ("range", 2**-16),
    "moving morphTargetInfluences": ("", 2**-13),
}


async def _both(
    browser: Browser, site: Site, name: str, *, lossless: bool
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What three.js finds in the model as it is, and packed."""
    path = FILES[name]
    data = path.read_bytes() if path else menagerie().glb()
    beside = path.parent.glob("*.bin") if path else ()
    parts = {one.name: one.read_bytes() for one in beside if one.name.encode() in data}
    made = models.smaller(data, parts, encoder(), lossless=lossless)
    assert made is not None
    folder = path.parent.relative_to(MODELS) if name in KHRONOS and path else ""
    page = await browser.new_page()
    await page.goto(f"{site.url}references/reading.html")
    await page.wait_for_function("window.read !== undefined")
    found: list[Any] = []
    for form in (data, made):
        (site.folder / "read.glb").write_bytes(form)
        asked = [f"{site.url}read.glb?{len(found)}", f"{site.url}models/{folder}/"]
        found.append(await page.evaluate("(asked) => read(...asked)", asked))
    await page.close()
    return _comparable(found[0]), _comparable(found[1])


@pytest.mark.parametrize("name", FILES)
async def test_lossless_is_the_same_model(browser: Browser, site: Site, name: str) -> None:
    """Every number, name, node, bone, shape, clip and extra, to a reader that is not ours."""
    before, after = await _both(browser, site, name, lossless=True)
    assert after == before


@pytest.mark.parametrize("name", FILES)
async def test_balanced_is_the_same_but_for_what_nobody_sees(
    browser: Browser, site: Site, name: str
) -> None:
    """Numbers of the same types in the same places, each near enough."""
    before, after = await _both(browser, site, name, lossless=False)
    _compare(before, after, "")
    if name == HANDMADE:
        assert after != before


@pytest.mark.parametrize("model", KHRONOS)
async def test_packed_models_look_as_they_did(browser: Browser, site: Site, model: str) -> None:
    """In a game, in motion."""
    size, clip = KHRONOS[model]
    pictures = []
    for level_of in ("off", "balanced"):
        url = site.export(_project(model, size, animated=clip is not None), optimize=level_of)
        async with playing(browser, url) as game:
            await game.steps(45)
            pictures.append(await game.draw())
        shipped = " ".join(path.name for path in site.files(url))
        assert ("meshopt" in shipped) == (level_of == "balanced")
        assert level_of == "off" or ".bin" not in shipped
    assert similarity(*pictures) >= ALIKE


async def test_the_sample_game_looks_as_it_did(browser: Browser, site: Site) -> None:
    """Models, textures and all, after a second of play."""
    pictures = []
    for optimize in ("off", "lossless", "balanced"):
        url = site.export(emberlight.files(), optimize=optimize)
        async with playing(browser, url) as game:
            await game.steps(60)
            pictures.append(await game.draw())
    before, lossless, balanced = pictures
    assert similarity(before, lossless) >= 0.9999
    assert similarity(before, balanced) >= ALIKE


async def test_bodies_stand_on_packed_meshes(browser: Browser, site: Site) -> None:
    """Colliders take their shape from the model: at the same height, within a hair."""
    heights = []
    for optimize in ("off", "balanced"):
        async with playing(browser, site.export(_landing(), optimize=optimize)) as game:
            await game.steps(60)
            found = "AethelPlayer.game.scene.find('ball').worldPosition().toArray()"
            heights.append(await game.page.evaluate(found))
    assert -0.5 < heights[0][1] < 1  # it has landed, and rolls
    assert heights[1] == pytest.approx(heights[0], abs=1e-3)


def _project(model: str, size: float, *, animated: bool) -> dict[str, bytes]:
    """One model on a floor; another one, out of sight, makes the decoder worth its bytes."""
    folder = Path(MODELS, "khronos", model).parent
    shown = [part("MeshRenderer", meshId="model"), *([part("Animator")] if animated else [])]
    scene = level(
        EYE,
        sun(),
        thing("floor", mesh("plane"), turn=FLAT),
        thing("model", *shown, at=(0, 0.2, 0), turn=(0, TURN, 0), scale=(size, size, size)),
        thing("hills", part("MeshRenderer", meshId="hills"), at=(0, -900, 0)),
        assets={"model": f"model:assets/khronos/{model}", "hills": "model:assets/hills.glb"},
    )
    files = {
        f"assets/khronos/{folder.name}/{one.name}": one.read_bytes()
        for one in folder.iterdir()
        if one.name != "LICENSE" and (one.suffix in {".bin", ".png"} or one.name in model)
    }
    return project(scene, files | {"assets/hills.glb": hills(60).glb()})


def _landing() -> dict[str, bytes]:
    """A ball above a hollow of the hills."""
    ground = part("MeshRenderer", meshId="hills")
    scene = level(
        EYE,
        sun(),
        thing("hills", ground, part("Collider", shape="mesh"), scale=(4, 4, 4)),
        thing(
            "ball",
            mesh("sphere"),
            part("Collider", shape="sphere", radius=0.25),
            part("RigidBody"),
            at=(2.6, 3, 1.2),
        ),
        assets={"hills": "model:assets/hills.glb"},
    )
    return project(scene, {"assets/hills.glb": hills(60).glb()})


def _comparable(found: Any) -> Any:
    """Triangles that begin at the same corner."""
    if isinstance(found, list):
        return [_comparable(item) for item in found]
    if not isinstance(found, dict):
        return found
    found = {name: _comparable(value) for name, value in found.items()}
    corners = found.get("corners")
    if corners and found["ofTriangles"]:
        found["corners"] = corners | {"values": _turned(corners["values"])}
    return found


def _turned(corners: list[int]) -> list[int]:
    turned: list[int] = []
    for a, b, c in zip(*[iter(corners)] * 3, strict=True):
        turned += min((a, b, c), (b, c, a), (c, a, b))
    return turned


def _compare(before: Any, after: Any, name: str) -> None:
    """Equal, or lists of numbers that differ as little as what they are for allows."""
    if isinstance(before, dict):
        assert before.keys() == after.keys(), name
        of_values = f"moving {before['name'][-1]}" if "times" in before else name
        for key in before:
            _compare(before[key], after[key], of_values if key == "values" else key)
    elif name in NEAR and _is_numbers(before):
        relative, limit = NEAR[name]
        a, b = np.asarray(before), np.asarray(after)
        assert a.shape == b.shape, name
        assert np.abs(a - b).max() <= limit * (np.ptp(a) if relative else 1) * 1.001, name
    elif isinstance(before, list):
        for one, other in itertools.zip_longest(before, after):
            _compare(one, other, name)
    else:
        assert before == after, name


def _is_numbers(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, int | float) for one in value)
