from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.globs import matches_any
from shared.domain.paths import check_path, check_paths
from shared.errors import PathError


@given(st.text(max_size=40))
def test_a_path_that_passes_stays_inside(path: str) -> None:
    """Whatever the text: accepted means relative, without steps up or foreign separators."""
    try:
        check_path(path)
    except PathError:
        return
    parts = path.split("/")
    assert not {"", ".", ".."} & set(parts)
    assert not set("\\:\0") & set(path)


@pytest.mark.parametrize("path", ["index.html", "a b/ü/日本.png", ".hidden", "a" * 255, "console"])
def test_ordinary_names_pass(path: str) -> None:
    """Spaces, letters of all scripts, and names that only begin like a reserved one."""
    assert check_path(path) == path


def test_folders_that_differ_only_in_case_collide() -> None:
    """On Windows and macOS they would become one."""
    with pytest.raises(PathError, match="only in case"):
        check_paths(["a/x", "A/y"])


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("*.psd", "a.psd", True),
        ("*.psd", "art/a.psd", False),
        ("**/*.psd", "a.psd", True),
        ("**/*.psd", "art/deep/a.psd", True),
        ("art/*", "art/a.png", True),
        ("art/*/a.png", "art/a.png", False),
        ("art/**/a.png", "art/a.png", True),
        ("art/**", "art/deep/a.png", True),
        ("art", "art/deep/a.png", True),
        ("/art/", "art/a.png", True),
        ("ar?", "art/a.png", True),
        ("[ab].txt", "a.txt", True),
        ("*.PSD", "a.psd", False),
        ("art", "artist/a.png", False),
    ],
)
def test_globs(pattern: str, path: str, *, matches: bool) -> None:
    """One star stays within a folder, two cross folders, a folder's name takes all of it."""
    assert matches_any(path, [pattern]) is matches


def test_a_hostile_pattern_takes_no_time() -> None:
    """Many stars against a long name: this would never end with plain backtracking."""
    assert not matches_any("/".join(["a" * 200] * 100), ["**/" * 80 + "*a" * 60 + "b"])
