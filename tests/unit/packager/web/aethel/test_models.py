"""Models: what is missing of them, the names of their nodes, and what they need of the player."""

from __future__ import annotations

import json
import random
import re
import subprocess
from itertools import product
from pathlib import Path

import pytest

from services.packager.project.unreadable import UnreadableError
from services.packager.runtimes.node import find_node
from services.packager.web.aethel.asset_paths import beside_variants
from services.packager.web.aethel.models import extensions as model_extensions
from services.packager.web.aethel.models import read_model
from tests.engine import component, entity, export, level, notes, problems, project
from tests.gltf import Model, as_glb, hills
from tests.media import of_suffix
from tests.projects import in_memory

PLAYER = Path(__file__).parents[5] / "runtimes/web-player"
LOADER = PLAYER / "node_modules/three/examples/jsm/loaders/GLTFLoader.js"
LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a21\nsize 12345\n"


def shown(mesh: str, **files: bytes) -> dict[str, bytes]:
    """A project whose first scene shows a model."""
    scene = level(entity("e", component("MeshRenderer", meshId=mesh)))
    return project(**{"scenes/main.json": scene, **files})


def fault(data: bytes) -> str:
    """Why a model is not read."""
    with pytest.raises(UnreadableError) as caught:
        read_model(in_memory({"assets/a.glb": data}), "assets/a.glb")
    return str(caught.value)


def with_picture(data: bytes, kind: str = "image/png") -> Model:
    """A model whose base colour lies in it."""
    model = hills(4)
    model.add("images", {"bufferView": model.view(data), "mimeType": kind})
    model.add("textures", {"source": 0})
    model.add("materials", {"pbrMetallicRoughness": {"baseColorTexture": {"index": 0}}})
    return model


def test_a_model_that_is_not_whole_is_told_with_what_to_do() -> None:
    """Cut anywhere: inside its header, its text, its numbers."""
    data = hills(6).glb()
    export(shown("a.glb", **{"assets/a.glb": data}))
    draw = random.Random(3)
    for size in (0, 3, 13, 19, len(data) - 1, *(draw.randrange(len(data)) for _ in range(20))):
        found = fault(data[:size])
        assert re.match("is (cut short|empty|not valid JSON)", found), (size, found)
    (pointer,) = problems(shown("a.glb", **{"assets/a.glb": LFS}))
    assert "assets/a.glb: is a Git LFS pointer" in pointer
    assert "git lfs pull" in pointer


def test_the_file_of_a_models_numbers_is_whole() -> None:
    """Shorter than what is looked at, empty, a pointer; what nobody looks at may be missing."""
    text, numbers = hills(6).parted("a.bin")
    for data, message in (
        (numbers[:-9], "assets/a.gltf: needs .* bytes of its buffer 0, and assets/a.bin has"),
        (b"", "assets/a.gltf: needs .* bytes of its buffer 0, and assets/a.bin has 0"),
        (LFS, "assets/a.bin: is a Git LFS pointer"),
    ):
        (found,) = problems(shown("a.gltf", **{"assets/a.gltf": text, "assets/a.bin": data}))
        assert re.search(message, found)
    longer = json.loads(text)
    longer["buffers"][0]["byteLength"] += 64
    files = {"assets/a.gltf": json.dumps(longer).encode(), "assets/a.bin": numbers}
    export(shown("a.gltf", **files))


