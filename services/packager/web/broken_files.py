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
    from collections.abc import Iterable, Iterator

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
    return [Note(file=path, message=message) for path, message in _faults(pages, named)]


def _faults(pages: ProjectFiles, named: Iterable[str]) -> Iterator[tuple[str, str]]:
    looked_at = sorted(set(named))[:MOST_OPENED]
    for path in looked_at:
        if fault := file_faults.fault_of(pages, path):
            yield path, fault.message
    kept = file_faults.MEDIA + OTHERS
    others = [path for path in pages.files if path.lower().endswith(kept)]
    small = [path for path in others if file_faults.may_be_absent(pages, path)]
    for path in sorted({*small} - {*looked_at})[:MOST_OPENED]:
        if fault := file_faults.absence(pages, path):
            yield path, fault.message
