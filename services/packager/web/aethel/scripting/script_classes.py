"""Script classes are found by the name that a module exports them under."""

from __future__ import annotations

import posixpath
import re
from functools import cached_property
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

HUDS: Final = "Content/Scripts/UI/"
_NAME: Final = r"([A-Za-z_$][\w$]*+)"
_EXPORTED: Final = re.compile(
    rf"\bexport\s++(?:default\s++)?+(?:abstract\s++)?+(?:class|const|let|var|function)\s++{_NAME}"
)
_LIST: Final = re.compile(r"\bexport\s*+\{([^{}]*+)\}")
_LISTED: Final = re.compile(rf"(?:[\w$]++\s++as\s++)?+{_NAME}")


class ScriptClasses:
    """Knows which script exports what."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts

    def file_of(self, name: str) -> str | None:
        """The script that exports a class; of several the first by path."""
        return self._files.get(name)

    @cached_property
    def _files(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for path in sorted(self._texts):
            for name in exported(self._texts[path]):
                found.setdefault(name, path)
        return found


def exported(text: str) -> Iterator[str]:
    """The names that a module exports, as far as they stand in its text."""
    for match in _EXPORTED.finditer(text):
        yield match[1]
    for match in _LIST.finditer(text):
        for part in match[1].split(","):
            if listed := _LISTED.fullmatch(part.strip()):
                yield listed[1]


def is_hud(path: str, text: str) -> bool:
    """Whether a module of the HUD's folder exports something under its file's own name."""
    return path.startswith(HUDS) and posixpath.splitext(posixpath.basename(path))[0] in exported(
        text
    )
