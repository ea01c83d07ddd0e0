"""The disk cache: bounded, shared, and never trusted."""

from __future__ import annotations

import os
import shutil
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from services.packager.storage import disk_cache as cache_module
from services.packager.storage.disk_cache import CacheFullError, DiskCache

if TYPE_CHECKING:
    from pathlib import Path

KIB = 1 << 10


def _put(cache: DiskCache, key: str, size_bytes: int) -> None:
    with cache.writing(key, size_bytes) as descriptor:
        os.write(descriptor, bytes(size_bytes))


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _age(cache: DiskCache, key: str, seconds: float) -> None:
    then = time.time() - seconds
    os.utime(cache.path(key), (then, then))


def test_it_stays_within_its_bound(tmp_path: Path) -> None:
    """However much goes in, no more than the bound is there."""
    cache = DiskCache(tmp_path, 100 * KIB)
    for n in range(50):
        _put(cache, f"object {n}", 7 * KIB)
        assert _size(tmp_path) <= 100 * KIB


def test_the_least_recently_used_goes_first(tmp_path: Path) -> None:
    """Reading an object keeps it."""
    cache = DiskCache(tmp_path, 30 * KIB)
    for age, key in enumerate(["new", "middle", "old"]):
        _put(cache, key, 10 * KIB)
        _age(cache, key, age * 100 + 100)
    assert cache.find("old", 10 * KIB)
    _put(cache, "another", 10 * KIB)
    assert cache.find("old", 10 * KIB)
    assert cache.find("middle", 10 * KIB) is None


def test_it_may_be_deleted_while_in_use(tmp_path: Path) -> None:
    """An operator who needs the room removes the folder; the next object makes it anew."""
    cache = DiskCache(tmp_path / "cache", 100 * KIB)
    shutil.rmtree(tmp_path / "cache")
    _put(cache, "object", 10 * KIB)
    assert cache.find("object", 10 * KIB)


def test_it_survives_a_restart_and_shrinks_to_a_new_bound(tmp_path: Path) -> None:
    """What is on disk is found again; a smaller bound holds at once."""
    _put(DiskCache(tmp_path, 100 * KIB), "kept", 10 * KIB)
    assert DiskCache(tmp_path, 100 * KIB).find("kept", 10 * KIB)
    assert DiskCache(tmp_path, 5 * KIB).find("kept", 10 * KIB) is None


def test_a_shorter_prefix_than_needed_is_a_miss(tmp_path: Path) -> None:
    """A later snapshot may need more of a pack."""
    cache = DiskCache(tmp_path, 100 * KIB)
    _put(cache, "pack", 10 * KIB)
    assert cache.find("pack", 9 * KIB)
    assert cache.find("pack", 11 * KIB) is None


def test_a_failed_write_leaves_nothing(tmp_path: Path) -> None:
    """Neither an object nor a part of it."""
    cache = DiskCache(tmp_path, 100 * KIB)
    with suppress(ValueError), cache.writing("object", 10) as descriptor:
        os.write(descriptor, b"half")
        raise ValueError
    assert cache.find("object", 0) is None
    assert _size(tmp_path) == 0


def test_what_a_dead_process_left_is_removed(tmp_path: Path) -> None:
    """A half-written file of long ago goes at the next look; a fresh one is somebody's work."""
    (tmp_path / "ab").mkdir()
    for name, age in [("old", 7_200), ("fresh", 10)]:
        path = tmp_path / "ab" / f"{name}{cache_module.PARTIAL}"
        path.write_bytes(b"half")
        os.utime(path, (time.time() - age, time.time() - age))
    DiskCache(tmp_path, 100 * KIB)
    assert [path.name for path in tmp_path.glob("??/*")] == [f"fresh{cache_module.PARTIAL}"]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")  # noqa: PTH110
def test_a_full_disk_is_a_reason_to_come_again(tmp_path: Path) -> None:
    """The job is handed back; it is not the project's fault."""
    cache = DiskCache(tmp_path, 100 * KIB)
    with (
        pytest.raises(CacheFullError) as caught,
        cache.writing("object", 10),
        open("/dev/full", "wb", buffering=0) as full,  # noqa: PTH123
    ):
        full.write(b"anything")
    assert caught.value.retryable
