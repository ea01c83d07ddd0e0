"""Models and pictures that no browser reads become ones that it does, without loss.

What would be lost on the way (rigs, shaders, high dynamic range) is not converted but refused, with
what to do: FBX, DAE, BLEND, EXR.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Final

from services.packager.project.unreadable import UnreadableError, decoding
from services.packager.web.aethel.media import pictures, stl, wavefront

if TYPE_CHECKING:
    from services.packager.project.files import ProjectFiles

MAX_BYTES: Final = 128 << 20
MODELS: Final = (".obj", ".stl")
PICTURES: Final = (".tga",)
SUFFIXES: Final = (*MODELS, *PICTURES)
SHIPPED: Final = {".obj": ".glb", ".stl": ".glb", ".tga": ".png"}  # behind the file's own name


def suffix_of(path: str) -> str:
    """What is put behind the name of a file that is converted; empty for any other."""
    return SHIPPED.get(posixpath.splitext(path)[1].lower(), "")


def converted(project: ProjectFiles, path: str) -> bytes:
    """The file as a browser reads it.

    Raises:
        UnreadableError: It is broken, or too large.
    """
    size = project.files[path].size
    if size > MAX_BYTES:
        raise UnreadableError(f"has {size:,} bytes; up to {MAX_BYTES:,} are converted")
    data = project.read(path, max_bytes=MAX_BYTES)
    suffix = posixpath.splitext(path)[1].lower()
    with decoding(path):
        if suffix == ".tga":
            return pictures.png_of_tga(data)
        if suffix == ".stl":
            return stl.glb_of_stl(data)
    libraries = {name: _library(project, path, name) for name in wavefront.libraries(data)}
    with decoding(path):
        return wavefront.glb_of_obj(data, b"\n".join(libraries.values()))


def _library(project: ProjectFiles, path: str, name: str) -> bytes:
    """A file of materials beside the model; nothing where it is not there."""
    beside = posixpath.normpath(posixpath.join(posixpath.dirname(path), name))
    there = beside in project and project.files[beside].size <= wavefront.MAX_LIBRARY_BYTES
    return project.read(beside, max_bytes=wavefront.MAX_LIBRARY_BYTES) if there else b""
