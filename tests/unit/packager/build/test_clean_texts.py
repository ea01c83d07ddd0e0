"""Texts without secrets are searched once; what is new or somebody else's is searched again."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

import pytest

from services.packager.build.clean_texts import MOST, CleanTexts
from services.packager.build.private_files import REMEMBERED_BYTES, public_files
from services.packager.project.files import ProjectFiles
from services.packager.storage.derived_files import ProjectDerivedFiles
from services.packager.storage.disk_cache import DiskCache
from tests.projects import in_memory

if TYPE_CHECKING:
    from pathlib import Path

SECRET: Final = b"-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIIG"
TEXTS: Final = {f"{n}.js": b"let n = %d;\n" % n * (REMEMBERED_BYTES // 90) for n in range(10)}


def searched(
    folder: Path, files: dict[str, bytes], project: str = "p1"
) -> tuple[set[str], set[str]]:
    """Which files were read, and which are shipped."""
    read = set()
    known = in_memory(files)

    def opened(file: object) -> io.BytesIO:
        path = file.path  # type: ignore[attr-defined]
        read.add(path)
        return io.BytesIO(files[path])

    derived = ProjectDerivedFiles(DiskCache(folder, 1 << 30), project)
    shipped = public_files(ProjectFiles(project, known.files, opened), "web", derived)
    return read, set(shipped.project.files)


def test_only_new_texts_are_searched(tmp_path: Path) -> None:
    """A secret that comes into a known file is found; so is one that a renamed file has."""
    assert searched(tmp_path, TEXTS) == (set(TEXTS), set(TEXTS))
    assert searched(tmp_path, TEXTS) == (set(), set(TEXTS))
    leaking = TEXTS | {"3.js": TEXTS["3.js"] + SECRET, "moved.js": TEXTS["4.js"]}
    for _ in range(2):  # what holds a secret is never taken for clean
        assert searched(tmp_path, leaking) == ({"3.js"}, leaking.keys() - {"3.js"})


def test_keys_are_known_by_their_names(tmp_path: Path) -> None:
    """The same bytes are harmless under one name, and none under another."""
    files = TEXTS | {"a.txt": b"plain"}
    searched(tmp_path, files)
    assert searched(tmp_path, TEXTS | {"a.key": b"plain"}) == ({"a.key"}, set(TEXTS))


def test_what_one_project_has_found_serves_no_other(tmp_path: Path) -> None:
    """Its build might have written anything."""
    searched(tmp_path, TEXTS)
    assert searched(tmp_path, TEXTS, "p2")[0] == TEXTS.keys()


@pytest.mark.parametrize("at", [0, 17, 200])
def test_a_damaged_list_is_made_again(tmp_path: Path, at: int) -> None:
    """A flipped bit costs a search, and is gone then."""
    searched(tmp_path, TEXTS)
    for file in tmp_path.glob("??/*"):
        data = bytearray(file.read_bytes())
        data[at % len(data)] ^= 4
        file.write_bytes(data)
    assert searched(tmp_path, TEXTS)[0] == TEXTS.keys()
    assert searched(tmp_path, TEXTS)[0] == set()


def test_the_list_is_bounded(tmp_path: Path) -> None:
    """The latest texts are in it."""
    derived = ProjectDerivedFiles(DiskCache(tmp_path, 1 << 30), "p1")
    CleanTexts(derived).keep(f"{n:064x}" for n in range(MOST))
    CleanTexts(derived).keep(["f" * 64])
    kept = CleanTexts(derived)
    assert "f" * 64 in kept
    assert f"{MOST - 2:064x}" in kept
    assert f"{MOST - 1:064x}" not in kept
