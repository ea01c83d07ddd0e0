"""Names that must not stand in an archive."""

from __future__ import annotations

import pytest

from services.packager.archive.member import ArchiveError
from services.packager.archive.paths import ArchivePaths


@pytest.mark.parametrize(
    "path",
    [
        *("", "/", "/etc/passwd", "//host/share", "..", "../a", "a/..", "a/../b", "./a", "a/./b"),
        *("a//b", "a/", "C:/a", "c:a", "a\\b", "..\\a", "a\0b", "a\nb", "..\n", "a\x7f"),
        *("\ud800", "cafe\u0301", "x" * 65_536, "ü" * 32_768),
    ],
)
def test_unsafe(path: str) -> None:
    """What leaves the root, or what tools misread, is refused."""
    with pytest.raises(ArchiveError):
        ArchivePaths().add(path)


@pytest.mark.parametrize(
    "path", ["a", ".hidden", "..a", "a..", "a/...", "a b/c:d", "日本語/🎮", "é", "x" * 65_535]
)
def test_odd_but_safe(path: str) -> None:
    """What only looks like it is not."""
    ArchivePaths().add(path)


@pytest.mark.parametrize(
    ("paths", "message"),
    [
        (["a/b", "a/b"], "is in the archive already"),
        (["a", "a/b"], "'a/b' lies below 'a', which is a file"),
        (["a", "a/b/c/d"], "'a/b/c/d' lies below 'a', which is a file"),
        (["a/b/c", "x", "a/b"], "'a/b' is a folder already"),
        (["a/b/c", "a"], "'a' is a folder already"),
    ],
)
def test_collisions(paths: list[str], message: str) -> None:
    """No name twice, and none that is a file here and a folder there, in either order."""
    seen = ArchivePaths()
    *fine, last = paths
    for path in fine:
        seen.add(path)
    with pytest.raises(ArchiveError, match=message):
        seen.add(last)


def test_neighbours() -> None:
    """Files of one folder, and folders whose names begin alike, live side by side."""
    seen = ArchivePaths()
    for path in ("a/b", "a/c", "a/bc/d", "ab", "a/bc/e"):
        seen.add(path)
