"""A film's site comes in a ZIP that a build has made which nobody trusts."""

from __future__ import annotations

import io
import stat
import zipfile
from typing import TYPE_CHECKING

import pytest

from services.packager.film import site_archive
from services.packager.film.site_archive import unpack
from services.packager.film.studio.errors import FilmError, FilmTooHeavyError

if TYPE_CHECKING:
    from pathlib import Path


def archive(path: Path, files: dict[str, bytes], *, how: int = zipfile.ZIP_STORED) -> Path:
    """A ZIP of these files."""
    with zipfile.ZipFile(path, "w", how) as target:
        for name, data in files.items():
            target.writestr(name, data)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where it is unpacked."""
    made = tmp_path / "site"
    made.mkdir()
    return made


def test_every_file_is_there_for_another_user(tmp_path: Path, folder: Path) -> None:
    """Whoever films it can read it, and nobody can run it."""
    files = {"index.html": b"<p>", "a/b/c.js": b"1", "empty.txt": b""}
    unpack(archive(tmp_path / "s.zip", files, how=zipfile.ZIP_DEFLATED), folder)
    found = {str(p.relative_to(folder)): p for p in folder.rglob("*") if p.is_file()}
    assert {name: path.read_bytes() for name, path in found.items()} == files
    assert {stat.S_IMODE(path.stat().st_mode) for path in found.values()} == {0o644}
    assert stat.S_IMODE((folder / "a/b").stat().st_mode) == 0o755


@pytest.mark.parametrize(
    "name", ["../out.txt", "/etc/out.txt", "a/../../out.txt", "a\\b.txt", "C:x", "nul", "a/./b"]
)
def test_nothing_leaves_the_folder(tmp_path: Path, folder: Path, name: str) -> None:
    """Not one file is written."""
    path = archive(tmp_path / "s.zip", {"index.html": b"<p>", name: b"x"})
    before = {*tmp_path.rglob("*")}
    with pytest.raises(FilmError, match="cannot be unpacked"):
        unpack(path, folder)
    assert {*tmp_path.rglob("*")} == before


def test_a_link_is_a_file_that_holds_its_target(tmp_path: Path, folder: Path) -> None:
    """Nothing is followed."""
    link = zipfile.ZipInfo("link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "s.zip", "w") as target:
        target.writestr(link, "/etc/passwd")
    unpack(tmp_path / "s.zip", folder)
    assert not (folder / "link").is_symlink()
    assert (folder / "link").read_bytes() == b"/etc/passwd"


def test_two_files_of_one_name_are_refused(tmp_path: Path, folder: Path) -> None:
    """Also where case alone tells them apart."""
    path = archive(tmp_path / "s.zip", {"a.txt": b"1", "A.txt": b"2"})
    with pytest.raises(FilmError):
        unpack(path, folder)


def test_more_than_a_site_may_hold_is_refused(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By what its directory says; and an entry gives no more than that."""
    monkeypatch.setattr(site_archive, "MOST_BYTES", 1_000)
    path = archive(tmp_path / "s.zip", {"a": bytes(10_000)}, how=zipfile.ZIP_DEFLATED)
    with pytest.raises(FilmTooHeavyError):
        unpack(path, folder)
    lying = bytearray(path.read_bytes())
    at = lying.rindex(b"PK\x01\x02")
    lying[at + 24 : at + 28] = (500).to_bytes(4, "little")
    path.write_bytes(lying)
    with pytest.raises(FilmError):
        unpack(path, folder)
    assert sum(p.stat().st_size for p in folder.iterdir()) <= 1_000


@pytest.mark.parametrize("cut", [0, 1, 30, 100])
def test_what_is_no_archive_is_refused(tmp_path: Path, folder: Path, cut: int) -> None:
    """Cut short anywhere."""
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as target:
        target.writestr("index.html", "x" * 50)
    (tmp_path / "s.zip").write_bytes(memory.getvalue()[:cut])
    with pytest.raises(FilmError):
        unpack(tmp_path / "s.zip", folder)
