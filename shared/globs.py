"""Globs of the export options.

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
    from collections.abc import Sequence


def matches_any(path: str, patterns: Sequence[str]) -> bool:
    """Whether one of the patterns names the path (the whole of it) or a folder that it lies in."""
    parts = path.split("/")
    return any(_matches(parts, pattern.strip("/").split("/")) for pattern in patterns)


def _matches(parts: list[str], pattern: list[str]) -> bool:
    """``reachable`` holds how many path parts may be used up by the pattern so far (breadth first.

    No recursion).
    """
    reachable = {0}
    for piece in pattern:
        if piece == "**":
            reachable = set(range(min(reachable), len(parts) + 1))
        else:
            reachable = {
                n + 1 for n in reachable if n < len(parts) and _piece(piece).match(parts[n])
            }
        if not reachable:
            return False
    return True  # what is left of the path lies below the folder that was named


@lru_cache(maxsize=1_024)
def _piece(piece: str) -> re.Pattern[str]:
    return re.compile(fnmatch.translate(piece))
