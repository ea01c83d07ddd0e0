"""More lights cast shadows than the GPU has texture units: those that matter most have theirs."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from tests.browser.pictures import picture
from tests.browser.player.assembling import CAMERA, LYING, SUN, entity, level

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.browser.player.conftest import Playing

pytestmark = pytest.mark.asyncio(loop_scope="session")

FEWEST = 16  # that a device with WebGL 2 may have, and many have no more
SIDE = 6
NEAREST = "lamp-0-5"  # right before the camera
MAPS = ("map", "normalMap", "roughnessMap", "aoMap")
# The most texture units that any program of the page really has.
UNITS = """
() => {
  const gl = AethelPlayer.canvas.getContext("webgl2");
  const names = ["2D", "CUBE", "2D_SHADOW", "CUBE_SHADOW", "3D"];
  const kinds = names.map((name) => gl[`SAMPLER_${name}`]);
  const unitsOf = ({ program }) => {
    const count = gl.getProgramParameter(program, gl.ACTIVE_UNIFORMS);
    const uniforms = Array.from({ length: count }, (_, n) => gl.getActiveUniform(program, n));
    const samplers = uniforms.filter(({ type }) => kinds.includes(type));
    return samplers.reduce((sum, { size }) => sum + size, 0);
  };
  return Math.max(...AethelPlayer.game.renderer.webgl.info.programs.map(unitsOf));
}
"""
CASTING = """
AethelPlayer.game.scene.entities.filter((one) => one.light?.castsShadow).map((one) => one.name)
"""


def lamp(column: int, row: int, kind: str = "point") -> dict[str, Any]:
    """A lamp over a post that casts its shadow on the floor."""
    light = {"type": kind, "intensity": 6, "range": 9, "shadowMapSize": 64}
    at = (4 * column, 2, 4 * row)
    return entity(f"lamp-{column}-{row}", {"Light": light}, at, rotation=LYING)


def lamps(kind: str = "point") -> list[dict[str, Any]]:
    """Rows of them, and a floor with posts; the camera stands before the last row."""
    floor = entity(
        "floor",
        {"MeshRenderer": {"meshId": "primitive:plane"}},
        (10, 0, 10),
        rotation=LYING,
        scale=(4, 4, 1),
    )
    post = entity(
        "post",
        {"MeshRenderer": {"meshId": "primitive:box", "materialIds": ["stone"]}},
        (0.7, 0.5, 20),
    )
    camera = {**CAMERA, "transform": entity("", position=(0, 3, 26))["transform"]}
    rows = [lamp(column, row, kind) for column in range(SIDE) for row in range(SIDE)]
    return [camera, floor, post, *rows]


def stone() -> dict[str, Any]:
    """A material of four textures, by the arguments of ``play``."""
    made = io.BytesIO()
    Image.new("RGB", (4, 4), "#888888").save(made, "PNG")
    files = {f"assets/{name}.png": made.getvalue() for name in MAPS}
    material = "{" + ", ".join(f'"{name}": "assets/{name}.png"' for name in MAPS) + "}"
    return files | {"assets/stone.json": material.encode()}


ASSETS = [{"id": "stone", "type": "material", "path": "assets/stone.json"}]
QUIET = {"skybox": {"type": "color", "color": "#000000"}, "lighting": {"ambientIntensity": 0}}


# What a weaker device says of itself; what is drawn is drawn.
WEAK = f"""
{{
  const {{ prototype }} = WebGL2RenderingContext;
  const {{ getParameter }} = prototype;
  prototype.getParameter = function (name) {{
    return name === this.MAX_TEXTURE_IMAGE_UNITS ? {FEWEST} : getParameter.call(this, name);
  }};
}}
"""


async def _open(
    play: Callable[..., Awaitable[Playing]], *things: dict[str, Any], before: str = WEAK
) -> Playing:
    game = await play(
        scenes={"main": level(*things, assets=ASSETS, settings=QUIET)},
        assets=stone(),
        before=before,
    )
    await game.page.evaluate("AethelPlayer.resize(160, 90)")
    await game.drive()
    return game


@pytest.mark.parametrize("before", [WEAK, ""], ids=["weak", "as it is"])
async def test_many_lights_are_seen_and_the_nearest_cast_shadows(
    play: Callable[..., Awaitable[Playing]], before: str
) -> None:
    """On what this machine has, and on the least; nothing is black, and it is told once."""
    game = await _open(play, *lamps(), before=before)
    await game.steps(1)
    shown = picture(await game.picture())
    assert shown[45:].mean() > 20  # the floor is lit
    if before:
        assert await game.page.evaluate(UNITS) <= FEWEST
    casting = await game.page.evaluate(CASTING)
    assert NEAREST in casting
    assert 8 <= len(casting) < SIDE * SIDE
    rows = {name: int(name[-1]) for name in casting}
    assert min(rows.values()) >= 1  # none of the farthest
    (problem,) = await game.problems()
    assert f"{SIDE * SIDE} lights that cast shadows" in problem
    assert f"draw {len(casting)} of them" in problem
    assert "castShadows" in problem
    assert problem in await game.page.inner_text(".notes")
    await game.page.evaluate(f"AethelPlayer.game.scene.find('{NEAREST}').light.castShadows = false")
    bare = picture(await game.picture())
    assert np.abs(bare - shown).max() > 20  # its shadow was there
    assert [text for text in game.troubles.seen if problem not in text] == []


async def test_shadows_follow_the_camera_without_new_shaders(
    play: Callable[..., Awaitable[Playing]],
) -> None:
    """Where it goes, lights get theirs and others lose them; a little way changes nothing."""
    spots = [{**one, "id": f"{one['id']}s", "name": f"{one['name']}s"} for one in lamps("spot")[3:]]
    game = await _open(play, SUN, *lamps(), *spots)
    move = "z => { AethelPlayer.game.camera.entity.position.z = z; AethelPlayer.draw(); }"
    programs = "AethelPlayer.game.renderer.webgl.info.programs.map(({ id }) => id)"
    await game.page.evaluate(move, 26)
    before, compiled = await game.page.evaluate(CASTING), await game.page.evaluate(programs)
    assert "sun" in before
    assert {name for name in before if name.endswith("s")}
    await game.page.evaluate(move, 25.9)
    assert await game.page.evaluate(CASTING) == before
    await game.page.evaluate(move, -6)
    after = await game.page.evaluate(CASTING)
    assert "lamp-0-0" in after
    assert NEAREST not in after
    assert len(after) == len(before)
    assert await game.page.evaluate(programs) == compiled


async def test_a_material_with_more_textures_takes_room(
    play: Callable[..., Awaitable[Playing]],
) -> None:
    """Also one that comes later: its picture is not black."""
    plain = [one for one in lamps() if one["name"] != "post"]
    game = await _open(play, *plain)
    await game.picture()
    before = len(await game.page.evaluate(CASTING))
    await game.page.evaluate(
        "AethelPlayer.game.scene.find('floor').getComponent('MeshRenderer').setMaterials(['stone'])"
    )
    shown = picture(await game.picture())
    assert len(await game.page.evaluate(CASTING)) == before - len(MAPS)
    assert await game.page.evaluate(UNITS) <= FEWEST
    assert shown[45:].mean() > 20
