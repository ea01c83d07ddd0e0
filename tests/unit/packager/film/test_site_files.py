"""The page server's files: none from elsewhere, and the ranges that players of sound ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.packager.film.studio.site_files import SiteFiles, byte_range

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def files(tmp_path: Path) -> SiteFiles:
    """A site beside a secret."""
    site = tmp_path / "site"
    (site / "a b").mkdir(parents=True)
    (site / "index.html").write_text("start")
    (site / "a b/index.html").write_text("folder")
    (site / "a b/ö.js").write_text("script")
    (tmp_path / "secret").write_text("secret")
    (site / "link").symlink_to(tmp_path / "secret")
    return SiteFiles(site)


def _text(files: SiteFiles, target: str) -> str | None:
    found = files.open(target)
    if found is None:
        return None
    with found[1] as file:
        return file.read().decode()


@pytest.mark.parametrize(
    ("target", "text"),
    [
        ("/", "start"),
        ("/index.html?v=1#there", "start"),
        ("/a%20b/", "folder"),
        ("/a%20b", "folder"),
        ("/a%20b/%C3%B6.js", "script"),
        ("/a%20b//%C3%B6.js", "script"),
        ("/none", None),
        ("/link", None),
        ("/../secret", None),
        ("/a%20b/%2e%2e/%2e%2e/secret", None),
        ("/..%5csecret", None),
        ("/%00", None),
        ("/%ff", None),
        ("/" + "a/" * 3_000, None),
    ],
)
def test_a_path_names_a_file_of_the_site(files: SiteFiles, target: str, text: str | None) -> None:
    """Folders by their index; nothing else by any name."""
    assert _text(files, target) == text


@given(first=st.integers(0, 200), last=st.integers(0, 200), size=st.integers(0, 120))
def test_a_range_is_within_the_file(first: int, last: int, size: int) -> None:
    """As RFC 9110 has it; what makes no sense asks for all."""
    found = byte_range(f"bytes={first}-{last}", size)
    if last < first:
        assert found is None
    else:
        assert found == range(first, min(last + 1, size))
    assert byte_range(f"bytes={first}-", size) == range(first, size)
    suffix = byte_range(f"bytes=-{last}", size)
    assert suffix == range(max(size - last, 0), size)


@pytest.mark.parametrize("header", ["", "bytes=", "bytes=-", "lines=1-2", "bytes=1-2,4-5", "x"])
def test_what_is_no_single_range_asks_for_all(header: str) -> None:
    """As allowed."""
    assert byte_range(header, 10) is None
