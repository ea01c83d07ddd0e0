from __future__ import annotations

import pytest

from services.packager.build.plan import Content
from services.packager.desktop.app_plan import MAX_BYTES, GameTooLargeError, check_size


def _content(path: str, size_bytes: int) -> Content:
    return Content(path=path, size_bytes=size_bytes, sha256="0" * 64)


def test_what_one_program_carries_counts_names_too() -> None:
    """The game's archive has each of them twice; beyond 4 GiB the shell could not read it."""
    names = [_content(f"{n:05}{'x' * 900}", 0) for n in range(60_000)]
    check_size([*names, _content("a", MAX_BYTES // 2)])
    check_size([_content("a", MAX_BYTES - 1_000)])
    with pytest.raises(GameTooLargeError, match="excludePatterns"):
        check_size([*names, _content("a", MAX_BYTES - 1_000)])
