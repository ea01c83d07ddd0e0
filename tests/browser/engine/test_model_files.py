"""What files of models really hold, beside three.js's own loader: names, bones, addresses."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.engine.game import by_hand, playing
from tests.browser.engine.levels import level, part, project, thing
from tests.browser.engine.scenes import EYE, FLAT, material, mesh, sun
from tests.browser.engine.test_models import ALIKE, MODELS
from tests.browser.pictures import similarity
from tests.gltf import UBYTE, USHORT, Model, binary_of, bounds, document_of, flat

if TYPE_CHECKING:
    from playwright.async_api import Browser

    from tests.browser.engine.game import Site
    from tests.browser.pictures import Picture

pytestmark = pytest.mark.asyncio(loop_scope="session")

RED, GREEN, BLUE = (1, 0, 0, 1), (0, 1, 0, 1), (0, 0, 1, 1)
Node = dict[str, Any]


def square(model: Model, x: float, color: tuple[float, ...], **attributes: int) -> dict[str, Any]:
    """A primitive that faces the camera, a metre wide, from ``x`` on."""
    points = [(x, 0, 0), (x + 1, 0, 0), (x + 1, 1.5, 0), (x, 1.5, 0)]
    look = {"pbrMetallicRoughness": {"baseColorFactor": color, "metallicFactor": 0}}
    return {
        "attributes": {
            "POSITION": model.accessor("VEC3", flat(points), **bounds(points)),
            "NORMAL": model.accessor("VEC3", [0, 0, 1] * 4),
            "TEXCOORD_0": model.accessor("VEC2", [0, 1, 1, 1, 1, 0, 0, 0]),
            **attributes,
        },
        "indices": model.accessor("SCALAR", [0, 1, 2, 0, 2, 3], USHORT),
        "material": model.add("materials", look),
    }


def of_nodes(*nodes: Node, model: Model | None = None) -> Model:
    """A model of these nodes; ``primitives`` in one become its mesh."""
    made = model or Model()
    for node in nodes:
        primitives = node.pop("primitives", None)
        if primitives:
            node["mesh"] = made.add("meshes", {"primitives": primitives})
        made.add("nodes", node)
    inner = {child for node in nodes for child in node.get("children", ())}
    made.add("scenes", {"nodes": [n for n in range(len(nodes)) if n not in inner]})
    return made


def moving(model: Model, node: int) -> Model:
    """With a clip of two seconds that lifts a node by two metres."""
    times = model.accessor("SCALAR", [0, 2], min=[0], max=[2])
    moves = model.accessor("VEC3", [0, 0, 0, 0, 2, 0])
    channel = {"sampler": 0, "target": {"node": node, "path": "translation"}}
    sampler = {"input": times, "output": moves}
    model.add("animations", {"name": "Go", "channels": [channel], "samplers": [sampler]})
    return model


def shown(mesh_id: str, *components: Node, **files: bytes) -> dict[str, bytes]:
    """A project that shows a model where the page written by hand does."""
    scene = level(
        EYE,
        sun(),
        thing("floor", mesh("plane"), turn=FLAT),
        thing("model", part("MeshRenderer", meshId=mesh_id), *components, at=(0, 0.2, 0)),
        settings={"lighting": {"shadowQuality": "medium"}},
    )
    return project(scene, {f"assets/{name}": data for name, data in files.items()})


async def reference(
    browser: Browser, site: Site, name: str, data: bytes, more: str = ""
) -> Picture:
    """What three.js alone makes of a model; it is no empty stage."""
    (site.folder / "data" / name).write_bytes(data)
    asked = f"model&model=/data/{name}&size=1&turn=0{more}"
    expected = await by_hand(browser, site, asked)
    nothing = await by_hand(browser, site, "model&model=/data/nothing.gltf")
    assert similarity(expected, nothing) < ALIKE
    return expected


async def test_a_node_is_shown_by_the_name_of_its_file(browser: Browser, site: Site) -> None:
    """Blender's ordinary names: with a dot, with a blank."""
    model = Model()
    kit = of_nodes(
        {"name": "Cube.001", "primitives": [square(model, -2, RED)]},
        {"name": "Left Arm", "primitives": [square(model, 0.5, GREEN)]},
        model=model,
    ).glb()
    for name, cleaned in (("Cube.001", "Cube001"), ("Left Arm", "Left_Arm")):
        expected = await reference(browser, site, "kit.glb", kit, f"&node={cleaned}")
        url = site.export(shown(f"kit.glb#{name}", **{"kit.glb": kit}))
        async with playing(browser, url) as game:
            assert similarity(await game.draw(), expected) >= ALIKE


