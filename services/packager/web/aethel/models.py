"""A glTF model's header says which files lie beside it, and what has to be decoded."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any, Final

import msgspec

from services.packager.optimizing import textures
from services.packager.optimizing.gltf import UnsuitableError, outline_of
from services.packager.project.json_documents import MAX_TEXT_BYTES, parse, values_in
from services.packager.project.unreadable import UnreadableError, decoding
from services.packager.web.aethel import media
from services.packager.web.aethel.asset_paths import beside

if TYPE_CHECKING:
    from collections.abc import Iterator

    from services.packager.project.files import ProjectFiles

SUFFIXES: Final = (".glb", ".gltf", *media.MODELS)
_HEADER: Final = struct.Struct("<4sIIII")  # magic, version, length; the first chunk's length, type
_JSON_CHUNK: Final = 0x4E4F534A
_GLTF_2: Final = 2


class Model(msgspec.Struct, frozen=True):
    """One model file."""

    buffers: dict[str, str]  # project path by URI, whether it is there or not
    images: dict[str, bool]  # whether an image holds colours and nothing else, by project path
    extensions: frozenset[str]
    values: int  # of its JSON, at most

    @property
    def parts(self) -> list[str]:
        """The project paths of all that lies beside it."""
        return [*self.buffers.values(), *self.images]


def read_model(project: ProjectFiles, file: str) -> Model:
    """The header of a ``.glb`` or ``.gltf``, not its meshes.

    Raises:
        UnreadableError: It is no glTF 2.0.

    Source:
        glTF 2.0 specification, sections 3.6.1 (buffers), 3.8.3 (images), 4.4 (GLB).
    """
    text = _json(project, file)
    with decoding(file):
        return _model(file, text)


def _model(file: str, text: bytes) -> Model:
    document = parse(text)
    asset = document.get("asset")
    if not isinstance(asset, dict) or not str(asset.get("version", "")).startswith("2"):
        raise UnreadableError("is no glTF 2.0 model: export it anew from the modelling program")
    colors = _colors(document)
    images: dict[str, bool] = {}
    for number, uri in _uris(document, "images"):
        path = beside(file, uri)
        images[path] = number in colors and images.get(path, True)
    used = document.get("extensionsUsed")
    return Model(
        buffers={uri: beside(file, uri) for _, uri in _uris(document, "buffers")},
        images=images,
        extensions=frozenset(filter(_is_text, used if isinstance(used, list) else [])),
        values=values_in(text),
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


def _colors(document: dict[str, Any]) -> frozenset[int]:
    try:
        return textures.colors(outline_of(document))
    except UnsuitableError:
        return frozenset()


def _uris(document: dict[str, Any], name: str) -> Iterator[tuple[int, str]]:
    """(number, URI) of what lies in a file of its own."""
    entries = document.get(name)
    for number, entry in enumerate(entries if isinstance(entries, list) else []):
        uri = entry.get("uri") if isinstance(entry, dict) else None
        if isinstance(uri, str) and not uri.startswith(("data:", "blob:")):
            yield number, uri


def _is_text(value: object) -> bool:
    return isinstance(value, str)
