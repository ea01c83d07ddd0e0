"""A Git LFS pointer is a small text that stands where a large file should be, until it is pulled.

Source: the specification of Git LFS, ``docs/spec.md``, "The Pointer".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from services.packager.project.files import ProjectFiles

MAX_BYTES: Final = 1_024  # pointers are shorter
FAULT: Final = (
    "is a Git LFS pointer, not the file itself: run `git lfs pull` and push the project again"
)
_BEGINNINGS: Final = (
    b"version https://git-lfs.github.com/spec/",
    b"version https://hawser.github.com/spec/",
)


def is_pointer(data: bytes) -> bool:
    """Whether these bytes, or those that a file begins with, are those of a pointer."""
    return data.startswith(_BEGINNINGS)


def may_stand_for(project: ProjectFiles, path: str) -> bool:
    """Whether a file of the project has the size of a pointer."""
    return len(_BEGINNINGS[1]) < project.files[path].size < MAX_BYTES


def stands_for(project: ProjectFiles, path: str) -> bool:
    """Whether a file of the project is a pointer; larger files are not opened."""
    if not may_stand_for(project, path):
        return False
    with project.open(path) as stream:
        return is_pointer(stream.read(MAX_BYTES))