def hero(*, hat: bool) -> bytes:
    """A body whose one bone lies beside it, below an armature that stands elsewhere."""
    model = Model()
    skinned = {
        "JOINTS_0": model.accessor("VEC4", [0, 0, 0, 0] * 4, UBYTE),
        "WEIGHTS_0": model.accessor("VEC4", [1, 0, 0, 0] * 4),
    }
    hats = [{"name": "Hat", "primitives": [square(model, 1, BLUE)]}] if hat else []
    model.add("skins", {"joints": [0]})
    bone = {"name": "Bone", "translation": [-1, 0.5, 0]}
    body = {"name": "Body", "primitives": [square(model, 0, RED, **skinned)], "skin": 0}
    children = [*range(2 + len(hats))]
    armature = {"name": "Armature", "translation": [0.5, 0, 0], "children": children}
    return moving(of_nodes(bone, body, *hats, armature, model=model), 0).glb()


async def test_a_skinned_node_is_shown_in_its_pose_and_moves(browser: Browser, site: Site) -> None:
    """With its bones, and without the hat beside it."""
    moved = "&clip=Go&at=0.75"
    expected = await reference(browser, site, "body.glb", hero(hat=False), moved)
    still = await reference(browser, site, "body.glb", hero(hat=False))
    assert similarity(expected, still) < ALIKE
    files = {"hero.glb": hero(hat=True)}
    async with playing(browser, site.export(shown("hero.glb#Body", **files))) as game:
        assert similarity(await game.draw(), still) >= ALIKE
    url = site.export(shown("hero.glb#Body", part("Animator"), **files))
    async with playing(browser, url) as game:
        await game.steps(45)
        assert similarity(await game.draw(), expected) >= ALIKE


async def test_a_clip_moves_the_node_that_it_is_made_for(browser: Browser, site: Site) -> None:
    """Also where the loader calls a part of another mesh by the same name."""

    def pair(other: str) -> bytes:
        model = Model()
        parts = [square(model, -3, RED), square(model, -1.5, BLUE)]
        first = model.add("meshes", {"name": "object", "primitives": parts})
        green = [square(model, 1, GREEN)]
        nodes = {"name": "object", "mesh": first}, {"name": other, "primitives": green}
        return moving(of_nodes(*nodes, model=model), 1).glb()

    expected = await reference(browser, site, "apart.glb", pair("other"), "&clip=Go&at=0.75")
    url = site.export(shown("a.glb", part("Animator"), **{"a.glb": pair("object_1")}))
    async with playing(browser, url) as game:
        await game.steps(45)
        assert similarity(await game.draw(), expected) >= ALIKE


async def test_textures_beside_a_model_are_found(browser: Browser, site: Site) -> None:
    """KTX2; and files whose names hold what addresses escape, as Blender writes them."""
    board = (MODELS / "ktx2.glb").read_bytes()
    document, numbers = document_of(board), binary_of(board)
    view = document["bufferViews"][document["images"][0].pop("bufferView")]
    start = view.get("byteOffset", 0)
    document["images"][0]["uri"] = "board 100%.ktx2"
    document["buffers"][0]["uri"] = "n#1 50%.bin"
    files = {
        "board.gltf": json.dumps(document).encode(),
        "board 100%.ktx2": numbers[start : start + view["byteLength"]],
        "n#1 50%.bin": numbers,
    }
    expected = await reference(browser, site, "board.glb", board, "&ktx2")
    async with playing(browser, site.export(shown("board.gltf", **files))) as game:
        assert similarity(await game.draw(), expected) >= ALIKE


async def test_a_vector_texture_needs_no_size(browser: Browser, site: Site) -> None:
    """It is drawn as large as one that names a size."""
    drawing = '<circle cx="4" cy="4" r="3" fill="red"/><path d="M0 0h4v4z" fill="blue"/>'
    head = '<svg xmlns="http://www.w3.org/2000/svg"'

    def board(size: str) -> dict[str, bytes]:
        scene = level(
            EYE, sun(), thing("board", mesh("plane", "m"), at=(0, 1.5, 0), scale=(0.3, 0.3, 1)),
            assets={"m": "material:assets/materials/m.json"},
        )  # fmt: skip
        look = dict([material("m", type="basic", map="t.svg")])
        return project(scene, look, {"assets/t.svg": f"{head} {size}>{drawing}</svg>"})

    pictures = []
    for size in ('width="1024" height="1024" viewBox="0 0 8 8"', 'viewBox="0 0 8 8"',
                 'width="100%" viewBox="0 0 8 8"'):  # fmt: skip
        async with playing(browser, site.export(board(size))) as game:
            pictures.append(await game.draw())
    assert min(similarity(pictures[0], other) for other in pictures[1:]) >= ALIKE
    red, green, blue = (pictures[0][..., channel] for channel in range(3))
    for strong, weak in ((red, blue), (blue, red)):
        assert ((strong > 180) & (weak < 90) & (green < 90)).sum() > 90
