"""What a glTF model says about itself: the files beside it, and what has to be decoded."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any, Final

import msgspec

from services.packager.site.engine.documents import MAX_TEXT_BYTES, UnreadableError, parse
from services.packager.site.engine.files import beside

if TYPE_CHECKING:
    from services.packager.project import ProjectFiles

SUFFIXES: Final = (".glb", ".gltf")
_HEADER: Final = struct.Struct("<4sIIII")  # magic, version, length; the first chunk's length, type
_JSON_CHUNK: Final = 0x4E4F534A
_GLTF_2: Final = 2


class Model(msgspec.Struct, frozen=True):
    """One model file."""

    parts: tuple[str, ...]  # project paths of its buffers and images, whether they are there or not
    images: tuple[str, ...]  # those of the parts that are images
    extensions: frozenset[str]


def read_model(project: ProjectFiles, file: str) -> Model:
    """The header of a ``.glb`` or ``.gltf``, not its meshes.

    Raises:
        UnreadableError: It is no glTF 2.0.

    Source:
        glTF 2.0 specification, sections 3.6.1 (buffers), 3.8.3 (images), 4.4 (GLB).
    """
    document = parse(_json(project, file))
    asset = document.get("asset")
    if not isinstance(asset, dict) or not str(asset.get("version", "")).startswith("2"):
        raise UnreadableError("is no glTF 2.0 model: export it anew from the modelling program")
    images = _uris(document, "images")
    used = document.get("extensionsUsed")
    return Model(
        parts=tuple(beside(file, uri) for uri in (*_uris(document, "buffers"), *images)),
        images=tuple(beside(file, uri) for uri in images),
        extensions=frozenset(filter(_is_text, used if isinstance(used, list) else [])),
    )


def _json(project: ProjectFiles, file: str) -> bytes:
    with project.open(file) as stream:
        header = stream.read(_HEADER.size)
        if not header.startswith(b"glTF"):
            return header + stream.read(MAX_TEXT_BYTES)
        if len(header) < _HEADER.size:
            raise UnreadableError("is cut short")
        _, version, _, size, kind = _HEADER.unpack(header)
        if version != _GLTF_2 or kind != _JSON_CHUNK:
            raise UnreadableError("is no binary glTF 2.0 model")
        if size > MAX_TEXT_BYTES:
            raise UnreadableError(f"announces {size:,} bytes of JSON; {MAX_TEXT_BYTES:,} are read")
        text = stream.read(size)
    if len(text) < size:
        raise UnreadableError("is cut short")
    return text


def _uris(document: dict[str, Any], name: str) -> list[str]:
    entries = document.get(name)
    if not isinstance(entries, list):
        return []
    uris = [entry.get("uri") for entry in entries if isinstance(entry, dict)]
    return [uri for uri in uris if isinstance(uri, str) and not uri.startswith(("data:", "blob:"))]


def _is_text(value: object) -> bool:
    return isinstance(value, str)
