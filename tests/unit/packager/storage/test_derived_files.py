from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from services.packager.storage.derived_files import DerivedFileCache, ProjectDerivedFiles
from services.packager.storage.disk_cache import DiskCache

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def cache(tmp_path: Path) -> DiskCache:
    """An empty one."""
    return DiskCache(tmp_path / "cache", 1 << 20)


@pytest.fixture
def scratch(cache: DiskCache) -> Iterator[Path]:
    """Of one export."""
    with cache.scratch() as folder:
        yield folder


def _derived(cache: DiskCache, scratch: Path) -> DerivedFileCache:
    return DerivedFileCache(ProjectDerivedFiles(cache, "p1"), scratch)


class Maker:
    """Counts how often it is asked."""

    def __init__(self, made: tuple[bytes, str] | None) -> None:
        self.made = made
        self.asked = 0

    def __call__(self) -> tuple[bytes, str] | None:
        self.asked += 1
        return self.made


@pytest.mark.parametrize("made", [(b"small", ".webp"), None])
def test_what_was_made_once_is_found_again(
    cache: DiskCache, scratch: Path, made: tuple[bytes, str] | None
) -> None:
    """By another export too; that there is nothing is remembered as well."""
    maker = Maker(made)
    first = _derived(cache, scratch).get(["input", 1], maker)
    with cache.scratch() as later:
        again = _derived(cache, later).get(["input", 1], maker)
        assert maker.asked == 1
        assert (first is None, again is None) == (made is None, made is None)
        if first and again and made:
            assert again.path.read_bytes() == first.path.read_bytes() == made[0]
            assert again.sha256 == hashlib.sha256(made[0]).hexdigest()
            assert again.suffix == ".webp"
    _derived(cache, scratch).get(["input", 2], maker)
    assert maker.asked == 2


def test_another_project_finds_nothing(cache: DiskCache, scratch: Path) -> None:
    """What one project's build has handed over might be anything."""
    maker = Maker((b"small", ".webp"))
    _derived(cache, scratch).get("x", maker)
    with cache.scratch() as later:
        DerivedFileCache(ProjectDerivedFiles(cache, "p2"), later).get("x", maker)
    assert maker.asked == 2


def test_two_threads_may_ask_for_the_same(cache: DiskCache, scratch: Path) -> None:
    """A project may hold a file twice; each gets a file that stays whole."""
    data = bytes(range(256)) * 1_000
    _derived(cache, scratch).get("x", Maker((data, ".webp")))
    rounds = 200
    with cache.scratch() as later, ThreadPoolExecutor(4) as threads:
        deriver = _derived(cache, later)
        for derived in threads.map(
            lambda _: deriver.get("x", Maker((data, ".webp"))), range(rounds)
        ):
            assert derived is not None
            assert derived.path.read_bytes() == data


def test_what_the_cache_lets_go_stays_until_the_export_ends(
    cache: DiskCache, scratch: Path
) -> None:
    """A file that is to be packed is there when it is its turn."""
    derived = _derived(cache, scratch).get("x", Maker((b"needed", ".webp")))
    cache.make_room(cache.max_bytes)
    assert derived is not None
    assert derived.path.read_bytes() == b"needed"


@pytest.mark.parametrize("damage", [b"damage", b"", b"{}"])
def test_a_damaged_cache_costs_making_it_again(
    cache: DiskCache, scratch: Path, damage: bytes
) -> None:
    """What lies on the disk is never trusted."""
    maker = Maker((b"origin", ".flac"))
    _derived(cache, scratch).get("x", maker)
    for path in cache.folder.glob("??/*"):
        path.write_bytes(damage)
    with cache.scratch() as later:
        again = _derived(cache, later).get("x", maker)
        assert again is not None
        assert again.path.read_bytes() == b"origin"
    assert maker.asked == 2


def test_scratch_folders_go_with_their_export(cache: DiskCache) -> None:
    """Whatever was put there."""
    with cache.scratch() as folder:
        (folder / "a/b").mkdir(parents=True)
        (folder / "a/b/file").write_bytes(b"x")
    assert not folder.exists()
