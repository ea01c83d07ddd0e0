from __future__ import annotations

import io
import json
import struct
import tracemalloc
import zipfile
from typing import TYPE_CHECKING

import pytest

from services.gateway.projects.zip_archive import ZipArchive
from shared.errors import TooLargeError
from tests.integration.gateway.conftest import LIMITS

if TYPE_CHECKING:
    from tests.integration.gateway.conftest import Gateway

IMPORT = "/api/projects/game/import"


def packed(
    *entries: tuple[str, bytes],
    attributes: int = 0o100644 << 16,
    method: int = zipfile.ZIP_DEFLATED,
) -> bytes:
    """A ZIP with exactly these names, however hostile."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries:
            info = zipfile.ZipInfo("x" * len(name))
            info.filename = name
            info.external_attr = attributes
            info.compress_type = method
            archive.NameToInfo.clear()  # lets a name come twice without a warning
            archive.writestr(info, data)
    return buffer.getvalue()


def encrypted() -> bytes:
    """An entry that says it is encrypted."""
    data = bytearray(packed(("a", b"x")))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def damaged() -> bytes:
    """A wrong CRC."""
    data = bytearray(packed(("a", b"hello world")))
    place = data.index(b"PK\x01\x02") + 16
    data[place : place + 4] = struct.pack("<I", 1)
    return bytes(data)


def bomb() -> bytes:
    """Small, and larger than a project may be."""
    return packed(("a", bytes(LIMITS.project_bytes + 1)))


def many(count: int) -> bytes:
    """A directory of entries as short as they can be, all of the same empty file."""
    entry = b"PK\x01\x02" + bytes(24) + struct.pack("<H", 1) + bytes(16) + b"a"
    size = count * len(entry)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, size, 0, 0)
    return entry * count + end


HOSTILE = {
    "parent": packed(("../a", b"x")),
    "absolute": packed(("/a", b"x")),
    "backslash": packed(("a\\b", b"x")),
    "drive": packed(("C:/a", b"x")),
    "reserved": packed(("aux.txt", b"x")),
    "case": packed(("a", b"x"), ("A", b"x")),
    "twice": packed(("a", b"x"), ("a", b"y")),
    "file and folder": packed(("a", b"x"), ("a/b", b"x")),
    "two forms of a name": packed(("e\u0301", b"x"), ("\xe9", b"y")),
    "link": packed(("a", b"/etc/passwd"), attributes=0o120777 << 16),
    "device": packed(("a", b""), attributes=0o020666 << 16),
    "encrypted": encrypted(),
    "damaged": damaged(),
    "too many": many(LIMITS.files * 2 + 1),
    "not deflated": packed(("a", b"x"), method=zipfile.ZIP_LZMA),
    "nothing": packed(),
    "noise": b"PK\x03\x04" + bytes(100),
    "empty": b"",
}


async def test_a_zip_becomes_the_head(gateway: Gateway) -> None:
    """All files, large and small, in place of what was there.

    A folder around everything is left out.
    """
    ann = gateway.user("ann")
    await ann.push("game", {"old": b"old"})
    files = {"index.html": b"<p>", "a/big.bin": bytes(range(256)) * 2048, "empty": b""}
    body = packed(*((f"my game/{path}", data) for path, data in files.items()))
    status, _ = await ann.call("POST", IMPORT, data=body)
    assert status == 201
    for path, data in files.items():
        assert await ann.call("GET", f"/api/projects/game/files/{path}") == (200, data)
    assert (await ann.call("GET", "/api/projects/game/files/old"))[0] == 404


@pytest.mark.parametrize("kind", [*HOSTILE, "bomb"])
async def test_hostile_zips_change_nothing(gateway: Gateway, kind: str) -> None:
    """Refused with the entry's name, and the head stays what it was."""
    body = bomb() if kind == "bomb" else HOSTILE[kind]
    ann = gateway.user("ann")
    await ann.push("game", {"index.html": b"<p>"})
    before = await ann.call("GET", "/api/projects/game")
    objects = {item.key async for item in gateway.storage.objects("")}
    status, problem = await ann.call("POST", IMPORT, data=body)
    assert status in {413, 422}
    assert problem["code"] in {"zip-invalid", "path-invalid", "too-large"}
    assert await ann.call("GET", "/api/projects/game") == before
    assert {item.key async for item in gateway.storage.objects("")} == objects


async def test_an_import_says_what_it_leaves_out_and_takes_an_encoding(gateway: Gateway) -> None:
    """Both as the OpenAPI document has it; an encoding that nobody offers is refused."""
    ann = gateway.user("ann")
    body = packed(("g/index.html", b"<p>"), ("g/.env", b"A=1"), ("__MACOSX/g/._x", b"x"))
    status, made = await ann.call("POST", f"{IMPORT}?encoding=cp932", data=body)
    assert (status, made["warningCount"]) == (201, 2)
    told = {warning["file"]: warning["code"] for warning in made["warnings"]}
    assert told == {".env": "left-out-secret", "__MACOSX/": "left-out-clutter"}
    assert (await ann.call("GET", "/api/projects/game/files/.env"))[0] == 404
    status, problem = await ann.call("POST", f"{IMPORT}?encoding=klingon", data=body)
    assert (status, problem["code"]) == (400, "bad-request")
    document = (await ann.call("GET", "/schema/openapi.json"))[1]
    described = document["paths"]["/api/projects/{project_id}/import"]["post"]["parameters"]
    (encoding,) = (each for each in described if each.get("name") == "encoding")
    assert "cp932" in json.dumps(encoding)


async def test_names_of_finder_come_in_as_pages_call_them(gateway: Gateway) -> None:
    """Letters and marks apart become one, which is told once."""
    ann = gateway.user("ann")
    body = packed(("g/index.html", b"<p>"), ("g/Ba\u0308ume/o\u0308l.png", b"x"))
    status, made = await ann.call("POST", IMPORT, data=body)
    assert (status, made["warningCount"]) == (201, 1)
    (told,) = made["warnings"]
    assert (told["code"], told["file"]) == ("names-composed", "B\xe4ume/\xf6l.png")
    assert "1 name was" in told["message"]
    assert await ann.call("GET", "/api/projects/game/files/B%C3%A4ume/%C3%B6l.png") == (200, b"x")


@pytest.mark.parametrize("count", [1_000, 100_000])
def test_a_directory_of_too_many_entries_is_not_read(count: int) -> None:
    """Each would cost a hundred times the memory that it takes in the ZIP."""
    file = io.BytesIO(many(count))
    tracemalloc.start()
    try:
        with pytest.raises(TooLargeError, match="200 files"):
            ZipArchive(file, LIMITS)
        assert tracemalloc.get_traced_memory()[1] < 400_000
    finally:
        tracemalloc.stop()
