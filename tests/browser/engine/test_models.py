from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.engine.game import by_hand, playing
from tests.browser.engine.levels import level, part, project, thing
from tests.browser.engine.scenes import EYE, FLAT, mesh, sun
from tests.browser.pictures import similarity

if TYPE_CHECKING:
    from playwright.async_api import Browser

    from tests.browser.engine.game import Site

pytestmark = pytest.mark.asyncio(loop_scope="session")

ALIKE = 0.98
MODELS = Path(__file__).parent / "models"
TURN = 25
# Its size in metres a unit, and the animation that it brings.
KHRONOS = {
    "SimpleSkin/simple_skin.gltf": (1.0, "animation_0"),
    "AnimatedMorphCube/AnimatedMorphCube.gltf": (0.8, "Square"),
    "TextureTransformTest/TextureTransformTest.gltf": (0.8, None),
    "PrimitiveModes/Mesh_PrimitiveMode_03.gltf": (2.0, None),
    "PrimitiveModes/Mesh_PrimitiveMode_06.gltf": (2.0, None),
}


def _project(
    model: str, *components: dict[str, Any], node: str = "", size: float = 2, turn: float = 153
) -> dict[str, bytes]:
    file = MODELS / model
    files = (
        [file] if file.suffix == ".glb" else [one for one in file.parent.iterdir() if one.is_file()]
    )
    shown = part("MeshRenderer", meshId=f"model{node}")
    scene = level(
        EYE,
        sun(),
        thing("floor", mesh("plane"), turn=FLAT),
        thing(
            "model", shown, *components, at=(0, 0.2, 0), turn=(0, turn, 0), scale=(size, size, size)
        ),
        assets={"model": f"model:assets/{model}"},
        settings={"lighting": {"shadowQuality": "medium"}},
    )
    folder = Path("assets", model).parent
    return project(
        scene, {f"{folder}/{one.name}": one.read_bytes() for one in files if one.name != "LICENSE"}
    )


@pytest.mark.parametrize("name", ["draco", "meshopt", "ktx2"])
async def test_compressed_models_look_as_three_draws_them(
    browser: Browser, site: Site, name: str
) -> None:
    """Each decoder comes along when a file needs it; no other does."""
    expected = await by_hand(browser, site, f"model&model=/models/{name}.glb&{name}")
    nothing = await by_hand(browser, site, "model&model=/data/nothing.gltf")
    assert similarity(expected, nothing) < ALIKE
    url = site.export(_project(f"{name}.glb"))
    async with playing(browser, url) as game:
        assert similarity(await game.draw(), expected) >= ALIKE
    shipped = " ".join(path.name for path in site.files(url))
    assert ("draco" in shipped, "basis" in shipped) == (name == "draco", name == "ktx2")


@pytest.mark.parametrize("model", KHRONOS)
async def test_sample_models_of_the_format_render(browser: Browser, site: Site, model: str) -> None:
    """Skins and morph targets in motion, textures in files of their own, lines and fans."""
    size, clip = KHRONOS[model]
    asked = f"model&model=/models/khronos/{model}&size={size}&turn={TURN}"
    moving = f"&clip={clip}&at=0.75" if clip else ""
    expected = await by_hand(browser, site, asked + moving)
    other = asked if clip else "model&model=/data/nothing.gltf"
    assert similarity(expected, await by_hand(browser, site, other)) < ALIKE
    animator = [part("Animator")] if clip else []
    exported = site.export(_project(f"khronos/{model}", *animator, size=size, turn=TURN))
    async with playing(browser, exported) as game:
        await game.steps(45)
        assert similarity(await game.draw(), expected) >= ALIKE


async def test_one_node_of_a_model(browser: Browser, site: Site) -> None:
    """`model#node` shows that node alone."""
    expected = await by_hand(browser, site, "model&model=/models/meshopt.glb&meshopt&node=leg-left")
    async with playing(browser, site.export(_project("meshopt.glb", node="#leg-left"))) as game:
        assert similarity(await game.draw(), expected) >= ALIKE
