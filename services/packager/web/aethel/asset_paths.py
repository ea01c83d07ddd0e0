"""Asset paths are how scenes and scripts name files of the project, as the player reads them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from services.packager.project.files import ProjectFiles

ROOTS: Final = ("", "assets/")
_ESCAPES: Final = re.compile(r"(?:%[0-9a-fA-F]{2})+")
_QUERY: Final = re.compile(r"[?#]")


def resolve(project: ProjectFiles, reference: str) -> str | None:
    """The project path that a reference means; ``assets/`` may be left out."""
    path = normalized(reference)
    return next((root + path for root in ROOTS if root + path in project), None)


def beside(project: ProjectFiles, file: str, uri: str) -> str:
    """The project path of what a model names beside itself, whether it is there or not."""
    variants = beside_variants(file, uri)
    return next((path for path in variants if path in project), variants[0])


def beside_variants(file: str, uri: str) -> list[str]:
    """What such a file may be called, the likeliest first, in the player's order.

    As URIs are read, as it is written, and without what follows a ``?`` or ``#``: programs write
    names with these, and with a per cent sign, as they are.
    """
    folder = file.rpartition("/")[0]
    named = _QUERY.split(uri, maxsplit=1)[0]
    readings = [_unescaped(uri), uri, *([_unescaped(named)] if named else [])]
    return list(dict.fromkeys(normalized(f"{folder}/{reading}") for reading in readings))


def _unescaped(uri: str) -> str:
    """Runs of escapes that are UTF-8 become characters; all others stay."""
    return _ESCAPES.sub(lambda run: _characters(run[0]), uri)


def _characters(run: str) -> str:
    try:
        return bytes.fromhex(run.replace("%", "")).decode()
    except UnicodeDecodeError:
        return run


def normalized(path: str) -> str:
    """``./a//b/../c`` is ``a/c``; a path never leaves the project."""
    parts: list[str] = []
    for part in path.replace("\\", "/").split("/"):
        if part == "..":
            del parts[-1:]
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def missing(project: ProjectFiles, reference: str) -> str:
    """Why a reference leads nowhere, and what to do."""
    for root in ROOTS:
        if spelled := project.spelled(root + normalized(reference)):
            return f"{reference!r} is spelled {spelled!r} in the project; write it that way"
    return f"{reference!r} is neither an asset of the scene nor a file of the project"
