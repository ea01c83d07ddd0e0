"""Globs of the export options are matched here.

``*`` stays within a folder, ``**`` crosses folders, letters count as they are.

Own code because the well-known libraries either give ``*`` another meaning or turn a hostile
pattern into exponential time. This takes at most path parts x pattern parts steps, each a linear
``fnmatch``, and keeps nothing: no recursion, no sets. Both have at most ``MAX_PARTS``.
"""

from __future__ import annotations

import fnmatch
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from shared.domain.paths import MAX_FOLDERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MAX_PARTS: Final = MAX_FOLDERS + 1  # of a pattern, as of a path


def matches_any(path: str, patterns: Iterable[str]) -> bool:
    """Whether one of the patterns names the path (the whole of it) or a folder that it lies in."""
    parts = path.split("/")
    return any(matches_parts(parts, _pieces(pattern), whole=False) for pattern in patterns)


def matches_parts(
    parts: Sequence[str], pieces: Sequence[re.Pattern[str] | None], *, whole: bool
) -> bool:
    """Whether a pattern names a path; None in it stands for any number of the path's parts.

    Args:
        parts: Of the path.
        pieces: Of the pattern.
        whole: Whether it has to name the very path, not a folder that it lies in.

    What stands between two ``**`` is taken where it first fits: no other place leaves more of the
    path for what follows, so that only the last ``**`` is ever tried again, further on.
    """
    part = piece = 0
    again: tuple[int, int] | None = None  # the part and the piece behind the last ``**``
    while piece < len(pieces) or (whole and part < len(parts)):
        wanted = pieces[piece] if piece < len(pieces) else _NOTHING
        if wanted is None:
            piece += 1
            again = (part, piece)
            if piece == len(pieces):
                return part < len(parts) or not whole
        elif part == len(parts):
            return False
        elif wanted.match(parts[part]):
            part, piece = part + 1, piece + 1
        elif again is None:
            return False
        else:
            part, piece = again = (again[0] + 1, again[1])
    return True  # what is left of the path lies below the folder that was named


_NOTHING: Final = re.compile(r"(?!)")


@lru_cache(maxsize=1_024)
def _pieces(pattern: str) -> tuple[re.Pattern[str] | None, ...]:
    """One for each part of a path; None stands for any number of parts."""
    return tuple(
        None if piece == "**" else re.compile(fnmatch.translate(piece))
        for piece in pattern.strip("/").split("/")
    )
