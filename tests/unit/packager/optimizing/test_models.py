"""What happens to a model; whether it is the same one to those who read it is seen in a browser."""

from __future__ import annotations

import base64
import io
import json
import random
from array import array
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from services.packager.optimizing import models
from services.packager.project.unreadable import UnreadableError
from tests.gltf import (
    FLOAT,
    UBYTE,
    UINT,
    USHORT,
    Model,
    as_glb,
    binary_of,
    document_of,
    encoder,
    flat,
    hills,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MESHOPT = "KHR_meshopt_compression"


def smaller(
    data: bytes, *, lossless: bool = True, parts: Mapping[str, bytes] | None = None
) -> bytes | None:
    """With an encoder of its own, as each model gets one; None also for what cannot be read."""
    with suppress(UnreadableError):
        return models.smaller(data, parts or {}, encoder(), lossless=lossless)
    return None


def packed(model: Model, *, lossless: bool = True) -> dict[str, Any]:
    """The document of the packed form, which there has to be."""
    made = smaller(model.glb(), lossless=lossless)
    assert made is not None
    return document_of(made)


def forms(document: dict[str, Any]) -> list[dict[str, Any] | None]:
    """How each view is packed."""
    return [view.get("extensions", {}).get(MESHOPT) for view in document["bufferViews"]]


def picture(edge: int = 96) -> bytes:
    """A PNG that WebP beats, and by far where it may lose something."""
    rng = random.Random(7)
    out = io.BytesIO()
    data = bytes(x + y + rng.randrange(20) for y in range(edge) for x in range(edge))
    Image.frombytes("L", (edge, edge), data).convert("RGB").save(out, "PNG")
    return out.getvalue()


def painted(**slots: str) -> Model:
    """A model with an image for each slot; equal names are the same image."""
    model = Model(materials=[{"pbrMetallicRoughness": {}, "extensions": {"ACME_paint": {}}}])
    images: dict[str, int] = {}
    for slot, name in slots.items():
        if name not in images:
            view = model.view(picture())
            image = model.add("images", {"bufferView": view, "mimeType": "image/png"})
            images[name] = model.add("textures", {"source": image, "sampler": 0})
        model.document["materials"][0][slot] = {"index": images[name]}
    return model


def test_a_packed_model_says_what_it_needs() -> None:
    """Whoever cannot unpack it must not try; its views lie in a buffer that is nowhere."""
    document = packed(hills())
    assert document["extensionsUsed"] == document["extensionsRequired"] == [MESHOPT]
    held, nowhere = document["buffers"]
    assert nowhere == {
        "byteLength": nowhere["byteLength"],
        "extensions": {MESHOPT: {"fallback": True}},
    }
    assert held["byteLength"] + 3 >= sum(form["byteLength"] for form in forms(document) if form)
    for view, form in zip(document["bufferViews"], forms(document), strict=True):
        assert form
        assert view["byteLength"] == form["count"] * form["byteStride"]
        assert view["byteOffset"] + view["byteLength"] <= nowhere["byteLength"]


def test_lossless_uses_no_filter_and_balanced_only_where_eyes_do_not_see_it() -> None:
    """Positions, normals and coordinates; never indices."""
    modes = ["ATTRIBUTES"] * 3 + ["TRIANGLES"]
    for lossless, filters in ((True, [None] * 4), (False, ["EXPONENTIAL"] * 3 + [None])):
        found = [form for form in forms(packed(hills(), lossless=lossless)) if form]
        assert [form["mode"] for form in found] == modes
        assert [form.get("filter") for form in found] == filters


def test_balanced_is_smaller_than_lossless() -> None:
    """Or nobody would want it."""
    data = hills().glb()
    exact, near = smaller(data), smaller(data, lossless=False)
    assert exact
    assert near
    assert len(near) < 0.8 * len(exact) < 0.5 * len(data)


def test_what_the_encoder_does_not_know_stays_as_it_is() -> None:
    """Names, extras, extensions, cameras, lights, scenes: all of the document but the places."""
    model = hills()
    told = {
        "cameras": [{"type": "perspective", "perspective": {"yfov": 0.7, "znear": 0.01}}],
        "scene": 1,
        "extras": {"made by": "hand", "precise": 0.1, "large": 12345678901234567},
        "extensions": {
            "KHR_lights_punctual": {"lights": [{"type": "point"}]},
            "ACME_physics": {"bodies": [{"mass": 1e-7, "bufferViews": [0]}]},
        },
        "extensionsUsed": ["KHR_lights_punctual", "ACME_physics"],
    }
    model.document |= json.loads(json.dumps(told))
    model.document["nodes"] += [{"name": "eye", "camera": 0}, {"extras": {"door": True}}]
    model.document["scenes"] += [{"name": "inside", "nodes": [1, 2]}]
    model.document["meshes"][0]["extras"] = {"targetNames": ["smile"]}
    model.glb()
    before = json.loads(json.dumps(model.document))
    after = packed(model)
    assert after.pop("extensionsUsed") == [*before.pop("extensionsUsed"), MESHOPT]
    assert after.pop("extensionsRequired") == [MESHOPT]
    for places in ("bufferViews", "buffers"):
        del before[places], after[places]
    assert after == before


def test_balanced_tells_the_bounds_that_there_are_now() -> None:
    """Players cull by them; they lie within a step of the old ones, on a number of the grid."""
    before, after = hills().document["accessors"][0], packed(hills(), lossless=False)
    for name in ("min", "max"):
        for old, new in zip(before[name], after["accessors"][0][name], strict=True):
            assert abs(old - new) <= 2**-16
            assert (new * 2**16).is_integer()


def test_a_buffer_beside_it_and_one_inside_come_into_the_file() -> None:
    """One request less, and a third less than base64."""
    text, buffer = hills().parted("hills.bin")
    beside = smaller(text, parts={"hills.bin": buffer})
    inside = text.replace(
        b"hills.bin", b"data:application/octet-stream;base64," + base64.b64encode(buffer)
    )
    assert beside
    assert beside == smaller(inside) == smaller(hills().glb())
    assert smaller(text) is None  # it is not there


def test_images_inside_become_webp() -> None:
    """Only as told by their extension; colours may lose what nobody sees, numbers never."""
    slots = {"emissiveTexture": "glow", "normalTexture": "bumps", "occlusionTexture": "bumps"}
    made = smaller(painted(**slots).glb(), lossless=False)
    assert made is not None
    document, binary = document_of(made), binary_of(made)
    assert document["extensionsRequired"] == ["EXT_texture_webp"]
    for number, texture in enumerate(document["textures"]):
        extension = {"EXT_texture_webp": {"source": number}}
        assert texture == {"sampler": 0, "extensions": extension}
        assert document["images"][number]["mimeType"] == "image/webp"
    glow, bumps = (
        binary[view["byteOffset"] :][: view["byteLength"]] for view in document["bufferViews"]
    )
    assert len(glow) < len(bumps) / 2
    assert _pixels(bumps) == _pixels(picture()) != _pixels(glow)


def test_lossless_loses_no_pixel_of_a_colour() -> None:
    """Nor does an image that is a colour for one and a number for another."""
    for lossless, slots in (
        (True, {"emissiveTexture": "one"}),
        (False, {"emissiveTexture": "one", "normalTexture": "one"}),
        (False, {"emissiveTexture": "one", "acmeHeightTexture": "one"}),
    ):
        made = smaller(painted(**slots).glb(), lossless=lossless)
        assert made
        assert _pixels(binary_of(made)) == _pixels(picture())


def test_images_in_data_uris_become_bytes() -> None:
    """Also where there is nothing else in the model."""
    model = painted(normalTexture="bumps")
    uri = f"data:image/png;base64,{base64.b64encode(picture()).decode()}"
    del model.document["bufferViews"]
    model.document["images"] = [{"uri": uri, "name": "bumps"}]
    made = smaller(json.dumps(model.document).encode())
    assert made
    assert _pixels(binary_of(made)) == _pixels(picture())
    image = {"name": "bumps", "mimeType": "image/webp", "bufferView": 0}
    assert document_of(made)["images"] == [image]


def test_what_others_look_at_too_is_not_packed() -> None:
    """Sparse values beside the dense ones, or an extension's own bytes."""
    for field in ({"sparse": {"values": {"bufferView": 0}}}, {"extras": {"bufferView": 0}}):
        model = hills()
        model.document["accessors"][1] |= field
        assert [form is not None for form in forms(packed(model))] == [False, True, True, True]


def test_sparse_accessors_are_not_rounded() -> None:
    """What is put in place of their values knows nothing of steps."""
    model = hills()
    model.document["accessors"][0]["sparse"] = {"count": 1}
    first, *others = forms(packed(model, lossless=False))
    assert first
    assert "filter" not in first
    assert all(form and "filter" in form for form in others[:-1])


def test_corners_are_not_turned_where_they_matter() -> None:
    """Polygons that are told by the first corners of their triangles; strips; both uses at once."""
    model = hills()
    model.document["extensionsUsed"] = ["FB_ngon_encoding"]
    assert _mode_of_indices(model) == "INDICES"
    model = hills()
    model.document["meshes"][0]["primitives"][0]["mode"] = 1
    assert _mode_of_indices(model) == "INDICES"
    model.add(
        "meshes", {"primitives": [model.document["meshes"][0]["primitives"][0] | {"mode": 4}]}
    )
    assert _mode_of_indices(model) == "INDICES"


@pytest.mark.parametrize(("place", "mode"), [(150, "TRIANGLES"), (151, "INDICES")])
def test_triangles_of_a_shared_view_keep_together(place: int, mode: str) -> None:
    """Where those of two meshes begin at the same places; else none may be turned."""
    model = hills()
    indices = model.document["accessors"][3]
    indices["count"] = 300
    model.add("accessors", indices | {"count": 300, "byteOffset": 2 * place})
    (primitive,) = model.document["meshes"][0]["primitives"]
    model.add("meshes", {"primitives": [primitive | {"indices": 4}]})
    assert _mode_of_indices(model) == mode


@pytest.mark.parametrize("component", [UBYTE, USHORT, UINT])
def test_indices_of_every_width(component: int) -> None:
    """Those of one byte cannot be packed; they are small enough."""
    model = Model()
    point = model.accessor("VEC3", flat([(x, x * x, 0) for x in range(200)]))
    indices = model.accessor("SCALAR", flat([(i, i + 1, i + 2) for i in range(190)]), component)
    primitive = {"attributes": {"POSITION": point}, "indices": indices}
    model.add("meshes", {"primitives": [primitive]})
    form = forms(packed(model))[indices]
    expected = None if component == UBYTE else (190 * 3, {USHORT: 2, UINT: 4}[component])
    assert (form and (form["count"], form["byteStride"])) == expected


def test_times_bones_and_custom_numbers_stay_exact() -> None:
    """And so does what is used in two ways; rotations need not."""
    model = Model()
    times = model.accessor("SCALAR", (n / 30 for n in range(600)))
    turns = model.accessor("VEC4", flat([(0, (n / 601) ** 2, 0, 1) for n in range(600)]))
    curve = model.accessor("VEC4", flat([(0, (n / 601) ** 3, 0, 1) for n in range(1_800)]))
    bones = model.accessor("MAT4", ((n % 77) / 7 for n in range(1_600)))
    heat = model.accessor("SCALAR", ((n % 79) / 7 for n in range(600)))
    both = model.accessor("VEC3", ((n % 83) / 7 for n in range(1_800)))
    model.add("skins", {"inverseBindMatrices": bones, "joints": [0]})
    model.add(
        "meshes",
        {
            "primitives": [
                {"attributes": {"_HEAT": heat, "NORMAL": both, "TANGENT": both, "POSITION": both}}
            ]
        },
    )
    samplers = [
        {"input": times, "output": turns},
        {"input": times, "output": curve, "interpolation": "CUBICSPLINE"},
    ]
    targets = [{"node": n, "path": "rotation"} for n in range(2)]
    channels = [{"sampler": n, "target": target} for n, target in enumerate(targets)]
    model.add("animations", {"samplers": samplers, "channels": channels})
    found = forms(packed(model, lossless=False))
    rounded = [number for number, form in enumerate(found) if form and "filter" in form]
    assert rounded == [turns]


def test_what_is_no_number_is_not_rounded() -> None:
    """Nor made one."""
    for odd in (float("nan"), float("inf"), float("-inf")):
        model = hills()
        start = model.document["bufferViews"][2]["byteOffset"]
        model.binary[start : start + 4] = array("f", [odd]).tobytes()
        form = forms(packed(model, lossless=False))[2]
        assert form
        assert "filter" not in form


def test_interleaved_attributes_are_rounded_each_by_its_own_measure() -> None:
    """A large position beside a small coordinate; one that is no float leaves all exact."""
    model = Model()
    rows = array(
        "f", flat([(1000 + n / 7, n / 9, n % 5, n / 9_001, n / 9_003) for n in range(999)])
    )
    view = model.view(rows.tobytes(), byteStride=20)
    place = {"bufferView": view, "componentType": FLOAT, "count": 999}
    model.add("accessors", place | {"type": "VEC3", "byteOffset": 0})
    model.add("accessors", place | {"type": "VEC2", "byteOffset": 12})
    attributes = {"POSITION": 0, "TEXCOORD_0": 1}
    model.add("meshes", {"primitives": [{"attributes": attributes}]})
    (form,) = forms(packed(model, lossless=False))
    assert form
    assert form["byteStride"] == 20
    assert form["filter"] == "EXPONENTIAL"
    model.document["accessors"][1]["componentType"] = UINT
    (form,) = forms(packed(model, lossless=False))
    assert form
    assert "filter" not in form


@pytest.mark.parametrize("extension", [MESHOPT, "EXT_meshopt_compression"])
def test_what_is_packed_already_stays_as_it_is(extension: str) -> None:
    """Its maker has chosen."""
    model = hills()
    model.document["bufferViews"][0]["extensions"] = {extension: {}}
    assert smaller(model.glb()) is None
    again = smaller(hills().glb())
    assert again
    assert smaller(again) is None


def test_what_would_not_be_smaller_stays_as_it_is() -> None:
    """A triangle has nothing to pack."""
    assert smaller(hills(1).glb()) is None


def _far(model: Model) -> None:
    model.document["accessors"][0]["byteOffset"] = 4


def _many(model: Model) -> None:
    model.document["accessors"][0]["count"] = 1 << 40


def _long(model: Model) -> None:
    model.document["bufferViews"][0]["byteLength"] = 1 << 40


def _over(model: Model) -> None:
    model.document["bufferViews"] += [model.document["bufferViews"][0]] * 9


def _again(model: Model) -> None:
    model.document["accessors"] += [model.document["accessors"][0]] * 99


def _nowhere(model: Model) -> None:
    model.document["accessors"][0]["bufferView"] = 77


def _no_accessor(model: Model) -> None:
    model.document["meshes"][0]["primitives"][0]["indices"] = 77


def _negative(model: Model) -> None:
    model.document["bufferViews"][0]["byteOffset"] = -4


def _deep(model: Model) -> None:
    for _ in range(900):
        model.document["extras"] = [model.document.get("extras")]


def _no_sampler(model: Model) -> None:
    channel = {"sampler": 3, "target": {"path": "scale"}}
    model.add("animations", {"samplers": [], "channels": [channel]})


def _huge(model: Model) -> None:
    model.document["extras"] = 1 << 200


@pytest.mark.parametrize(
    "spoil",
    [_far, _many, _long, _over, _again, _nowhere, _no_accessor, _negative, _no_sampler],
)
def test_a_model_that_lies_stays_as_it_is(spoil: Callable[[Model], None]) -> None:
    """About places, counts, or what it has; the player may tell the maker more."""
    model = hills()
    spoil(model)
    assert smaller(model.glb(), lossless=False) is None


@pytest.mark.parametrize("spoil", [_deep, _huge])
def test_a_document_that_strains_the_reader_ends_nothing(spoil: Callable[[Model], None]) -> None:
    """It is packed whole or left alone."""
    model = hills()
    spoil(model)
    made = smaller(model.glb())
    assert made is None or document_of(made)["extras"] == model.document["extras"]


def test_other_chunks_and_other_versions_stay_as_they_are() -> None:
    """Nothing that a file holds is lost."""
    data = hills().glb()
    more = bytearray(data + b"\4\0\0\0ACMEabcd")
    more[8:12] = len(more).to_bytes(4, "little")
    older = data[:4] + b"\1" + data[5:]
    assert [smaller(bytes(odd)) for odd in (more, older, data + b"more")] == [None] * 3


def test_several_buffers_become_one_unless_more_is_said_of_them() -> None:
    """Extras of a buffer have no place in the result."""
    model = hills()
    text, first = model.parted("first.bin")
    document = json.loads(text)
    document["buffers"].append({"byteLength": 4, "uri": "second.bin"})
    parts = {"first.bin": first, "second.bin": b"abcd"}
    made = smaller(json.dumps(document).encode(), parts=parts)
    assert made
    assert len(document_of(made)["buffers"]) == 2
    document["buffers"][1]["extras"] = {"kept": True}
    assert smaller(json.dumps(document).encode(), parts=parts) is None


def test_a_model_cut_short_anywhere_stays_as_it_is() -> None:
    """In its header, its document, or its bytes."""
    data = hills(4).glb()
    assert all(smaller(data[:size]) is None for size in range(0, len(data), 97))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 1 << 20), st.integers(0, 255)), min_size=1, max_size=8))
