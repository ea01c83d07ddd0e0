"""Models and pictures that no browser reads are shipped as ones that it does."""

from __future__ import annotations

import io
import struct
from typing import Any

import pytest
from PIL import Image

from services.packager.optimizing import glb
from services.packager.project.unreadable import UnreadableError
from services.packager.web.aethel.media import stl, wavefront
from tests.engine import as_json, boot, component, entity, export, level, problems, project

SQUARE = b"""
# a square of two triangles, counted from the end
mtllib look.mtl
v 0 0 0
v 2 0 0
v 2 1 0
v 0 1 0
vt 0 0
vt 1 0
vt 1 1
vt 0 1
vn 0 0 1
usemtl red
f -4/-4/-1 -3/-3/-1 -2/-2/-1 -1/-1/-1
"""
LOOK = b"newmtl red\nKd 1 0 0.5\nd 0.5\nmap_Kd -clamp on paint.tga\n"


def tga(mode: str = "RGBA") -> bytes:
    """Two pixels."""
    out = io.BytesIO()
    picture = Image.new(mode, (2, 1))
    picture.putpixel((1, 0), {"L": 9}.get(mode, (10, 20, 30, 40)[: len(mode)]))
    picture.save(out, "TGA")
    return out.getvalue()


def numbers(document: dict[str, Any], binary: bytes, name: int) -> list[float]:
    """What an accessor holds."""
    accessor = document["accessors"][name]
    view = document["bufferViews"][accessor["bufferView"]]
    data = bytes(binary)[view["byteOffset"] : view["byteOffset"] + view["byteLength"]]
    kind = {5126: "f", 5125: "I"}[accessor["componentType"]]
    return list(struct.unpack(f"<{len(data) // 4}{kind}", data))


def test_an_obj_keeps_its_surface_and_the_colours_of_its_library() -> None:
    """Indices from the end, polygons, coordinates from the top; sRGB becomes linear."""
    document, binary = glb.read(wavefront.glb_of_obj(SQUARE, LOOK))
    (primitive,) = document["meshes"][0]["primitives"]
    assert binary is not None
    assert numbers(document, binary, primitive["indices"]) == [0, 1, 2, 0, 2, 3]
    places = primitive["attributes"]
    assert numbers(document, binary, places["POSITION"])[:6] == [0, 0, 0, 2, 0, 0]
    assert numbers(document, binary, places["TEXCOORD_0"]) == [0, 1, 1, 1, 1, 0, 0, 0]
    assert numbers(document, binary, places["NORMAL"])[:3] == [0, 0, 1]
    assert document["accessors"][places["POSITION"]]["max"] == [2, 1, 0]
    (material,) = document["materials"]
    assert material["alphaMode"] == "BLEND"
    assert material["pbrMetallicRoughness"]["baseColorFactor"] == [1, 1, 1, 0.5]
    assert document["images"] == [{"uri": "paint.tga"}]
    plain, _ = glb.read(wavefront.glb_of_obj(SQUARE, b"newmtl red\nKd 1 0 0.5\n"))
    color = plain["materials"][0]["pbrMetallicRoughness"]["baseColorFactor"]
    assert color == pytest.approx([1, 0, 0.21404, 1], abs=1e-4)


@pytest.mark.parametrize("written", ["binary", "text"])
def test_an_stl_is_read_in_both_of_its_forms(written: str) -> None:
    """A normal that is left out is that of the corners."""
    corners = [0, 0, 0, 1, 0, 0, 0, 1, 0]
    if written == "binary":
        data = bytes(80) + struct.pack("<I12fH", 1, 0, 0, 0, *corners, 0)
    else:
        points = " ".join("vertex {} {} {}".format(*corners[n : n + 3]) for n in (0, 3, 6))
        text = f"solid s\nfacet normal 0 0 0\nouter loop {points} endloop endfacet\nendsolid"
        data = text.encode()
    document, binary = glb.read(stl.glb_of_stl(data))
    assert binary is not None
    assert numbers(document, binary, 0) == corners
    assert numbers(document, binary, 1) == [0, 0, 1] * 3


