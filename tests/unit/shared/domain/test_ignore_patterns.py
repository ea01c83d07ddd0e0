from __future__ import annotations

import codecs
import random
import subprocess
from typing import TYPE_CHECKING

import pytest

from shared.domain.ignore_patterns import (
    MAX_BYTES,
    MAX_PATTERNS,
    IgnoreFileError,
    check_effort,
    read_patterns,
)
from shared.domain.private_files import HomeRule

if TYPE_CHECKING:
    from pathlib import Path

NAMES = ["a", "b", "ab", "a.x", "b.x", "keep.x", "c d"]  # git knows bytes, we know letters
PIECES = [*NAMES, "*", "?", "*.x", "a*", "[ab]", "[!a]*", "[^b].x", "**", r"\a", r"a\.x", "*a*"]


def _pattern(rng: random.Random) -> str:
    text = "/".join(rng.choice(PIECES) for _ in range(rng.choice([1, 1, 1, 2, 2, 3])))
    before = rng.choice(["", "", "", "!", "/", "!/", "**/"])
    return before + text + rng.choice(["", "", "", "/", "/**", "  "])


def _paths(rng: random.Random) -> set[str]:
    made = {"/".join(rng.choice(NAMES) for _ in range(rng.randint(1, 4))) for _ in range(25)}
    return {path for path in made if not any(other.startswith(path + "/") for other in made)}


def test_patterns_mean_what_they_mean_to_git(tmp_path: Path) -> None:
    """Git itself is asked about hundreds of made-up patterns and paths."""
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    rng = random.Random(5)
    for _ in range(60):
        lines = [_pattern(rng) for _ in range(rng.randint(1, 5))]
        paths = sorted(_paths(rng))
        (tmp_path / ".git/info/exclude").write_text("\n".join(lines) + "\n")
        asked = subprocess.run(
            ["git", "-c", "core.quotepath=off", "check-ignore", "--no-index", "--stdin", "-z"],
            cwd=tmp_path,
            input="\0".join(paths),
            capture_output=True,
            text=True,
            check=False,
        )
        ignored = set(filter(None, asked.stdout.split("\0")))
        rule = HomeRule(read_patterns("\n".join(lines).encode()))
        assert {path for path in paths if rule.stays_home(path)} == ignored, lines


@pytest.mark.parametrize(
    "data",
    [
        b"*.psd\r\n\xc3\xa4.txt\r\n",
        codecs.BOM_UTF8 + "*.psd\r\nä.txt\r\n".encode(),
        codecs.BOM_UTF16_LE + "*.psd\r\nä.txt\r\n".encode("utf-16-le"),
        codecs.BOM_UTF16_BE + "*.psd\r\nä.txt\r\n".encode("utf-16-be"),
    ],
    ids=["utf-8", "utf-8 with a mark", "utf-16-le", "utf-16-be"],
)
def test_what_editors_write_is_read(data: bytes) -> None:
    """Whatever marks an editor for Windows puts before and behind the lines."""
    rule = HomeRule(read_patterns(data))
    assert rule.stays_home("art/hero.psd")
    assert rule.stays_home("ä.txt")
    assert not rule.stays_home("art/hero.png")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("x\nä".encode("latin-1"), r"no UTF-8 text \(line 2\): save it as UTF-8"),
        ("*.psd".encode("utf-16-le"), "NUL bytes"),
        (codecs.BOM_UTF16_LE + b"x", "UTF-8"),
        (b"a" * (MAX_BYTES + 1), "bytes"),
        (b"a\n" * (MAX_PATTERNS + 1), "patterns"),
    ],
)
def test_what_cannot_be_read_for_certain_is_refused_in_words(data: bytes, reason: str) -> None:
    """A pattern that is misread leaves a file in that was to stay at home."""
    with pytest.raises(IgnoreFileError, match=reason):
        read_patterns(data)


def test_hostile_patterns_take_no_longer_than_others() -> None:
    """Many stars against a name that nearly matches; too many of both are refused."""
    patterns = read_patterns(b"*a" * 120 + b"b\n" + b"**/a/" * 40 + b"b\n")
    rule = HomeRule(patterns)
    for count in range(200):
        assert not rule.stays_home(f"{'a/' * 32}{'a' * 200}{count}")
    with pytest.raises(IgnoreFileError, match="too many patterns for so many files"):
        check_effort(patterns * 500, ["a" * 500] * 10_000)
