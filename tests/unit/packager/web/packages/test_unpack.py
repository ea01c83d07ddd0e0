"""Tarballs of people who want harm become plain files in one folder, or nothing."""

from __future__ import annotations

import gzip
import io
import struct
import subprocess
import tarfile
import zlib
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.packager.project.unreadable import UnreadableError, decoding
from services.packager.web import packages
from services.packager.web.packages import unpack as unpack_module
from services.packager.web.packages.unpack import Budget, BudgetError, Unpacked, unpack
from tests.npm_server import tarball

if TYPE_CHECKING:
    from pathlib import Path


def _budget(files: int = 1_000, size_bytes: int = 10 << 20) -> Budget:
    return Budget(files=files, size_bytes=size_bytes)


def _unpack(data: bytes, folder: Path, budget: Budget | None = None) -> Unpacked:
    return unpack(io.BytesIO(data), folder / "out", budget or _budget())


def _files(folder: Path) -> dict[str, bytes]:
    out = folder / "out"
    paths = [path for path in out.rglob("*") if path.is_file()]
    assert not [path for path in out.rglob("*") if path.is_symlink()]
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in paths}


def _tar(*entries: tuple[tarfile.TarInfo, bytes], kind: int = tarfile.PAX_FORMAT) -> bytes:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w", format=kind) as tar:
        for info, body in entries:
            info.size = len(body)
            tar.addfile(info, io.BytesIO(body))
    return gzip.compress(data.getvalue())


def _entry(path: str, body: bytes = b"x", **fields: object) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(path)
    for name, value in fields.items():
        setattr(info, name, value)
    return info, body


def test_a_package_comes_out_as_it_was_packed(tmp_path: Path) -> None:
    """Whatever its first folder is called; long names, empty files, and what may be started."""
    long = "/".join(["folder" * 8] * 6) + "/file.js"
    for kind in (tarfile.PAX_FORMAT, tarfile.GNU_FORMAT):
        data = _tar(
            _entry("webxr/package.json", b"{}"),
            _entry(f"webxr/{long}", b"long"),
            _entry("webxr/empty", b""),
            _entry("webxr/./bin//run", b"#!", mode=0o755),
            _entry("top-level", b"nowhere"),
            _entry("webxr/größe.js", b"u"),
            kind=kind,
        )
        folder = tmp_path / str(kind)
        found = _unpack(data, folder)
        assert _files(folder) == {
            "package.json": b"{}",
            long: b"long",
            "empty": b"",
            "bin/run": b"#!",
            "größe.js": b"u",
        }
        assert (found.files, found.size_bytes, found.left_out) == (5, 9, ())
        assert (folder / "out/bin/run").stat().st_mode & 0o777 == 0o755
        assert (folder / "out/package.json").stat().st_mode & 0o777 == 0o644


def test_what_no_build_reads_is_not_written(tmp_path: Path) -> None:
    """Its bytes are passed over: what stands behind it comes out whole."""
    names = ("a.js", "a.js.map", "types/b.d.ts", "types/c.d.mts", "e.css.map", "map.js", "d.ts")
    data = _tar(*(_entry(f"package/{name}", name.encode() * 700) for name in names))
    unpack(io.BytesIO(data), tmp_path / "out", _budget(), unread=packages._MAPS_AND_TYPES)
    assert _files(tmp_path) == {name: name.encode() * 700 for name in ("a.js", "map.js", "d.ts")}


def test_times_behind_a_shorter_prefix(tmp_path: Path) -> None:
    """Some archives have them where others have the rest of a long name."""
    header = bytearray(gzip.decompress(_tar(_entry("a/b"), kind=tarfile.USTAR_FORMAT)))
    header[476:499] = b"15066551220\00015066551220"
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header[:512])
    _unpack(gzip.compress(bytes(header)), tmp_path)
    assert _files(tmp_path) == {"b": b"x"}


def test_links_and_devices_are_left_out(tmp_path: Path) -> None:
    """None becomes anything, and nothing is written through one."""
    kinds = [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE]
    links = [_entry(f"p/link{n.decode()}", b"", type=n, linkname="/etc/passwd") for n in kinds]
    data = _tar(
        *links,
        _entry("p/here", b"", type=tarfile.SYMTYPE, linkname="../.."),
        _entry("p/here/file", b"inside"),
    )
    found = _unpack(data, tmp_path)
    assert _files(tmp_path) == {"here/file": b"inside"}
    assert len(found.left_out) == 6


PATHS = ["/etc/passwd", "p/../../x", "p/..", "../p/x", "p/a\\..\\b", "p/a\nb", "p/\x7f"]
PATHS += ["p/" + "x" * 300, "p/" + "/".join(["d"] * 80), "p/" + "/".join(["x" * 200] * 5)]


@pytest.mark.parametrize("path", PATHS)
def test_odd_paths_end_it(tmp_path: Path, path: str) -> None:
    """No package has such; nothing lies outside of its folder."""
    with pytest.raises(UnreadableError, match="path"):
        _unpack(_tar(_entry("p/good"), _entry(path)), tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"out"}


def test_names_that_differ_in_case_alone(tmp_path: Path) -> None:
    """The first counts; not every system can hold both."""
    data = _tar(_entry("p/Readme", b"1"), _entry("p/README", b"2"), _entry("p/readme/x", b"3"))
    assert _unpack(data, tmp_path).left_out == ("README", "readme/x")
    assert _files(tmp_path) == {"Readme": b"1"}


