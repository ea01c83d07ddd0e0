"""Asset paths are how scenes and scripts name files of the project, as the player reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

if TYPE_CHECKING:
    from services.packager.project.files import ProjectFiles

ROOTS: Final = ("", "assets/")


def resolve(project: ProjectFiles, reference: str) -> str | None:
    """The project path that a reference means; ``assets/`` may be left out."""
    path = normalized(reference)
    return next((root + path for root in ROOTS if root + path in project), None)


def beside(file: str, uri: str) -> str:
    """The project path of what a model names beside itself."""
    folder = file.rpartition("/")[0]
    return normalized(f"{folder}/{unquote(uri)}")


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
