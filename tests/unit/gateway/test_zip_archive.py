"""What a ZIP becomes: which of its files, under which paths, and what is told of the rest."""

from __future__ import annotations

import codecs
import gzip
import io
import random
import shutil
import struct
import subprocess
import tarfile
import zipfile
import zlib
from typing import TYPE_CHECKING, get_args

import pytest

from services.gateway.projects.zip_archive import ZipArchive
from services.gateway.projects.zip_directory import ZipError
from services.gateway.projects.zip_names import CodePage
from services.gateway.settings import Limits
from shared.domain.ignore_patterns import IgnoreFileError
from shared.errors import PathError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

LIMITS = Limits(project_bytes=64 << 20, files=1_000, file_bytes=40 << 20)
WINDOWS, UNIX = 0, 3
KEY = b"-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg\n"


class _Raw(zipfile.ZipInfo):
    """An entry whose name is written as it is given, whatever encoding that is."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802 - as the library has it
        return self.filename.encode("latin-1"), self.flag_bits


def packed(
    names: Mapping[bytes, bytes], *, system: int = UNIX, extra: bytes = b"", mode: int = 0o100644
) -> bytes:
    """A ZIP with names of exactly these bytes, and no flag that says what they are in."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in names.items():
            info = _Raw(name.decode("latin-1"))
            info.create_system, info.external_attr, info.extra = system, mode << 16, extra
            archive.writestr(info, data)
    return buffer.getvalue()


def read(data: bytes, encoding: CodePage | None = None) -> tuple[dict[str, str], dict[str, str]]:
    """Which paths come of it, with the bytes' hash or why they are left out."""
    archive = ZipArchive(io.BytesIO(data), LIMITS, encoding)
    judged = {entry.path: archive._hash(entry) for entry in archive._entries}
    left_out = [*archive._left_out.values(), *(secret for _, secret in judged.values() if secret)]
    files = {path: sha for path, (sha, secret) in judged.items() if not secret}
    return files, {one.path: one.kind.removeprefix("left-out-") for one in left_out}


def paths(data: bytes, encoding: CodePage | None = None) -> set[str]:
    """Those that are taken."""
    return {*read(data, encoding)[0]}


def utf8(*names: str) -> bytes:
    """A ZIP as most libraries pack it."""
    return packed({name.encode(): name.encode() for name in names})


def test_what_push_leaves_at_home_a_zip_leaves_too() -> None:
    """And what its ``.aethelignore`` names, which is a part of the project."""
    files, left_out = read(
        packed(
            {
                b"index.html": b"<p>",
                b".env": b"API_KEY=topsecret",
                b".env.production": b"VITE_A=1",
                b".GIT/config": b"url=https://user:token@example.com/x.git",
                b"node_modules/left/index.js": b"1",
                b"node_modules/left/.env": b"1",
                b"a/id_rsa": b"x",
                b"ca.pem": b"-----BEGIN CERTIFICATE-----\nMIIB\n",
                b"src/a.js": KEY,
                b"src/b.js": KEY,
                b".aethelignore": codecs.BOM_UTF8 + b"notes/\r\n!.env.production\r\n!src/b.js\r\n",
                b"notes/todo.txt": b"secret plan",
            }
        )
    )
    assert {*files} == {".aethelignore", ".env.production", "index.html", "ca.pem", "src/b.js"}
    assert left_out == {
        ".env": "secret",
        ".GIT/": "clutter",
        "node_modules/": "packages",
        "a/id_rsa": "secret",
        "src/a.js": "secret",
        "notes/": "ignored",
    }


@pytest.mark.parametrize(
    ("names", "taken"),
    [
        (["Game/index.html", "Game/.DS_Store", "__MACOSX/Game/._index.html"], {"index.html"}),
        (["index.html", ".DS_Store", "__MACOSX/._index.html"], {"index.html"}),
        (
            ["g/index.html", "g/a/b.js", "g/.aethelignore"],
            {"index.html", "a/b.js", ".aethelignore"},
        ),
        (["README.txt", "game/index.html"], {"README.txt", "game/index.html"}),
        (["g/index.html", "g/.git/HEAD", "g/.env", "Thumbs.db"], {"index.html"}),
        (["node_modules/index.html", "node_modules/a.js"], None),
        ([".aws/credentials"], None),
        (["../a"], PathError),
        (["C:/a"], PathError),
        (["con/a"], PathError),
        (["/a"], PathError),
    ],
)
def test_a_folder_around_everything_is_left_out(
    names: list[str], taken: set[str] | type[Exception] | None
) -> None:
    """What systems put beside it does not count; no bad name becomes a good one by it."""
    if isinstance(taken, set):
        assert paths(utf8(*names)) == taken
    else:
        with pytest.raises(taken or ZipError):
            read(utf8(*names))


def test_names_are_what_they_are() -> None:
    """With a flag, with the other name beside, as UTF-8 without either, or as somebody says."""
    assert paths(packed({"Bär.png".encode(): b""})) == {"Bär.png"}
    assert paths(packed({"画像.png".encode("cp932"): b""}), "cp932") == {"画像.png"}
    assert paths(packed({"Bär.png".encode("cp437"): b""}), "cp437") == {"Bär.png"}
    raw = "画像.png".encode("cp932")
    name = b"\x01" + struct.pack("<I", zlib.crc32(raw)) + "画像.png".encode()
    field = struct.pack("<HH", 0x7075, len(name)) + name
    assert paths(packed({raw: b""}, extra=struct.pack("<HH", 9, 1) + b"x" + field)) == {"画像.png"}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("Bär.png", b"")
    assert paths(buffer.getvalue(), "cp932") == {"Bär.png"}


