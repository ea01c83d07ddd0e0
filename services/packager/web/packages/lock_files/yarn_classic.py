"""The format of yarn 1: lines whose indentation says what they belong to.

::

    "@babel/core@^7.0.0", "@babel/core@^7.1.0":
      version "7.2.0"
      resolved "https://…/core-7.2.0.tgz#0123…"
      integrity sha512-…
      dependencies:
        debug "^4.1.0"
"""

from __future__ import annotations

import re
from typing import Any, Final

from services.packager.project.unreadable import UnreadableError

_WORD: Final = re.compile(r'"((?:[^"\\]|\\.)*+)"|([^\s",:][^\s",]*+)')
_INDENT: Final = 2
_LEVELS: Final = 3  # a package, its fields, its dependencies


def read_classic(data: bytes) -> dict[str, Any]:
    """Entries by their descriptors, several of them separated by commas.

    Raises:
        UnreadableError: Where it is something else.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableError(f"is not UTF-8: {error.reason} at byte {error.start}") from None
    levels: list[dict[str, Any]] = [{}]
    for number, line in enumerate(text.splitlines(), 1):
        plain = line.strip()
        if not plain or plain.startswith("#"):
            continue
        depth, rest = divmod(len(line) - len(line.lstrip(" ")), _INDENT)
        if rest or depth >= min(len(levels), _LEVELS):
            raise UnreadableError(f"has an odd indentation in line {number}")
        del levels[depth + 1 :]
        words = [_unquoted(match) for match in _WORD.finditer(plain.removesuffix(":"))]
        if plain.endswith(":") and words:
            inner: dict[str, Any] = {}
            levels[depth][", ".join(words)] = inner
            levels.append(inner)
        elif len(words) == 2 and depth:  # noqa: PLR2004 - a name and a value
            levels[depth][words[0]] = words[1]
        else:
            raise UnreadableError(f"has what no yarn writes in line {number}")
    return levels[0]


def _unquoted(match: re.Match[str]) -> str:
    quoted, bare = match.groups()
    return bare if quoted is None else re.sub(r"\\(.)", r"\1", quoted)
