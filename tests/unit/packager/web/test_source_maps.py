"""Levels that are called ``*.map`` are shipped; source maps stay at home."""

from __future__ import annotations

import json

import pytest

from services.packager.web.html5.source_maps import is_source_map
from tests.projects import build, in_memory, request

SOURCE_MAP = {"version": 3, "file": "a.js", "sources": ["a.ts"], "names": [], "mappings": "AAAA"}
QUAKE = b'{\n"classname" "worldspawn"\n}\n'
TILED = {"compressionlevel": -1, "height": 2, "layers": [], "tilewidth": 16, "version": "1.10"}


def _json(document: object) -> bytes:
    return json.dumps(document).encode()


@pytest.mark.parametrize(
    ("data", "is_one"),
    [
        (_json(SOURCE_MAP), True),
        (b"\xef\xbb\xbf" + _json(SOURCE_MAP), True),
        (b")]}'\n" + _json(SOURCE_MAP), True),
        (_json({"version": 3, "sections": []}), True),
        (_json(SOURCE_MAP | {"sourcesContent": ["x" * 200_000]}), True),
        (_json({"mappings": "A;" * 200_000} | SOURCE_MAP), True),
        (QUAKE, False),
        (QUAKE * 10_000, False),
        (_json(TILED), False),
        (_json(TILED | {"layers": [{"data": [0] * 100_000}]}), False),
        (_json({"version": 3, "tiles": []}), False),
        (_json([SOURCE_MAP]), False),
        (b"", False),
        (b"{" * 200_000, False),
        (bytes(range(256)), False),
    ],
)
def test_a_source_map_is_known_by_what_it_is(data: bytes, is_one: bool) -> None:
    """JSON of version 3 with mappings; of a large one the beginning is looked at."""
    assert is_source_map(in_memory({"a.map": data}), "a.map") is is_one


def test_a_level_is_shipped_as_it_is() -> None:
    """In release, too, where source maps are left out; and a page that asks for one is told."""
    page = b'<p>Hello</p><script>fetch("levels/e1m1.map"); fetch("a.js.map")</script>'
    files = {"index.html": page, "levels/e1m1.map": QUAKE, "a.js.map": _json(SOURCE_MAP)}
    built = build(files, request("web"))
    assert built.files["levels/e1m1.map"] == QUAKE
    assert "a.js.map" not in built.files
    notes = [str(note) for note in built.plan.notes]
    assert "left out 1 source maps (*.map); includeDebugSymbols or debug keeps them" in notes
    assert any("'a.js.map' is not in the project, or is left out" in note for note in notes)
    assert "a.js.map" in build(files, request("web", "debug")).files
