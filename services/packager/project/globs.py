"""Globs of the export options are matched here.

``*`` stays within a folder, ``**`` crosses folders, letters count as they are.

Own code because the well-known libraries either give ``*`` another meaning or turn a hostile
pattern into exponential time; this takes at most pattern parts x path parts steps, each a linear
``fnmatch``.
"""

from __future__ import annotations

import fnmatch
import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def matches_any(path: str, patterns: Iterable[str]) -> bool:
    """Whether one of the patterns names the path (the whole of it) or a folder that it lies in."""
    parts = path.split("/")
    return any(_matches(parts, _pieces(pattern)) for pattern in patterns)


def _matches(parts: list[str], pieces: Sequence[re.Pattern[str] | None]) -> bool:
    """Whether the pattern uses up the path, or a folder of it: breadth first, no recursion."""
    reachable = {0}  # how many parts of the path the pattern may have used up so far
    for piece in pieces:
        if piece is None:
            reachable = set(range(min(reachable), len(parts) + 1))
        else:
            reachable = {n + 1 for n in reachable if n < len(parts) and piece.match(parts[n])}
        if not reachable:
            return False
    return True  # what is left of the path lies below the folder that was named


@lru_cache(maxsize=1_024)
def _pieces(pattern: str) -> tuple[re.Pattern[str] | None, ...]:
    """One for each part of a path; None stands for any number of parts."""
    return tuple(
        None if piece == "**" else re.compile(fnmatch.translate(piece))
        for piece in pattern.strip("/").split("/")
    )
