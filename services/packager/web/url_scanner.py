"""The URL scanner finds URLs that stand in styles and scripts as plain strings.

Comments and other strings are recognised so that nothing inside them is taken for code; the rest of
the language is not understood. What a script puts together at run time is not found, and nothing is
guessed. Whatever the text, the time is linear in its length: every alternative that begins also
ends, with the text at the latest.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

Kind = Literal["url", "module", "dynamic", "fetch"]
MODULES: Final = frozenset({"module", "dynamic"})  # a script may do without the latter

_STRING: Final = r""""(?:[^"\\\n]++|\\.)*+"?|'(?:[^'\\\n]++|\\.)*+'?"""
_COMMENT: Final = r"/\*.*?(?:\*/|\Z)"
_CSS: Final = re.compile(
    rf"""
      {_COMMENT}
    | @import\s++ (?P<quote>["'])(?P<import>[^"'\n]*)(?P=quote)
    | url\(\s*+ (?: "(?P<double>[^"\n]*)" | '(?P<single>[^'\n]*)' | (?P<bare>[^"'()\s]+) ) \s*+ \)
    | {_STRING}
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_JS: Final = re.compile(
    rf"{_COMMENT}|//[^\n]*|(?P<string>{_STRING})|`(?:[^`\\]++|\\.)*+`?", re.DOTALL
)
LOOK_BACK: Final = 64  # characters; nobody writes more blanks between ``from`` and the module
_BEFORE: Final = re.compile(
    r"""
    (?<![\w$.])
    (?: (?P<module>from|import|import\s*+\() | (?P<url>new\s++URL\s*+\() | (?P<fetch>fetch\s*+\() )
    \s*+ \Z
    """,
    re.VERBOSE,
)
_AFTER: Final = {
    "module": re.compile(""),
    "dynamic": re.compile(""),
    "url": re.compile(r"\s*+,\s*+import\.meta\.url\s*+\)"),
    "fetch": re.compile(r"\s*+[,)]"),
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
        string = match["string"] or ""
        closed = len(string) > 2 and string[0] == string[-1]  # noqa: PLR2004 - the two quotes
        if closed and "\\" not in string and (kind := _kind(text, match)):
            yield line, string[1:-1], kind


def _kind(text: str, string: re.Match[str]) -> Kind | None:
    """What a string is for, by what stands around it."""
    before = _BEFORE.search(text[max(string.start() - LOOK_BACK, 0) : string.start()])
    if before is None:
        return None
    kind: Kind
    if before["module"]:
        kind = "dynamic" if before["module"].endswith("(") else "module"
    else:
        kind = "url" if before["url"] else "fetch"
    return kind if _AFTER[kind].match(text, string.end()) else None


def _matches(pattern: re.Pattern[str], text: str) -> Iterator[tuple[int, re.Match[str]]]:
    line, position = 1, 0
    for match in pattern.finditer(text):
        line += text.count("\n", position, match.start())
        position = match.start()
        yield line, match
