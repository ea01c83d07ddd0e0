"""What Vite and the compilers say becomes findings: where, what, the code, and what to do."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Final

from services.packager.web.vite.recognition import SUFFIXES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from services.packager.project.files import ProjectFiles
    from services.packager.web.aethel.findings import Findings
    from services.packager.web.vite.app import App
    from services.packager.web.vite.driver import Message, Result

_UNRESOLVED: Final = re.compile(r'could not resolve "(.+)"$')
_PACKAGE: Final = re.compile(r"(?:@[^/]+/)?[^/]+")
_VIRTUAL: Final = "virtual:"


def report(
    result: Result, project: ProjectFiles, app: App, findings: Findings, *, unread: Collection[str]
) -> None:
    """Report all that went wrong, and all that was used but does not belong to the project.

    Args:
        result: What the build says.
        project: What was built.
        app: The part of it.
        findings: Where to.
        unread: Files that a build must not read, as they are too large.
    """
    for message in result.errors:
        text = _explained(message, project, app)
        findings.error(_place(message, app), text, frame=message.frame)
    for message in result.warnings:
        findings.warning(_place(message, app), message.text)
    for path in strangers(result, project):
        findings.error(
            path, "lies outside of the project, or is none of its files; import what is inside"
        )

    for path in sorted({*result.read} & {*unread}):
        findings.error(path, "is too large to become part of a script; load it by its address")


def strangers(result: Result, project: ProjectFiles) -> Iterable[str]:
    """Files that went into the pages, but are neither the project's nor an installed package's."""
    return sorted(path for path in result.used if path not in project and not _is_installed(path))


def _is_installed(path: str) -> bool:
    return "node_modules" in path.split("/") and not path.startswith("../")


def _place(message: Message, app: App) -> str:
    return message.place or posixpath.join(app.root, "index.html")


def _explained(message: Message, project: ProjectFiles, app: App) -> str:
    """What cannot be found is looked for, so that the maker learns what to do about it."""
    found = _UNRESOLVED.match(message.text)
    if found is None:
        return message.text
    name = found[1]
    if name.startswith(_VIRTUAL):
        return f"imports “{name}”, which a plug-in of Vite's would make; none is run here"
    if name.startswith((".", "/")):
        return f"imports “{name}”: {_missing_file(message, name, project, app)}"
    package = _PACKAGE.match(name)
    wanted = package[0] if package else name
    if wanted in app.package.needs:
        return f"imports “{name}”, which the package “{wanted}” does not have as it is installed"
    manifest = app.package.path or "a package.json"
    return f"imports the package “{wanted}”: add it to the dependencies of {manifest}"


def _missing_file(message: Message, name: str, project: ProjectFiles, app: App) -> str:
    base = app.root if name.startswith("/") else posixpath.dirname(message.file)
    target = posixpath.normpath(posixpath.join(base, name.split("?", maxsplit=1)[0].lstrip("/")))
    if target.startswith(".."):
        return "that lies outside of the project; move it inside"
    for suffix in ("", *SUFFIXES):
        spelled = project.spelled(target + suffix)
        if spelled and spelled != target + suffix:
            return f"the file is spelled {spelled}"
    return "there is no such file, or it is left out of the export"
