"""URLs that stand in styles and scripts as plain strings.

Comments and other strings are recognised so that nothing inside them is taken for code; the rest of
the language is not understood. What a script puts together at run time is not found, and nothing is
guessed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

Kind = Literal["url", "module", "fetch"]

_CSS: Final = re.compile(
    r"""
      /\*.*?(?:\*/|\Z)
    | @import\s+ (?P<quote>["'])(?P<import>[^"'\n]*)(?P=quote)
    | url\(\s* (?: "(?P<double>[^"\n]*)" | '(?P<single>[^'\n]*)' | (?P<bare>[^"'()\s]+) ) \s*\)
    | "(?:[^"\\\n]|\\.)*" | '(?:[^'\\\n]|\\.)*'
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_STRING: Final = r"""(?:"(?P<{0}_double>[^"\\\n]+)"|'(?P<{0}_single>[^'\\\n]+)')"""
_JS: Final = re.compile(
    rf"""
      //[^\n]* | /\*.*?(?:\*/|\Z)
    | (?<![\w$.]) (?:import|export)\b (?: [\w$*{{}},\s]{{1,2000}}? \bfrom )?
      \s* {_STRING.format("module")}
    | (?<![\w$.]) import \s*\(\s* {_STRING.format("dynamic")} \s*\)
    | (?<![\w$.]) new \s+ URL \s*\(\s* {_STRING.format("url")} \s*,\s* import\.meta\.url \s*\)
    | (?<![\w$.]) fetch \s*\(\s* {_STRING.format("fetch")} \s*[,)]
    | "(?:[^"\\\n]|\\.)*" | '(?:[^'\\\n]|\\.)*' | `(?:[^`\\]|\\.)*`
    """,
    re.VERBOSE | re.DOTALL,
)
_KINDS: Final[dict[str, Kind]] = {
    "module": "module",
    "dynamic": "module",
    "url": "url",
    "fetch": "fetch",
}


def css_urls(text: str) -> Iterator[tuple[int, str]]:
    """Every ``url()`` and ``@import`` of a style sheet, with its line."""
    for line, match in _matches(_CSS, text):
        found = match.groupdict()
        url = found["import"] or found["double"] or found["single"] or found["bare"]
        if url:
            yield line, url


def js_urls(text: str) -> Iterator[tuple[int, str, Kind]]:
    """Every import, ``new URL(…, import.meta.url)`` and ``fetch(…)`` of a plain string, by line."""
    for line, match in _matches(_JS, text):
        if match.lastgroup:
            kind = _KINDS[match.lastgroup.partition("_")[0]]
            yield line, match[match.lastgroup], kind


def _matches(pattern: re.Pattern[str], text: str) -> Iterator[tuple[int, re.Match[str]]]:
    line, position = 1, 0
    for match in pattern.finditer(text):
        line += text.count("\n", position, match.start())
        position = match.start()
        yield line, match
