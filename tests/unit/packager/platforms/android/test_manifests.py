"""Manifests in both encodings: read, changed and written, whatever texts they hold."""

from __future__ import annotations

import io
import struct
from typing import Any

import pytest
from apkInspector.axml import get_manifest
from hypothesis import given
from hypothesis import strategies as st

from services.packager.platforms.android import binary_xml, proto_xml, string_pool
from services.packager.platforms.android.manifest import AppManifest, read_from, write_into
from services.packager.platforms.android.resource_table import (
    renamed_proto_table,
    renamed_table,
)
from services.packager.platforms.android.wire_format import (
    message,
    number,
    read_message,
    text,
    write_message,
)
from services.packager.platforms.android.xml_tree import ManifestError
from tests.phones.public_schemas import message_class
from tests.projects import TEMPLATES

TEMPLATE = TEMPLATES.get("android-app")
BINARY = TEMPLATE.read("apk/AndroidManifest.xml")
PROTO = TEMPLATE.read("aab/manifest/AndroidManifest.xml")
WANTED = AppManifest(
    package="com.example.game",
    version_code=2_099_999_999,
    version_name="209.999.999.9",
    label='"><script>alert("שלום")</script> 🚀 \\u0041 @string/x &amp;',
    min_sdk=26,
    target_sdk=35,
    orientation=11,
    debuggable=True,
    permissions=("android.permission.VIBRATE",),
)


def _changed(data: bytes, encoding: Any, wanted: AppManifest = WANTED) -> bytes:
    root = encoding.read_xml(data)
    write_into(root, wanted)
    written: bytes = encoding.write_xml(root)
    return written


@pytest.mark.parametrize(
    ("data", "encoding"), [(BINARY, binary_xml), (PROTO, proto_xml)], ids=["apk", "aab"]
)
def test_a_manifest_says_what_was_written_into_it(data: bytes, encoding: Any) -> None:
    """Nothing of the template's placeholders is left."""
    written = _changed(data, encoding)
    assert read_from(encoding.read_xml(written)) == WANTED
    for left in ("placeholder", "@@", "INTERNET"):
        assert left.encode() not in written
        assert left.encode("utf-16-le") not in written


def test_what_is_not_changed_stays_as_it_was() -> None:
    """Reading and writing alone gives the template's own bytes, or as many and the same tree."""
    assert proto_xml.write_xml(proto_xml.read_xml(PROTO)) == PROTO
    again = binary_xml.write_xml(binary_xml.read_xml(BINARY))
    assert binary_xml.read_xml(again) == binary_xml.read_xml(BINARY)
    assert get_manifest(io.BytesIO(again)) == get_manifest(io.BytesIO(BINARY))


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=300))
def test_any_text_comes_out_as_it_went_in(label: str) -> None:
    """A title may hold every character there is."""
    wanted = AppManifest(**{**_fields(WANTED), "label": label})
    for data, encoding in ((BINARY, binary_xml), (PROTO, proto_xml)):
        root = encoding.read_xml(_changed(data, encoding, wanted))
        assert read_from(root).label == label


def _fields(manifest: AppManifest) -> dict[str, Any]:
    return {name: getattr(manifest, name) for name in manifest.__struct_fields__}


def test_attributes_stand_in_the_order_of_their_ids() -> None:
    """The system looks for them by halving."""
    for element in binary_xml.read_xml(_changed(BINARY, binary_xml)).walk():
        ids = [one.resource_id for one in element.attributes if one.resource_id is not None]
        assert ids == sorted(ids)


def test_a_bundle_s_manifest_fits_the_public_schema() -> None:
    """The protobuf library finds the same in it."""
    node = message_class("XmlNode").FromString(_changed(PROTO, proto_xml))
    found = {one.name: one for one in node.element.attribute}
    assert found["package"].value == "com.example.game"
    assert found["versionCode"].compiled_item.prim.int_decimal_value == WANTED.version_code
    assert found["versionName"].value == WANTED.version_name
    children = [child.element for child in node.element.child]
    (application,) = (one for one in children if one.name == "application")
    attributes = {one.name: one for one in application.attribute}
    assert attributes["label"].value == WANTED.label
    assert attributes["debuggable"].compiled_item.prim.boolean_value is True
    kept = [one for one in children if one.name == "uses-permission"]
    assert [one.attribute[0].value for one in kept] == ["android.permission.VIBRATE"]


