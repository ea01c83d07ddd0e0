"""A packager on the real storage."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from services.packager.handler import PackagerHandler
from services.packager.storage.disk_cache import DiskCache
from shared.templates import BUILT
from tests.projects import BUILDS

if TYPE_CHECKING:
    from pathlib import Path

    from shared.storage.bucket import Storage


@pytest.fixture
def cache(tmp_path: Path) -> DiskCache:
    """An empty cache with room for everything."""
    return DiskCache(tmp_path / "cache", 1 << 30)


@pytest.fixture
def handler(packagers_storage: Storage, cache: DiskCache) -> PackagerHandler:
    """All platforms."""
    return PackagerHandler(packagers_storage, cache, BUILDS, BUILT)
