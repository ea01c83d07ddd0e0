"""What a page of its own shows, plays and loads is opened once: what is broken there is told.

Which files a script asks for cannot be known, so pointers of Git LFS and empty files are told
wherever they lie; those that a page names are looked at by their type.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from services.packager.build.plan import Note
from services.packager.web import file_faults
from services.packager.web.aethel.findings import Finding, InvalidProjectError
from services.packager.web.game_site import ENTRY

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from services.packager.project.files import ProjectFiles

MOST_OPENED: Final = 2_000  # of the files that a page names, and of those that may be pointers
OTHERS: Final = (".bin", ".data", ".pck", ".zip", ".fbx", ".obj", ".stl", ".tga", ".exr", ".ttf")


def check(pages: ProjectFiles, named: Iterable[str], scripts: Iterable[str]) -> list[Note]:
    """Warnings, by path.

    Args:
        pages: The files of the site.
        named: Those that its pages, styles and scripts name.
        scripts: Those that it cannot do without.

    Raises:
        InvalidProjectError: In place of one of these, or of the page, there is a pointer.
    """
    needed = ((path, file_faults.absence(pages, path)) for path in sorted({ENTRY, *scripts}))
    missing = [Finding(file=path, message=fault.message) for path, fault in needed if fault]
    if missing:
        raise InvalidProjectError(missing)
    looked_at = sorted(set(named))[:MOST_OPENED]
    faults = ((path, file_faults.fault_of(pages, path)) for path in looked_at)
    broken = [Note(file=path, message=fault.message) for path, fault in faults if fault]
    return [*broken, *absent(pages, looked_at)]


def absent(project: ProjectFiles, but: Collection[str] = (), *, below: str = "") -> list[Note]:
    """Warnings of files in whose place there is nothing, or a pointer, by path.

    Args:
        project: The files.
        but: These have been looked at.
        below: Nor are those below this folder looked at, nor packages.
    """
    kept = file_faults.MEDIA + OTHERS
    small = [
        path
        for path in sorted(project.files.keys() - set(but))
        if path.lower().endswith(kept)
        and file_faults.may_be_absent(project, path)
        and not (below and path.startswith(f"{below}/"))
        and "node_modules/" not in path
    ]
    faults = ((path, file_faults.absence(project, path)) for path in small[:MOST_OPENED])
    return [Note(file=path, message=fault.message) for path, fault in faults if fault]