@pytest.mark.parametrize("utf8", [True, False], ids=["utf-8", "utf-16"])
def test_pools_of_both_kinds_are_read(utf8: bool) -> None:
    """Short and long texts, in either encoding."""
    texts = ["", "a", "é🚀", "x" * 200, "ü" * 40_000]
    pool = _utf8_pool(texts[:4]) if utf8 else string_pool.write_pool(texts)
    assert string_pool.read_pool(pool) == (texts[:4] if utf8 else texts)


def _utf8_pool(texts: list[str]) -> bytes:
    """As ``aapt2`` writes tables."""

    def length(count: int) -> bytes:
        return bytes([count]) if count < 128 else bytes([0x80 | count >> 8, count & 0xFF])

    offsets, data = [], b""
    for one in texts:
        offsets.append(len(data))
        encoded = one.encode()
        data += length(len(one.encode("utf-16-le")) // 2) + length(len(encoded)) + encoded + b"\0"
    start = 28 + 4 * len(texts)
    head = struct.pack("<HHIIIIII", 1, 28, start + len(data), len(texts), 0, 0x100, start, 0)
    return head + struct.pack(f"<{len(texts)}I", *offsets) + data


@given(st.integers(0, len(BINARY) - 1), st.integers(0, 255))
def test_a_damaged_manifest_is_refused_or_read(at: int, value: int) -> None:
    """Nothing else comes of it: no endless loop, no other error."""
    for data, encoding in ((BINARY, binary_xml), (PROTO, proto_xml)):
        place = at % len(data)
        damaged = data[:place] + bytes([value]) + data[place + 1 :]
        for document in (damaged, data[:place]):
            try:
                write_into(encoding.read_xml(document), WANTED)
            except ManifestError:
                continue


def test_tables_get_the_application_s_name() -> None:
    """All else of them stays."""
    table = TEMPLATE.read("apk/resources.arsc")
    renamed = renamed_table(table, "com.example.game")
    assert "com.example.game\0".encode("utf-16-le") in renamed
    assert renamed_table(renamed, "com.aethel.placeholder") == table
    proto = renamed_proto_table(TEMPLATE.read("aab/resources.pb"), "com.example.game")
    (package,) = message_class("ResourceTable").FromString(proto).package
    assert package.package_name == "com.example.game"
    icons = {
        value.value.item.file.path
        for kind in package.type
        for entry in kind.entry
        if entry.name == "ic_launcher"
        for value in entry.config_value
    }
    assert "res/mipmap-mdpi-v4/ic_launcher.png" in icons


@given(st.lists(st.tuples(st.integers(1, 1 << 28), st.integers(0, (1 << 64) - 1))))
def test_numbers_come_back(fields: list[tuple[int, int]]) -> None:
    """Those of every size that the format has."""
    made = [number(*field) for field in fields]
    assert read_message(write_message(made)) == made


@pytest.mark.parametrize("data", [b"\x08", b"\x0a\x05abc", b"\x0b", b"\xff" * 11, b"\x0d\x01"])
def test_a_broken_message_is_refused(data: bytes) -> None:
    """A number without an end, a length beyond it, a kind that there is not."""
    with pytest.raises(ValueError, match=r"no end|beyond"):
        read_message(data)


def test_messages_hold_messages() -> None:
    """Texts and numbers inside of others."""
    (outer,) = read_message(write_message([message(3, text(1, "é"), number(2, 300))]))
    assert [field.number for field in read_message(outer.data)] == [1, 2]
    assert read_message(outer.data)[0].text == "é"