def test_bytes_changed_anywhere_end_nothing(changes: list[tuple[int, int]]) -> None:
    """There is a result or there is none; never another error."""
    data = bytearray(SMALL)
    for place, value in changes:
        data[place % len(data)] = value
    smaller(bytes(data), lossless=False)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 9) | st.just(5126) | st.just("VEC3"),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from(
            [
                "accessors", "attributes", "buffer", "bufferView", "bufferViews", "buffers",
                "byteLength", "byteOffset", "byteStride", "componentType", "count", "images",
                "index", "indices", "materials", "meshes", "primitives", "source", "textures",
                "type", "uri",
            ]
        ),
        inner,
        max_size=6,
    ),
    max_leaves=40,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["accessors", "bufferViews", "images", "meshes", "textures"]), json_values
    )
)
def test_documents_of_any_shape_end_nothing(document: dict[str, Any]) -> None:
    """Every field may be of any type."""
    smaller(as_glb(document, bytes(64)), lossless=False)


SMALL = hills(4).glb()


def _mode_of_indices(model: Model) -> str:
    form = forms(packed(model))[3]
    assert form is not None
    mode: str = form["mode"]
    return mode


def _pixels(data: bytes) -> bytes:
    return Image.open(io.BytesIO(data)).convert("RGB").tobytes()
