"""An app is the part of a project that becomes pages: its root, pages and configuration."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Final

import msgspec

from services.packager.web.aethel.findings import Finding, InvalidProjectError
from services.packager.web.game_site import ENTRY
from services.packager.web.vite.package_json import MANIFEST, PackageJson, nearest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from services.packager.project.files import ProjectFiles

CONFIGS: Final = tuple(
    f"vite.config.{suffix}" for suffix in ("ts", "mts", "js", "mjs", "cts", "cjs")
)
MADE: Final = ("dist", "build", "out")  # folders that tools write
MAX_PAGES: Final = 200
_NO_PAGES: Final = frozenset(
    {"node_modules", "public", "coverage", "test", "tests", "__tests__", "e2e", "stories", *MADE}
)
_HEAD_BYTES: Final = 4_096
_WHOLE: Final = (b"<!doctype", b"<html")  # else it is a part of a page, for a script


class App(msgspec.Struct, frozen=True, kw_only=True):
    """Paths are the project's; a root of "" is its top."""

    root: str
    pages: tuple[str, ...]
    config: str = ""  # Vite's own
    package: PackageJson = PackageJson()


def find_app(project: ProjectFiles) -> App | None:
    """The app at the top of a project, or the one that lies in it; None where there is none.

    Raises:
        InvalidProjectError: Which of several is meant cannot be known.
    """
    root = "" if ENTRY in project else _root(project)
    if root is None:
        return None
    return App(
        root=root,
        pages=tuple(_pages(project, root)),
        config=_config(project, root),
        package=nearest(project, root),
    )


def _root(project: ProjectFiles) -> str | None:
    """The folder that has a page, and a package around it, nearest to the top."""
    folders = sorted(
        posixpath.dirname(path)
        for path in project.files
        if posixpath.basename(path) == ENTRY and _may_have_pages(posixpath.dirname(path))
    )
    if not folders or not any(posixpath.basename(path) == MANIFEST for path in project.files):
        return None
    own = [folder for folder in folders if posixpath.join(folder, MANIFEST) in project]
    found = own or folders
    depth = min(folder.count("/") for folder in found)
    nearest_ones = [folder for folder in found if folder.count("/") == depth]
    if len(nearest_ones) > 1:
        message = (
            f"the project has pages in {', '.join(nearest_ones[:9])}: leave out all but one with "
            f"excludePatterns, or put {ENTRY} at the top"
        )
        raise InvalidProjectError([Finding(file=f"{nearest_ones[0]}/{ENTRY}", message=message)])
    return nearest_ones[0]


def _pages(project: ProjectFiles, root: str) -> Iterator[str]:
    """All whole pages of an app, its first one first."""
    first = posixpath.join(root, ENTRY)
    yield first
    prefix = posixpath.join(root, "")
    others = (
        path
        for path in project.files
        if path.startswith(prefix)
        and path.endswith(".html")
        and path != first
        and _may_have_pages(posixpath.dirname(path[len(prefix) :]))
    )
    for _, path in zip(range(MAX_PAGES - 1), others, strict=False):
        with project.open(path) as file:
            head = file.read(_HEAD_BYTES).lower()
        if any(mark in head for mark in _WHOLE):
            yield path


def _may_have_pages(folder: str) -> bool:
    parts = folder.split("/")
    return _NO_PAGES.isdisjoint(parts) and not any(part.startswith(".") for part in parts)


def _config(project: ProjectFiles, root: str) -> str:
    """The configuration of the folder, or of one around it."""
    while True:
        for name in CONFIGS:
            if (path := posixpath.join(root, name)) in project:
                return path
        if not root:
            return ""
        root = posixpath.dirname(root)
