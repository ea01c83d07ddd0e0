"""Unity's compressed builds, for hosts and in applications."""

from __future__ import annotations

import gzip
import io
import zipfile

import brotli
import msgspec
import pytest

from services.packager.application import unpacked_files
from shared.domain.precompressed import precompressed
from tests.applications import game_in
from tests.projects import Built, build, request

WASM = b"\0asm\1\0\0\0" + bytes(50_000)
SCRIPT = b"var unity = 1;\n" * 1_000
FILES = {
    "index.html": b"<!doctype html><title>Unity</title><script src='Build/g.loader.js'></script>",
    "Build/g.loader.js": b"document.body.append(1);",
    "Build/g.wasm.br": brotli.compress(WASM),
    "Build/g.framework.js.gz": gzip.compress(SCRIPT),
    "levels/own.json.gz": gzip.compress(b"{}"),
    "levels/own.data.gz": gzip.compress(b"{}"),
}
OWN = ("levels/own.json.gz", "levels/own.data.gz")


def notes(built: Built) -> list[str]:
    """What the maker is told of compression."""
    return [str(note) for note in built.plan.notes if "compress" in str(note) or "cut" in str(note)]


def inside(built: Built) -> dict[str, bytes]:
    """The files of an application's game."""
    with zipfile.ZipFile(io.BytesIO(game_in(built))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_only_what_lies_beside_a_loader_is_compressed_for_hosts() -> None:
    """Also where Unity names files by their hash; other files are unpacked by their page."""
    assert precompressed(FILES.keys()).keys() == {"Build/g.wasm.br", "Build/g.framework.js.gz"}
    hashed = ["b/0f.loader.js", "b/1e.data.br", "b/2d.symbols.json.gz", "b/3c.png.gz", "1e.data.br"]
    assert precompressed(hashed).keys() == {"b/1e.data.br", "b/2d.symbols.json.gz"}


def test_hosts_are_told_what_to_say() -> None:
    """By both files, and the maker that not every host reads them."""
    built = build(FILES, request("web"))
    headers = built.files["_headers"].decode()
    wasm = "/Build/g.wasm.br\n  Content-Encoding: br\n  Content-Type: application/wasm\n"
    assert wasm in headers
    assert "Content-Encoding: gzip\n  Content-Type: text/javascript\n" in headers
    rules = {
        rule["source"]: {header["key"]: header["value"] for header in rule["headers"]}
        for rule in msgspec.json.decode(built.files["serve.json"])["headers"]
    }
    assert rules["Build/g.wasm.br"]["Content-Encoding"] == "br"
    assert not any(path in headers or path in rules for path in OWN)
    assert built.files["Build/g.wasm.br"] == FILES["Build/g.wasm.br"]
    (said,) = notes(built)
    assert said.startswith("Build/g.framework.js.gz: is compressed (and 1 more)")
    assert "Decompression Fallback" in said


@pytest.mark.parametrize("platform", ["windows", "macos", "linux"])
def test_applications_carry_them_unpacked(platform: str) -> None:
    """Under their own names; nothing is left to tell."""
    built = build(FILES, request(platform))  # type: ignore[arg-type]
    files = inside(built)
    assert files["Build/g.wasm.br"] == WASM
    assert files["Build/g.framework.js.gz"] == SCRIPT
    assert all(files[path] == FILES[path] for path in OWN)
    assert notes(built) == []


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("Build/g.data.br", b"this is no Brotli", "is not compressed as its name says"),
        ("Build/g.data.gz", b"this is no gzip", "is not compressed as its name says"),
        ("Build/g.data.gz", gzip.compress(WASM)[:-9], "is cut short"),
        ("Build/g.data.br", brotli.compress(WASM)[:-2], "is cut short"),
        ("Build/g.data.gz", b"", "is cut short"),
        ("Build/g.data.br", b"", "is cut short"),
    ],
    ids=["no-brotli", "no-gzip", "cut-gzip", "cut-brotli", "empty-gzip", "empty-brotli"],
)
def test_what_is_broken_is_shipped_as_it_is(name: str, data: bytes, reason: str) -> None:
    """And told."""
    built = build(FILES | {name: data}, request("linux"))
    assert inside(built)[name] == data
    assert notes(built) == [f"{name}: is shipped as it is: it {reason}"]


@pytest.mark.parametrize(
    ("name", "pack"),
    [("g.data.br", brotli.compress), ("g.data.gz", gzip.compress)],
    ids=["br", "gz"],
)
def test_a_bomb_is_not_unpacked(name: str, pack: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """More than the limit, whatever the file's own size."""
    monkeypatch.setattr(unpacked_files, "MAX_BYTES", 3 << 20)
    data = pack(bytes(64 << 20))  # type: ignore[operator]
    built = build(FILES | {f"Build/{name}": data}, request("linux"))
    assert inside(built)[f"Build/{name}"] == data
    assert any("unpacks to more than 3 MiB" in str(note) for note in built.plan.notes)
