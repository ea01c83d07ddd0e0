"""The patterns of an ``.aethelignore`` say which files of a folder are no part of its project.

The syntax is gitignore's. Own code because well-known libraries turn a hostile pattern into
exponential time, and the file comes from anybody: the command line reads it in its maker's folder,
the gateway in a ZIP, a build in a project. Matching takes at most pattern parts x path parts steps,
each a linear ``fnmatch``.

Source:
    https://git-scm.com/docs/gitignore#_pattern_format
"""

from __future__ import annotations

import codecs
import fnmatch
import re
from typing import TYPE_CHECKING, Final

import msgspec

from shared.domain.composed_names import composed
from shared.domain.globs import matches_parts
from shared.errors import ProjectError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

IGNORE_FILE: Final = ".aethelignore"
MAX_BYTES: Final = 64 << 10
MAX_PATTERNS: Final = 1_000
MAX_STEPS: Final = 1 << 28  # patterns x letters of paths: some seconds
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WILD: Final = "*?["

Parts = tuple[re.Pattern[str] | None, ...]  # one for each part of a path; None: any number of them


class IgnoreFileError(ProjectError):
    """The file cannot be read: what it was to keep at home is not known."""

    code = "ignore-file-invalid"

    def __init__(self, reason: str) -> None:
        super().__init__(f"{IGNORE_FILE} {reason}")


class Pattern(msgspec.Struct, frozen=True):
    """One line of the file."""

    parts: Parts
    is_anchored: bool  # it speaks of paths from the top; otherwise of names anywhere
    folders_only: bool
    takes_back: bool  # a line with ``!``
    names_it: bool  # its last part begins with a letter, so that its writer had one file in mind

    def matches(self, parts: Sequence[str], *, is_folder: bool) -> bool:
        """Whether it speaks of the very path, not of what lies in it."""
        if self.folders_only and not is_folder:
            return False
        if not self.is_anchored:
            (wanted,) = self.parts
            return wanted is not None and wanted.match(parts[-1]) is not None
        return matches_parts(parts, self.parts, whole=True)


def read_patterns(data: bytes) -> tuple[Pattern, ...]:
    """The patterns of a file, in its order.

    Raises:
        IgnoreFileError: It is no text that can be read for certain, or too large.
    """
    if len(data) > MAX_BYTES:
        raise IgnoreFileError(f"has more than {MAX_BYTES} bytes; use fewer, wider patterns")
    patterns = tuple(filter(None, map(_pattern, _text(data).split("\n"))))
    if len(patterns) > MAX_PATTERNS:
        raise IgnoreFileError(f"has more than {MAX_PATTERNS} patterns; use fewer, wider ones")
    return patterns


def check_effort(patterns: Sequence[Pattern], paths: Iterable[str]) -> None:
    """Let only so many patterns pass that so many paths can be compared with.

    Raises:
        IgnoreFileError: They are too many.
    """
    if len(patterns) * sum(map(len, paths)) > MAX_STEPS:
        raise IgnoreFileError("has too many patterns for so many files; use fewer, wider ones")


def _text(data: bytes) -> str:
    mark, encoding = next((one for one in _MARKS if data.startswith(one[0])), (b"", "utf-8"))
    try:
        text = data[len(mark) :].decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise IgnoreFileError(f"is no UTF-8 text (line {line}): save it as UTF-8") from error
    if "\0" in text:
        raise IgnoreFileError("is no UTF-8 text (it holds NUL bytes): save it as UTF-8")
    return text


def _pattern(line: str) -> Pattern | None:
    text = composed(line.removesuffix("\r"))  # as the paths that it is compared with
    while text.endswith(" ") and not text.endswith("\\ "):
        text = text[:-1]
    if not text or text.startswith("#"):
        return None
    takes_back = text.startswith("!")
    text = text.removeprefix("!")
    folders_only = text.endswith("/")
    pieces = text.strip("/").split("/")
    is_anchored = "/" in text.removesuffix("/")
    if not all(pieces):
        return None  # nothing lies between two slashes
    return Pattern(
        parts=tuple(_part(piece, is_anchored=is_anchored) for piece in pieces),
        is_anchored=is_anchored,
        folders_only=folders_only,
        takes_back=takes_back,
        names_it=pieces[-1][0] not in _WILD,
    )


def _part(piece: str, *, is_anchored: bool) -> re.Pattern[str] | None:
    if piece == "**" and is_anchored:
        return None
    return re.compile(fnmatch.translate(_as_fnmatch(piece)))


def _as_fnmatch(piece: str) -> str:
    """The same for ``fnmatch``, which knows no backslash and has another sign for "none of"."""
    plain = re.sub(r"\\(.)", lambda found: _literal(found[1]), piece)
    return re.sub(r"\[\^", "[!", plain)


def _literal(letter: str) -> str:
    return f"[{letter}]" if letter in _WILD else letter