@pytest.mark.parametrize(
    ("read", "data"),
    [
        (wavefront.glb_of_obj, b"v 1 2"),
        (wavefront.glb_of_obj, b"v 1 2 x"),
        (wavefront.glb_of_obj, b"v 0 0 0\nf 1 2 3"),
        (wavefront.glb_of_obj, b"f / / /"),
        (wavefront.glb_of_obj, b"v nan 0 0\nf 1 1 1"),
        (wavefront.glb_of_obj, b""),
        (lambda data, _: stl.glb_of_stl(data), b""),
        (lambda data, _: stl.glb_of_stl(data), bytes(84)),
        (lambda data, _: stl.glb_of_stl(data), bytes(80) + b"\xff\xff\xff\xff"),
        (lambda data, _: stl.glb_of_stl(data), b"solid nothing"),
        (
            lambda data, _: stl.glb_of_stl(data),
            bytes(80) + struct.pack("<I12fH", 1, *[1e40 * 0] * 3, *[float("inf")] * 9, 0),
        ),
    ],
)
def test_a_broken_model_is_told(read: Any, data: bytes) -> None:
    """Never an exception of another kind."""
    with pytest.raises(UnreadableError):
        read(data, b"")


def test_what_is_used_is_converted_and_shipped_under_a_name_that_says_so() -> None:
    """An OBJ with its TGA, and a TGA of a material; the player finds them by their own paths."""
    files = project(
        **{
            "scenes/main.json": level(
                entity(
                    "e", component("MeshRenderer", meshId="m/a.obj", materialIds=["assets/p.json"])
                )
            ),
            "assets/m/a.obj": SQUARE,
            "assets/m/look.mtl": LOOK,
            "assets/m/paint.tga": tga(),
            "assets/other.tga": tga("RGB"),
            "assets/unused.stl": b"broken",
            "assets/p.json": as_json({"map": "assets/other.tga"}),
        }
    )
    built = export(files)
    shipped = boot(built)["files"]
    assert shipped["assets/m/a.obj"]["url"] == "assets/m/a.obj.glb"
    assert shipped["assets/m/paint.tga"]["url"] == "assets/m/paint.tga.png"
    assert built.files["assets/m/a.obj.glb"].startswith(b"glTF")
    with Image.open(io.BytesIO(built.files["assets/m/paint.tga.png"])) as picture:
        assert picture.format == "PNG"
        assert picture.getpixel((1, 0)) == (10, 20, 30, 40)
    assert "assets/other.tga.png" in built.files
    assert not any("unused" in path or path.endswith((".obj", ".mtl")) for path in built.files)


@pytest.mark.parametrize(
    ("path", "data"), [("assets/a.obj", b"v x"), ("assets/a.stl", b"no"), ("assets/a.tga", b"no")]
)
def test_a_file_that_cannot_be_converted_is_named(path: str, data: bytes) -> None:
    """If it is used."""
    used = (
        component("ParticleSystem", textureId=path)
        if path.endswith("tga")
        else component("MeshRenderer", meshId=path)
    )
    files = project(**{"scenes/main.json": level(entity("e", used)), path: data})
    (problem,) = problems(files)
    assert problem.startswith(f"{path}: ")


@pytest.mark.parametrize("path", ["assets/a.fbx", "assets/a.dae", "assets/a.blend"])
def test_what_would_lose_on_the_way_is_refused_by_name(path: str) -> None:
    """With the formats that are read."""
    scene = level(entity("e", component("MeshRenderer", meshId=path)))
    (problem,) = problems(project(**{"scenes/main.json": scene, path: b"?"}))
    assert f"{path} is no model that the player reads" in problem
    assert "save it as one of those" in problem
