from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from services.packager.storage.disk_cache import DiskCache
from services.packager.storage.disk_space import DiskSpace
from tests.measured import measured

if TYPE_CHECKING:
    from pathlib import Path

MIB = 1 << 20


def measured_disk() -> tuple[float, float]:
    """Its size, and what is free of it."""
    return (
        measured("export_disk_bytes", disk="cache"),
        measured("export_disk_free_bytes", disk="cache"),
    )


def test_a_disk_is_measured_as_it_is(tmp_path: Path) -> None:
    """Where the cache has it for itself."""
    DiskSpace(DiskCache(tmp_path, 10 * MIB), size_bytes=0).measure()
    size, free = measured_disk()
    assert size == shutil.disk_usage(tmp_path).total
    assert 0 < free < size


def test_a_volume_is_no_larger_than_it_may_become(tmp_path: Path) -> None:
    """The disk below it may be larger; what the cache and the builds take is what is gone."""
    cache = DiskCache(tmp_path, 10 * MIB)
    space = DiskSpace(cache, size_bytes=8 * MIB)
    space.measure()
    size, free = measured_disk()
    assert size == 8 * MIB
    assert free > 7 * MIB
    with cache.scratch() as folder:
        (folder / "deep").mkdir()
        (folder / "deep/build").write_bytes(b"x" * 3 * MIB)
        space.measure()
        assert 4 * MIB < measured_disk()[1] <= 5 * MIB
        (folder / "more").write_bytes(b"x" * 6 * MIB)
        space.measure()
        assert measured_disk() == (8 * MIB, 0)
