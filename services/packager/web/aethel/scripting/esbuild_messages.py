"""What esbuild says about scripts is put into their makers' terms.

A message that speaks of anything outside of the project is replaced: nobody learns what lies there.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from services.packager.web.aethel.findings import Findings

IMPORTABLE: Final = (
    "scripts can import files of the project, and the modules “aethel”, “three”, “@aethel/core”, "
    "“@aethel/ui” and “@/lib/game-engine-core”; put other libraries into scripts/"
)
PLAYER: Final = ".player/"  # the folder of what stands for the player's modules
OUTSIDE: Final = f"a script imports a file from outside of the project; {IMPORTABLE}"
_HEAD: Final = re.compile(r"^(?:✘ \[(ERROR)\]|▲ \[WARNING\]) (.*)$")
_PLACE: Final = re.compile(r"^    (\S.*?):(\d+):(\d+):$")
_NO_EXPORT: Final = re.compile(
    rf'No matching export in "{re.escape(PLAYER)}(.*)\.mjs" for import "(.*)"'
)
_OTHER_CASE: Final = re.compile(r'Use "([^"]+)" instead of "([^"]+)" to avoid issues with case')
_QUOTED: Final = re.compile(r"\"([^\"]*)\"")
_BARE: Final = re.compile(r"(?<![\w\"./])(\.\./\S*|/\S*)")
_SIGN: Final = re.compile(r"[^\w.]*+|\.{3}")  # of the language, such as ``/=``
_NO_GAMES: Final = {  # modules that are known, and not for games
    "@aethel/api": "is the API of the engine's editor, which no game has",
    "@aethel/engine": "only old documents of the engine have; use “aethel” (docs/scripting.md)",
}


class Message(msgspec.Struct, frozen=True):
    """One error or warning."""

    file: str
    at: str  # line and column, or nothing
    text: str
    failed: bool


def report(
    output: str,
    findings: Findings,
    *,
    known: Mapping[str, Iterable[tuple[str, str]]],
    fatal: bool = True,
) -> None:
    """Report each of the program's messages.

    Args:
        output: What it printed.
        findings: Where to.
        known: What is wrong with some files; of those, this is told instead.
        fatal: Else errors are warnings.
    """
    for message in messages(output):
        tell = findings.error if fatal and message.failed else findings.warning
        for at, text in known.get(message.file, [(message.at, message.text)]):
            tell(f"{message.file}{at}", text)


def messages(output: str) -> Iterator[Message]:
    """What the program complains of, in the maker's terms."""
    misspelled: set[tuple[str, str]] = set()  # that it cannot be read needs no word more
    for raw in raw_messages(output):
        file, at = raw.file, raw.at
        other = _OTHER_CASE.match(raw.text) if file else None
        if other and not any(map(is_outside, (file, *other.groups()))):
            misspelled.add((file, at))
            message = f"imports {other[2]!r}, which is spelled {other[1]!r} in the project"
            yield Message(file, at, f"{message}; write it that way", failed=True)
        elif (file, at) not in misspelled:
            yield _message(file or "scripts", at, raw.text, failed=raw.failed)


def raw_messages(output: str) -> Iterator[Message]:
    """What the program complains of, in its own terms; the file is empty where it names none."""
    text, failed = "", False
    for line in output.splitlines():
        if head := _HEAD.match(line):
            if text:
                yield Message("", "", text, failed)
            failed, text = head[1] is not None, head[2]
        elif text and (place := _PLACE.match(line)):
            # Editors count columns from 1.
            yield Message(place[1], f":{place[2]}:{int(place[3]) + 1}", text, failed)
            text = ""
    if text:
        yield Message("", "", text, failed)


def is_outside(path: str, base: str = "") -> bool:
    """Whether a path, relative to the folder ``base``, leaves the project."""
    target = posixpath.normpath(posixpath.join(base, path))
    return target.startswith(("/", "../")) or target == ".."


def _message(file: str, at: str, text: str, *, failed: bool) -> Message:
    if found := _NO_EXPORT.fullmatch(text):
        text = f"“{found[1]}” has no {found[2]!r}"
    if is_outside(file):
        file, at, text = "scripts", "", OUTSIDE
    elif _names_outside(text, posixpath.dirname(file)):
        text = f"imports a file from outside of the project; {IMPORTABLE}"
    elif refused := _no_game(text):
        text = refused
    elif text.startswith("Could not resolve"):
        text = f"{text[0].lower()}{text[1:]}: {IMPORTABLE}"
    return Message(file, at, text, failed)


def _no_game(text: str) -> str:
    """Why a module that cannot be resolved never will be."""
    for name, why in _NO_GAMES.items():
        if f'"{name}"' in text or f'"{name}/' in text:
            return f"imports “{name}”, which {why}"
    return ""


def _names_outside(message: str, folder: str) -> bool:
    """Specifiers stand in quotes, relative to the script; files without, relative to the top."""
    quoted = (path for path in _QUOTED.findall(message) if not _SIGN.fullmatch(path))
    named = (path for path in quoted if path.startswith((".", "/")))
    return any(is_outside(path, folder) for path in named) or any(
        map(is_outside, _BARE.findall(_QUOTED.sub("", message)))
    )