def test_numbers_beyond_their_view_are_told() -> None:
    """The player's loader would give up the whole model."""
    model = hills(4)
    model.document["accessors"][1]["count"] += 1
    (found,) = problems(shown("a.glb", **{"assets/a.glb": model.glb()}))
    assert "has an accessor 1 of" in found


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".ktx2"])
def test_pictures_in_a_model_are_looked_at(suffix: str) -> None:
    """As those in files of their own."""
    whole = of_suffix(suffix)
    export(shown("a.glb", **{"assets/a.glb": with_picture(whole).glb()}))
    cut = with_picture(whole[: len(whole) // 2]).glb()
    (found,) = problems(shown("a.glb", **{"assets/a.glb": cut}))
    assert "assets/a.glb: its image 0 is cut short" in found
    files = shown("a.glb", **{"assets/a.glb": cut})
    assert "its image 0 is cut short" in notes(export(files, "debug"))


KIT = ("Cube.001", "Left Arm", "Plain", "Crate", "Crate")


def test_a_node_is_named_as_its_file_or_three_names_it() -> None:
    """Blender's ordinary names, and what three.js makes of them; the mesh of one without a name."""
    nodes = [*({"name": name} for name in KIT), {"mesh": 0}]
    scenes = {"scenes": [{"nodes": [*range(len(nodes))]}]}
    document = {"asset": {"version": "2.0"}, "meshes": [{"name": "the lid", "primitives": []}]}
    names = [*dict.fromkeys(KIT), "Cube001", "Left_Arm", "Crate_1", "the lid"]
    things = (entity(name, component("MeshRenderer", meshId=f"k.glb#{name}")) for name in names)
    files = {"assets/k.glb": as_glb(document | scenes | {"nodes": nodes})}
    shipped = export(project(**{"scenes/main.json": level(*things), **files}))
    assert "assets/k.glb" in shipped.files


@pytest.mark.parametrize("name", ["Nowhere", "cube.001", "Other"])
def test_a_node_that_is_not_there_fails_with_those_that_are(name: str) -> None:
    """Those of the scene that is shown."""
    nodes = [*({"name": one} for one in KIT), {"name": "Other"}]
    document = {"asset": {"version": "2.0"}, "nodes": nodes}
    scenes = {"scene": 1, "scenes": [{"nodes": [5]}, {"nodes": [0, 1, 2, 3, 4]}]}
    files = shown(f"kit.glb#{name}", **{"assets/kit.glb": as_glb(document | scenes)})
    (found,) = problems(files)
    assert found.startswith("scenes/main.json $.entities[0].components[0].data.meshId: ")
    assert f"has no node {name!r}; there are: 'Cube.001', 'Left Arm', 'Plain', 'Crate'" in found
    assert f"has no node {name!r}" in notes(export(files, "debug"))


def test_nodes_that_lead_in_a_circle_end() -> None:
    """However the file says that they hang together."""
    nodes = [{"name": "a", "children": [1, 1, "x", 9]}, {"name": "b", "children": [0]}]
    document = {"asset": {"version": "2.0"}, "nodes": nodes, "scenes": [{"nodes": [0]}]}
    export(shown("kit.glb#b", **{"assets/kit.glb": as_glb(document)}))


def test_what_a_model_needs_of_the_player_is_there() -> None:
    """An extension that it cannot be shown without fails, another one is told once."""
    needs = as_glb({"asset": {"version": "2.0"}, "extensionsUsed": ["ACME_rig"],
                    "extensionsRequired": ["ACME_rig", "KHR_texture_transform"]})  # fmt: skip
    (found,) = problems(shown("a.glb", **{"assets/a.glb": needs}))
    assert "assets/a.glb: needs the glTF extension 'ACME_rig'" in found
    uses = as_glb({"asset": {"version": "2.0"}, "extensionsUsed": ["ACME_fur", "FB_ngon_encoding"]})
    files = shown("a.glb", **{"assets/a.glb": uses, "assets/b.glb": uses + b""})
    files["scenes/main.json"] = level(
        *(entity(n, component("MeshRenderer", meshId=f"{n}.glb")) for n in "ab")
    )
    text = notes(export(files))
    assert text.count("uses the glTF extension 'ACME_fur'") == 1
    assert "FB_ngon" not in text


def test_the_player_reads_what_its_loader_does() -> None:
    """The table in three.js itself."""
    table = re.search(r"const EXTENSIONS = \{(.*?)\};", LOADER.read_text(), re.DOTALL)
    assert table
    assert set(re.findall("'([A-Za-z_0-9]+)'", table[1])) == model_extensions.READ


PIECES = (
    *("wood", " ", "100%", "%20", "%C3%A4", "%FF", "%", "%2", "%zz", "%25", "%e4%b8", "#", "?v=2"),
    *("..", "/", "./", "\\", "ä", "&", "+", "%2F", "%5C", "%ED%A0%80"),
)


def test_export_and_player_read_addresses_by_one_rule() -> None:
    """Names made of all that can stand in one; the player's own code answers in node."""
    draw = random.Random(11)
    made = ["".join(draw.choices(PIECES, k=draw.randrange(1, 6))) + ".png" for _ in range(600)]
    uris = [*made, *map("".join, product(PIECES, repeat=2)), "#", "?"]
    files = ["assets/a.gltf", "assets/m/n/a.gltf", "a.gltf"]
    asked = [[file, uri] for file in files for uri in uris]
    assert [beside_variants(*one) for one in asked] == _in_player(asked)


def _in_player(asked: list[list[str]]) -> list[list[str]]:
    node = find_node()
    assert node
    program = """
      const { transformSync } = require("esbuild");
      const { readFileSync } = require("node:fs");
      const { code } = transformSync(readFileSync("src/core/paths.ts"), { loader: "ts" });
      import("data:text/javascript," + encodeURIComponent(code)).then(({ besideVariants }) => {
        const asked = JSON.parse(readFileSync(0, "utf8"));
        process.stdout.write(JSON.stringify(asked.map((one) => besideVariants(...one))));
      });
    """
    done = subprocess.run(
        [str(node.program), "-e", program],
        input=json.dumps(asked).encode(),
        capture_output=True,
        cwd=PLAYER,
        check=True,
    )
    found: list[list[str]] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize(
    ("uri", "file"),
    [
        ("wood 100%.png", "wood 100%.png"),
        ("wood%20100%25.png", "wood 100%.png"),
        ("a%20b.png", "a%20b.png"),
        ("n#1.png", "n#1.png"),
        ("skin.png?v=2", "skin.png"),
        ("..\\t\\skin.png", "../t/skin.png"),
    ],
)
def test_what_lies_beside_a_model_ships(uri: str, file: str) -> None:
    """Whoever wrote its name, and however."""
    model = Model(images=[{"uri": uri}]).document
    path = file.removeprefix("../") if file.startswith("..") else f"m/{file}"
    files = {"assets/m/a.gltf": json.dumps(model).encode(), f"assets/{path}": of_suffix(".png")}
    built = export(shown("m/a.gltf", **files))
    assert f"assets/{path}" in built.files
