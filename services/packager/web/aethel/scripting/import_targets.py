"""Import targets are what scripts name when they import: where they would lead the compiler.

All of it is arithmetic with paths; nothing is looked up.
"""

from __future__ import annotations

import json
import posixpath
import re
from itertools import islice
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from services.packager.web.aethel.scripting.esbuild_messages import IMPORTABLE, is_outside

if TYPE_CHECKING:
    from collections.abc import Iterator

OUTSIDE: Final = f"imports a file from outside of the project; {IMPORTABLE}"
DATA_URL: Final = "imports a “data:” URL; put what it holds into a file of the project"
HIDDEN: Final = "imports a path that begins with a string in “${…}”; write that string out"
PACKAGE: Final = "names a file outside of the project, or is no JSON"
# Yarn's: the compiler reads "__virtual__/x/9/" as nine folders up.
_VIRTUAL: Final = frozenset({"__virtual__", "$$virtual"})
_YARN: Final = ".pnp."  # names of files that may place packages anywhere
_WEB: Final = ("http://", "https://", "//")  # never read
_CALL: Final = re.compile(r"(?<![\w$])(?:import|require)(?:\.\w+)?\(")
_BETWEEN: Final = re.compile(r"[(\s+]*")
_LITERAL: Final = re.compile(
    r"""(?P<quote>["'])(?P<string>(?:\\.|(?!(?P=quote))[^\\])*)(?P=quote)"""
    r"|`(?P<template>(?:\\.|(?!\$\{)[^\\`])*)(?:`|(?P<open>\$\{))",
    re.DOTALL,
)
# From each quote on, as any of them may stand in a comment.
_STRING: Final = re.compile(
    r"(?=(?P<quote>[\"'`])(?P<string>(?:\\[\s\S]|(?!(?P=quote))[^\\\n]){0,999})(?P=quote))"
)
MOST_STRINGS: Final = 1_000  # that are looked at for the line of an import
_ESCAPE: Final = re.compile(
    r"\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|u\{0*([0-9a-f]{1,6})\}|(\d{1,3})|(.?))",
    re.IGNORECASE | re.DOTALL,
)
_JSON_STRING: Final = re.compile(r'"(?:\\.|[^"\\])*"')


def objection(script: str, target: str) -> str:
    """Why a script must not import this; empty where it may, or where nothing would be read."""
    path = target.replace("\\", "/")  # as the compiler does where it looks for archives
    scheme = path.partition(":")[0].lower()
    if scheme == "data":
        return DATA_URL
    if target.startswith(_WEB):
        return ""
    parts = path.split("/")
    climbs = (
        is_outside(path, posixpath.dirname(script)) if parts[0] in {".", ".."} else ".." in parts
    )
    outside = climbs or path.startswith("/") or scheme == "file" or not _VIRTUAL.isdisjoint(parts)
    return OUTSIDE if outside else ""


def computed_objections(script: str, printed: str) -> Iterator[tuple[str, str]]:
    """Imports of all files that a computed path may mean, and why they must not be.

    The compiler looks through the folder in which such a path begins.

    Args:
        script: Its path.
        printed: What the compiler makes of it by itself, without blanks.
    """
    for call in _CALL.finditer(printed):
        begin, hidden = _beginning(printed, call.end())
        if begin.startswith(("./", "../", ".\\", "..\\")):
            folder = re.match(r"[^*]*[/\\]", begin)
            why = HIDDEN if hidden else objection(script, folder[0] if folder else begin)
            if why:
                yield begin, why


def package_objection(path: str, data: bytes) -> str:
    """Why a ``package.json`` must not be read for the places of its package's files."""
    try:
        text = data.decode()
        json.loads(text)
    except (ValueError, RecursionError):
        return PACKAGE
    named = (json.loads(string) for string in _JSON_STRING.findall(text))
    return PACKAGE if any(objection(path, unquote(name)) for name in named) else ""


def misleads(path: str) -> bool:
    """Whether the compiler would take a file of this name for something else than it is."""
    return posixpath.basename(path).lower().startswith(_YARN) or bool(objection("", f"./{path}"))


def place(text: str, target: str) -> str:
    """Where a script names the target, as ``:line:column``; empty where it is not found."""
    written = re.escape(target)
    found = re.search(rf"(?:\b(?:from|import)|\()\s*([\"'`]{written})", text)
    at = found.start(1) if found else _decoded_place(text, target)
    if at < 0:
        return ""
    return f":{text.count(chr(10), 0, at) + 1}:{at - text.rfind(chr(10), 0, at)}"


def _decoded_place(text: str, target: str) -> int:
    """Of the string that means it, however it is written; else of one that it begins with."""
    begun = text.find(posixpath.dirname(target) or target)
    for string in islice(_STRING.finditer(text), MOST_STRINGS):
        meant = _decoded(string["string"])
        if meant == target:
            return string.start()
        if begun < 0 and meant and target.startswith(meant):
            begun = string.start()
    return begun


def _beginning(printed: str, at: int) -> tuple[str, bool]:
    """What a computed path begins with, and whether more of that stands in ``${…}``."""
    begin, literals, hidden = "", 0, False
    while literal := _LITERAL.match(printed, at := _end(_BETWEEN, printed, at)):
        if hidden:
            return begin, True
        begin += _decoded(literal["string"] or literal["template"] or "")
        at, hidden, literals = literal.end(), literal["open"] is not None, literals + 1
    constant = literals == 1 and not hidden and printed[at : at + 1] in {")", ","}
    return ("", False) if constant else (begin, False)


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found else at


def _decoded(literal: str) -> str:
    """What a string of JavaScript means."""
    return _ESCAPE.sub(_unescaped, literal)


def _unescaped(escape: re.Match[str]) -> str:
    byte, unit, point, octal, other = escape.groups()
    if number := byte or unit or point:
        return chr(min(int(number, 16), 0x10FFFF))
    if octal:
        return chr(int(octal, 8)) if octal.isdigit() and not set(octal) & {"8", "9"} else octal
    return "" if other in {"\n", "\r"} else other
