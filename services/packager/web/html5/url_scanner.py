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

Kind = Literal[
    "url",  # of markup and styles
    "beside",  # new URL(…, import.meta.url): relative to the script
    "link",  # opened, not loaded
    "module",
    "dynamic",
    "fetch",  # or XMLHttpRequest; relative to the page or worker, as the rest
    "worker",
    "scripts",  # of importScripts()
    "media",  # new Audio()
    "assigned",  # to a field ``src``, of an element in all likelihood
    "socket",
    "named",  # a file from the top of a host, handed to somebody
]
MODULES: Final = frozenset({"module", "dynamic"})  # a script may do without the latter

_STRING: Final = r""""(?:[^"\\\n]++|\\.)*+"?|'(?:[^'\\\n]++|\\.)*+'?"""
_COMMENT: Final = r"/\*.*?(?:\*/|\Z)"
_CSS: Final = re.compile(
    rf"""
      {_COMMENT}
    | (?:@import\s++ | image-set\(\s*+) (?P<quote>["'])(?P<import>[^"'\n]*)(?P=quote)
    | url\(\s*+ (?: "(?P<double>[^"\n]*)" | '(?P<single>[^'\n]*)' | (?P<bare>[^"'()\s]+) ) \s*+ \)
    | {_STRING}
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_JS: Final = re.compile(
    rf"{_COMMENT}|//[^\n]*|(?P<string>{_STRING}|`(?:[^`\\]++|\\.)*+`?)", re.DOTALL
)
LOOK_BACK: Final = 64  # characters; nobody writes more blanks between ``from`` and the module
_GLOBAL: Final = r"(?:(?:window|self|globalThis)\.)?+"
_BEFORE: Final = re.compile(
    rf"""
    (?: (?<![\w$.])
        (?: (?P<module>from|import)
          | (?P<dynamic>import\s*+\()
          | (?P<url>new\s++URL\s*+\()
          | (?P<fetch>{_GLOBAL}fetch\s*+\()
          | (?P<worker>new\s++{_GLOBAL}(?:Shared)?Worker\s*+\()
          | (?P<scripts>{_GLOBAL}importScripts\s*+\()
          | (?P<media>new\s++{_GLOBAL}Audio\s*+\()
          | (?P<socket>new\s++{_GLOBAL}WebSocket\s*+\()
        )
      | (?P<registered>\.(?:addModule|serviceWorker\.register)\s*+\()
      | (?P<request>\.open\s*+\(\s*+(?P<mark>["'`])(?:GET|HEAD|POST|PUT)(?P=mark)\s*+,)
      | (?P<assigned>\.src\s*+=)
    )
    \s*+ \Z
    """,
    re.VERBOSE,
)
_KINDS: Final[dict[str, Kind]] = {
    "module": "module",
    "dynamic": "dynamic",
    "url": "beside",
    "fetch": "fetch",
    "request": "fetch",
    "worker": "worker",
    "registered": "worker",
    "scripts": "scripts",
    "media": "media",
    "socket": "socket",
    "assigned": "assigned",
}
# In minified scripts a quote in a regular expression shifts which text is a string: between two of
# them there is code then, behind a ``"from"``; no module is called so.
_SPECIFIER: Final = re.compile(
    r"\.{0,2}/.*|\.\.?|[A-Za-z][\w+.-]*+:.*|[\w@#~$][\w@./~$%+-]*+(?:\?[^\s(),;]*)?", re.DOTALL
)
# An argument that ends here: what something is added to is only the beginning of a name.
_WHOLE: Final = re.compile(r"\s*+[,)]")
_AFTER: Final = {
    "module": re.compile(""),
    "beside": re.compile(r"\s*+,\s*+import\.meta\.url\s*+\)"),
    "assigned": re.compile(r"(?!\s*+[+.\[?])"),
}
_FROM_THE_TOP: Final = re.compile(r"/[^/?#\n][^?#\n]{0,500}\.[A-Za-z0-9]{1,8}")
_HANDED: Final = re.compile(
    r"(?:[,\[:]|(?<![=!<>])=|(?<![\w$])return|(?P<call>[\w$]+)\s*+\()\s*+\Z",
)
# What only compares texts, or takes them apart.
_LOOKS: Final = frozenset(
    {
        *("endsWith", "includes", "indexOf", "lastIndexOf", "startsWith"),
        *("log", "match", "replace", "replaceAll", "search", "split", "test"),
    }
)
_ENDS: Final = re.compile(r"\s*+(?:[,;)\]}\n]|\Z)")
_NEXT: Final = re.compile(r"\s*+,\s*+")


def css_urls(text: str) -> Iterator[tuple[int, str]]:
    """Every ``url()``, ``@import`` and ``image-set()`` of a style sheet, with its line."""
    for line, match in _matches(_CSS, text):
        found = match.groupdict()
        url = found["import"] or found["double"] or found["single"] or found["bare"]
        if url:
            yield line, url


def js_urls(text: str) -> Iterator[tuple[int, str, Kind]]:
    """Every URL that is a plain string and that the code around it imports or loads, by line."""
    ended = -1  # where the last argument of ``importScripts`` stands
    for line, match in _matches(_JS, text):
        string = match["string"] or ""
        closed = len(string) > 2 and string[0] == string[-1]  # noqa: PLR2004 - the two quotes
        if not closed or "\\" in string or (string[0] == "`" and "${" in string):
            continue
        follows = ended >= 0 and _NEXT.fullmatch(text, ended, match.start())
        kind = "scripts" if follows else _kind(text, match) or _named(text, match)
        ended = match.end() if kind == "scripts" else -1
        if kind:
            yield line, string[1:-1], kind


def _kind(text: str, string: re.Match[str]) -> Kind | None:
    """What a string is for, by what stands around it."""
    before = _BEFORE.search(text[max(string.start() - LOOK_BACK, 0) : string.start()])
    if before is None:
        return None
    kind = next(kind for name, kind in _KINDS.items() if before[name])
    if kind in MODULES and not _SPECIFIER.fullmatch(text, string.start() + 1, string.end() - 1):
        return None
    return kind if _AFTER.get(kind, _WHOLE).match(text, string.end()) else None


def _named(text: str, string: re.Match[str]) -> Kind | None:
    """Whether it looks like a file from the top of a host that is handed to somebody."""
    if not _FROM_THE_TOP.fullmatch(string["string"], 1, len(string["string"]) - 1):
        return None
    before = _HANDED.search(text[max(string.start() - LOOK_BACK, 0) : string.start()])
    if before is None or before["call"] in _LOOKS:
        return None
    return "named" if _ENDS.match(text, string.end()) else None


def _matches(pattern: re.Pattern[str], text: str) -> Iterator[tuple[int, re.Match[str]]]:
    line, position = 1, 0
    for match in pattern.finditer(text):
        line += text.count("\n", position, match.start())
        position = match.start()
        yield line, match