@pytest.mark.parametrize("code_page", get_args(CodePage))
def test_every_code_page_is_one(code_page: CodePage) -> None:
    """Python knows it, and a name that it cannot hold is refused in words."""
    assert paths(packed({b"a.png": b""}), code_page) == {"a.png"}
    assert "".encode(code_page) == b""


def test_a_name_that_nobody_can_know_is_refused() -> None:
    """It is named, and what to do; a wrong answer is told, too; a stale field proves nothing."""
    raw = "画像.png".encode("cp932")
    with pytest.raises(ZipError, match=r"'\\x89.*\?encoding=cp932"):
        read(packed({raw: b""}))
    with pytest.raises(ZipError, match="is not in euc-kr: say another encoding"):
        read(packed({b"\xff.png": b""}), "euc-kr")
    name = b"\x01" + bytes(4) + b"other.png"
    stale = struct.pack("<HH", 0x7075, len(name)) + name
    with pytest.raises(ZipError, match="encoding"):
        read(packed({raw: b""}, extra=stale))


def test_backslashes_of_windows_are_slashes() -> None:
    """Where no name could hold one, and nothing leads out; elsewhere they are refused."""
    names = {
        rb"index.html": b"<p>",
        rb"js\main.js": b"1",
        rb"js\deep" + b"\\": b"",
        rb".git\x": b"",
    }
    files, left_out = read(packed(names, system=WINDOWS))
    assert ({*files}, left_out) == ({"index.html", "js/main.js"}, {".git/": "clutter"})
    for name in (rb"..\x", rb"a\..\..\x", rb"C:\x", rb"\\host\x", rb"a/b\c"):
        with pytest.raises(PathError):
            read(packed({b"index.html": b"", name: b""}, system=WINDOWS))
    with pytest.raises(PathError, match="backslash"):
        read(packed({b"index.html": b"", rb"js\main.js": b""}, system=UNIX))


def _tar() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("index.html"))
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"Rar!\x1a\x07\x01\x00" + bytes(40), "a RAR archive: unpack it, then pack"),
        (b"7z\xbc\xaf\x27\x1c" + bytes(40), "a 7z archive"),
        (gzip.compress(_tar()), "gzip file"),
        (_tar(), "a tar archive"),
        (b"\n<!DOCTYPE html><title>404", "an HTML page"),
        (b"--x\r\nContent-Disposition: form-data; name=file\r\n\r\nPK", "a form"),
        (utf8("index.html", "b.js")[:-30], "has no end"),
        (b"", "the body is empty"),
        (b"what?", "no ZIP: pack the files"),
    ],
    ids=["rar", "7z", "tar.gz", "tar", "page", "form", "cut short", "nothing", "something"],
)
def test_what_is_no_zip_is_told_what_it_is(data: bytes, told: str) -> None:
    """With what to do."""
    with pytest.raises(ZipError, match=told):
        read(data)


def test_a_zip_that_has_nothing_left_says_why() -> None:
    """Else it would be an empty project."""
    with pytest.raises(ZipError, match=r"no files that could be a project; \.env looks like"):
        read(utf8(".env", ".git/HEAD"))
    with pytest.raises(IgnoreFileError, match="save it as UTF-8"):
        read(packed({b"index.html": b"", b".aethelignore": b"\xff\xfe\x00"}))


def test_links_of_what_is_left_out_do_no_harm() -> None:
    """``node_modules/.bin`` is full of them."""
    links = packed({b"node_modules/.bin/x": b"../x"}, mode=0o120777)
    with pytest.raises(ZipError, match=r"no files .* node_modules/ was left out"):
        read(links)
    with pytest.raises(ZipError, match="link"):
        read(packed({b"bin/x": b"../x"}, mode=0o120777))


@pytest.mark.parametrize("tool", ["zip by python", "7z"])
def test_foreign_packers_lose_no_file(tool: str, tmp_path: Path) -> None:
    """Random names, among them secrets in random case: what is taken is all the rest."""
    rng = random.Random(tool)
    words = ["a", "Bär", "画像", "x y", "hero.png", "λ.js", "niño.txt"]
    secrets = [".env", "id_rsa", ".npmrc", "a.p12", ".DS_Store", "._a", "Thumbs.db"]
    for round_number in range(6):
        root = tmp_path / f"{round_number}"
        wanted = {"index.html"}
        for number in range(12):
            folder = "/".join(rng.choice(words) + "d" for _ in range(rng.randrange(3)))
            wanted.add(f"{folder}/{number}{rng.choice(words)}".lstrip("/"))
        hidden = {"".join(rng.choice([c.upper(), c]) for c in name) for name in secrets}
        hidden |= {f"{rng.choice(words)}d/.Git/x", "NODE_MODULES/x/y.js"}
        for path in wanted | hidden:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(path)
        out = tmp_path / f"{round_number}.zip"
        if tool == "7z":
            subprocess.run(["7z", "a", "-tzip", str(out), "."], cwd=root, check=True, stdout=-3)
        else:
            shutil.make_archive(str(out.with_suffix("")), "zip", root)
        assert paths(out.read_bytes()) == wanted
