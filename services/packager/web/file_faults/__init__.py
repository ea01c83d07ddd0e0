"""Files that players decode are opened once at export, so that a broken one is told in time.

What a container says of itself is held against the file: its first bytes, its length, the places of
its parts. Nothing is decoded unless that looks wrong; then a decoder has the last word where there
is one, as browsers show many a file that is not quite what it should be.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, BinaryIO, Final

from services.packager.project import lfs_pointers
from services.packager.project.unreadable import UnreadableError, decoding
from services.packager.web.file_faults import (
    containers,
    fonts,
    pictures,
    sounds,
    textures,
    webassembly,
)
from services.packager.web.file_faults.fault import EMPTY, POINTER, Fault

if TYPE_CHECKING:
    from collections.abc import Callable

    from services.packager.project.files import ProjectFiles

Check = tuple["Callable[[BinaryIO, int], Fault | None]", tuple[str, ...]]
CHECKS: Final[tuple[Check, ...]] = (
    (pictures.raster_fault, pictures.RASTER),
    (pictures.svg_fault, (".svg",)),
    (textures.ktx2_fault, (".ktx2",)),
    (textures.hdr_fault, (".hdr",)),
    (sounds.fault_of, sounds.SUFFIXES),
    (webassembly.fault_of, (".wasm",)),
    (fonts.fault_of, (".woff", ".woff2")),
    (containers.glb_fault, (".glb",)),
)
MEDIA: Final = (*(suffix for _, suffixes in CHECKS for suffix in suffixes), ".gltf")


def fault_of(project: ProjectFiles, path: str) -> Fault | None:
    """What is wrong with a file of the project, by its type; of others, whether they are there."""
    suffix = posixpath.splitext(path)[1].lower()
    if missing := absence(project, path):
        return missing
    size = project.files[path].size
    for check, suffixes in CHECKS:
        if suffix in suffixes:
            with project.open(path) as stream:
                return _checked(path, check, stream, size)
    return None


def may_be_absent(project: ProjectFiles, path: str) -> bool:
    """Whether :func:`absence` would have to open the file, or knows by its size."""
    return project.files[path].size == 0 or lfs_pointers.may_stand_for(project, path)


def absence(project: ProjectFiles, path: str) -> Fault | None:
    """Whether something else stands in the file's place: nothing, or a pointer to it."""
    if project.files[path].size == 0:
        return EMPTY if path.lower().endswith(MEDIA) else None
    return POINTER if lfs_pointers.stands_for(project, path) else None


def _checked(
    path: str, check: Callable[[BinaryIO, int], Fault | None], stream: BinaryIO, size: int
) -> Fault | None:
    try:
        with decoding(path):
            return check(stream, size)
    except UnreadableError as error:
        return Fault(message=str(error), certain=False)