def test_a_file_that_is_also_a_folder(tmp_path: Path) -> None:
    """In either order."""
    with pytest.raises(UnreadableError, match="'a' as a file and as a folder"):
        _unpack(_tar(_entry("p/a"), _entry("p/a/b")), tmp_path / "1")
    with pytest.raises(UnreadableError, match="'a' as a file and as a folder"):
        _unpack(_tar(_entry("p/a/b"), _entry("p/a")), tmp_path / "2")


def test_the_same_path_twice(tmp_path: Path) -> None:
    """The last one counts, as tar does it; a shorter one leaves nothing of a longer one."""
    _unpack(_tar(_entry("p/a", b"longer"), _entry("p/a", b"2")), tmp_path)
    assert _files(tmp_path) == {"a": b"2"}


def test_bombs_end_when_they_are_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By what has come, before it is written; whatever the headers say, and whatever is skipped."""
    with pytest.raises(BudgetError, match="bytes"):
        _unpack(tarball({"zeros": bytes(2 << 20)}), tmp_path / "1", _budget(size_bytes=1 << 20))
    many = tarball({f"{n}": "" for n in range(100)})
    with pytest.raises(BudgetError, match="files"):
        _unpack(many, tmp_path / "2", _budget(files=99))
    monkeypatch.setattr(unpack_module, "MAX_INFLATED", 1 << 20)
    skipped = _tar(_entry("p/fifo", bytes(2 << 20), type=b"Z"))
    with pytest.raises(BudgetError):
        _unpack(skipped, tmp_path / "3")
    monkeypatch.setattr(unpack_module, "MAX_ENTRIES", 50)
    with pytest.raises(UnreadableError, match="more than 50 entries"):
        _unpack(many, tmp_path / "4")
    assert not (tmp_path / "1/out/zeros").exists()


def test_one_budget_for_all_packages(tmp_path: Path) -> None:
    """Each takes of it what it has."""
    budget = _budget(files=3)
    _unpack(tarball({"a": "", "b": ""}), tmp_path / "1", budget)
    with pytest.raises(BudgetError):
        _unpack(tarball({"a": "", "b": ""}), tmp_path / "2", budget)


SIZES = [
    b"77777777777\0",
    b"9999\0\0\0\0\0\0\0\0",
    b"\x80" + b"\xff" * 11,
    b"-1\0\0\0\0\0\0\0\0\0\0",
]


@pytest.mark.parametrize("size", SIZES)
def test_headers_that_lie_about_sizes(tmp_path: Path, size: bytes) -> None:
    """What they announce is not there, or is no number."""
    header = bytearray(gzip.decompress(_tar(_entry("p/a"))))
    header[124:136] = size
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header[:512])
    with pytest.raises((UnreadableError, BudgetError)):
        _unpack(gzip.compress(bytes(header)), tmp_path)


EXTENDED = [b"5 a", b"999 path=x\n", b"0 path=x\n", b"x", b"11 size=-1\n", b"\xff" * 30]


@pytest.mark.parametrize("data", EXTENDED)
def test_damaged_extended_headers(tmp_path: Path, data: bytes) -> None:
    """They end it, and are never read twice."""
    extended = _entry("p/PaxHeader", data, type=b"x")
    with pytest.raises(UnreadableError):
        _unpack(_tar(extended, _entry("p/a"), kind=tarfile.USTAR_FORMAT), tmp_path)


@given(
    st.integers(0, 2_000),
    st.binary(min_size=1, max_size=4),
    st.booleans(),
)
@settings(
    deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_damage_is_the_packages_fault(
    tmp_path_factory: pytest.TempPathFactory, at: int, noise: bytes, inside: bool
) -> None:
    """Flipped bytes, in the tar or around it, end in an error of ours and within the folder."""
    folder = tmp_path_factory.mktemp("damaged")
    plain = bytearray(gzip.decompress(tarball({"a/b.js": "text" * 50, "c": "x", "d/e": ""})))
    if inside:
        plain[at : at + len(noise)] = noise
    packed = bytearray(gzip.compress(bytes(plain)))
    if not inside:
        packed[at % len(packed) : at % len(packed) + len(noise)] = noise
    try:
        with decoding("a@1.0.0"):
            _unpack(bytes(packed), folder)
    except (UnreadableError, BudgetError):
        pass
    assert {path.name for path in folder.iterdir()} == {"out"}


def test_gzip_that_is_none(tmp_path: Path) -> None:
    """Cut short, empty, another format: said so."""
    whole = tarball({"a": "x" * 5_000})
    for number, data in enumerate(
        (b"", whole[:-20], b"PK\x03\x04", zlib.compress(b"x"), whole[:9])
    ):
        with pytest.raises(UnreadableError, match=r"short|gzip"):
            _unpack(data, tmp_path / str(number))
    with pytest.raises(UnreadableError, match="no tar"):
        _unpack(gzip.compress(struct.pack("512s", b"x" * 512)), tmp_path / "tar")


def test_what_gnu_tar_writes(tmp_path: Path) -> None:
    """The system's own program packs, and the same comes out."""
    package = tmp_path / "package"
    (package / "deep/er").mkdir(parents=True)
    (package / "deep/er" / ("n" * 150)).write_bytes(b"1" * 3_000)
    (package / "run.sh").write_bytes(b"#!/bin/sh\n")
    (package / "run.sh").chmod(0o755)
    packed = tmp_path / "p.tgz"
    subprocess.run(["tar", "-C", tmp_path, "-czf", packed, "package"], check=True)
    _unpack(packed.read_bytes(), tmp_path)
    assert _files(tmp_path) == {"deep/er/" + "n" * 150: b"1" * 3_000, "run.sh": b"#!/bin/sh\n"}
