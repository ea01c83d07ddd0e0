"""Patterns that want to take for ever, and regular expressions that read what clients wrote."""

from __future__ import annotations

import fnmatch
import re
from typing import TYPE_CHECKING, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.http import parameters
from shared.domain import events, globs, options
from shared.domain.globs import MAX_PARTS, matches_any
from shared.domain.options import ExportOptions, Glob

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator

LETTERS = "ab"
PATTERN_LETTERS = "ab*?"
PIECES = st.one_of(st.just("**"), st.text(PATTERN_LETTERS, min_size=1, max_size=3))
PATTERNS = st.lists(PIECES, min_size=1, max_size=6).map("/".join)
PATHS = st.lists(st.text(LETTERS, min_size=1, max_size=3), min_size=1, max_size=6).map("/".join)


def matches_by_the_book(parts: list[str], pieces: list[str]) -> bool:
    """What the documentation says, tried in every way: slow, and obviously right."""
    if not pieces:
        return True
    if pieces[0] == "**":
        return any(
            matches_by_the_book(parts[taken:], pieces[1:]) for taken in range(len(parts) + 1)
        )
    here = bool(parts) and fnmatch.fnmatchcase(parts[0], pieces[0])
    return here and matches_by_the_book(parts[1:], pieces[1:])


@given(path=PATHS, pattern=PATTERNS)
def test_the_matcher_means_what_the_documentation_says(path: str, pattern: str) -> None:
    """Whatever the pattern: the quick answer is the one of trying everything."""
    wanted = matches_by_the_book(path.split("/"), pattern.split("/"))
    assert matches_any(path, [pattern]) is wanted


class CountedPiece:
    """A piece of a pattern that counts how often a part of a path is held against it."""

    def __init__(self, pattern: re.Pattern[str], counts: list[int]) -> None:
        self._pattern = pattern
        self._counts = counts

    def match(self, part: str) -> re.Match[str] | None:
        """As the pattern itself."""
        self._counts[0] += 1
        return self._pattern.match(part)


def hostile_pattern(rng: random.Random) -> str:
    """Many ``**`` with something between them that nearly fits."""
    between = [rng.choice(["a*", "*a", "?*", "a", "*", "*/a", "a/*/a", "*a*a*"]) for _ in range(16)]
    pieces = "/**/".join(between).split("/")[: MAX_PARTS - 1]
    return "**/" + "/".join(pieces[: MAX_PARTS - 2]) + "/b"


def test_no_pattern_takes_more_steps_than_parts_of_path_and_pattern(
    monkeypatch: pytest.MonkeyPatch, rng: random.Random, rounds: Callable[[int], Iterator[int]]
) -> None:
    """The product of both, however often something nearly fits."""
    counts = [0]
    compile_pieces = globs._pieces.__wrapped__

    def counted(pattern: str) -> tuple[CountedPiece | None, ...]:
        return tuple(piece and CountedPiece(piece, counts) for piece in compile_pieces(pattern))

    monkeypatch.setattr(globs, "_pieces", counted)
    for _ in rounds(50):
        pattern = hostile_pattern(rng)
        parts = [rng.choice(["a", "aa", "aaa" * 20]) for _ in range(rng.randint(1, MAX_PARTS))]
        counts[0] = 0
        matches_any("/".join(parts), [pattern])
        assert counts[0] <= len(parts) * len(pattern.split("/"))


def test_names_of_many_stars_are_matched_in_one_go() -> None:
    """Within a name, too, nothing is tried in every combination: this would never end."""
    assert not matches_any("a" * 255, ["*a" * 127 + "b"])
    assert matches_any("a" * 254 + "b", ["*a" * 127 + "b"])


@pytest.mark.parametrize(
    "pattern", ["a/" * MAX_PARTS + "a", "**/" * MAX_PARTS + "a", "/" * MAX_PARTS, "a" * 257, ""]
)
def test_a_pattern_without_bounds_is_refused(pattern: str) -> None:
    """Where it comes in, with its place."""
    with pytest.raises(msgspec.ValidationError, match=r"excludePatterns\[0\]"):
        msgspec.convert({"excludePatterns": [pattern]}, ExportOptions)
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(pattern, Glob)


@pytest.mark.parametrize("pattern", ["**/*.psd", "/art/", "a/" * (MAX_PARTS - 1) + "a", "a" * 256])
def test_a_pattern_within_its_bounds_is_taken(pattern: str) -> None:
    """As long and as deep as a path may be."""
    assert msgspec.convert({"excludePatterns": [pattern]}, ExportOptions).exclude_patterns


NAMES = [
    (events.Sha256, "0" * 64),
    (events.ProjectId, "game"),
    (events.ExportId, "0" * 8 + "-0000" * 3 + "-" + "0" * 12),
    (options.Version, "1.0"),
    (options.BundleId, "com.example.game"),
    (parameters.ProjectId, "game"),
    (parameters.ExportId, "0" * 8 + "-0000" * 3 + "-" + "0" * 12),
    (parameters.BlobSha256, "0" * 64),
    (parameters.BulkReplayId, "0" * 32),
]


def test_no_name_ends_with_a_line_break() -> None:
    """``$`` stands before one, too: it would come into subjects and keys."""
    for kind, text in NAMES:
        pattern = re.compile(get_args(kind)[1].pattern)
        assert pattern.search(text)
        for end in ("\n", "\n\n", "\r", " "):
            assert not pattern.search(text + end), pattern
