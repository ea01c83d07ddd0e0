"""Configurations of tools that a build here does not run are told, as what they do is missing."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Final

from services.packager.build.plan import Note

if TYPE_CHECKING:
    from services.packager.project.files import ProjectFiles
    from services.packager.web.vite.app import App

MAX_SCANNED_BYTES: Final = 1 << 20
_NEVER_RUN: Final = re.compile(r"(?:uno|windi|babel)\.config\.[a-z]+|\.babelrc\b.*")
_SVELTE: Final = re.compile(r"svelte\.config\.[a-z]+")
_OF_SVELTE: Final = re.compile(r"\b(?:compilerOptions|extensions|vitePlugin)\b")  # all else is ours


def never_run(project: ProjectFiles, app: App) -> list[Note]:
    """One warning for each of them around an app."""
    folders = {app.root, posixpath.dirname(app.package.path)}
    message = "is not run: what it asks for is missing in the game"
    return [
        Note(file=path, message=message)
        for path in project.files
        if posixpath.dirname(path) in folders and _matters(project, path)
    ]


def _matters(project: ProjectFiles, path: str) -> bool:
    name = posixpath.basename(path)
    if _NEVER_RUN.fullmatch(name):
        return True
    if not _SVELTE.fullmatch(name) or project.files[path].size > MAX_SCANNED_BYTES:
        return False
    return _OF_SVELTE.search(project.read(path).decode("utf-8", "replace")) is not None
