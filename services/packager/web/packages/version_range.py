"""Ranges of versions are read as npm reads them.

The rules are those of node-semver, through its port to Python; what comes from a project is
bounded and stripped of runs of spaces first, on which the port's patterns take quadratic time.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import nodesemver

from services.packager.registry.package_id import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_RANGE: Final = 256  # characters; the longest that people write has a third
_SPACES: Final = re.compile(r"\s+")
_VERSION: Final = re.compile(VERSION)
_MAX_PARTS: Final = 32  # of ``||`` and of spaces


class Range:
    """The versions that a dependency takes.

    Raises:
        ValueError: It is none.
    """

    def __init__(self, text: str) -> None:
        plain = _SPACES.sub(" ", text.strip())
        if len(plain) > MAX_RANGE or plain.count("|") + plain.count(" ") > _MAX_PARTS:
            raise ValueError("too long")
        try:
            self._range = nodesemver.make_range(plain or "*", loose=True)
        except (ValueError, RecursionError, IndexError, TypeError) as error:
            raise ValueError("no range of versions") from error

    def holds(self, version: str) -> bool:
        """Whether the version is one of them; pre-releases only where the range names some."""
        return _VERSION.match(version) is not None and bool(self._range.test(_parsed(version)))

    def best(self, versions: Iterable[str]) -> str | None:
        """The newest of these that it holds."""
        return newest(version for version in versions if self.holds(version))


def newest(versions: Iterable[str]) -> str | None:
    """The highest version; what is none does not count."""
    valid = [version for version in versions if _VERSION.match(version)]
    ordered = nodesemver.sort(valid, loose=True)
    return str(ordered[-1]) if ordered else None


@lru_cache(maxsize=65_536)
def _parsed(version: str) -> object:
    return nodesemver.make_semver(version, loose=True)
