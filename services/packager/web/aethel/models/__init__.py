"""A glTF model's header says which files lie beside it, and what has to be decoded."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any, Final

import msgspec

from services.packager.optimizing import textures
from services.packager.optimizing.gltf import Outline, UnsuitableError, outline_of
from services.packager.project.json_documents import MAX_TEXT_BYTES, parse, values_in
from services.packager.project.unreadable import UnreadableError, decoding, walking
from services.packager.web.aethel import media
from services.packager.web.aethel.asset_paths import beside
from services.packager.web.aethel.models import content as model_content
from services.packager.web.aethel.models import nodes as model_nodes
from services.packager.web.aethel.models.content import Held
from services.packager.web.aethel.models.nodes import NodeNames
from services.packager.web.file_faults import absence
from services.packager.web.file_faults.fault import Fault, cut, short_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from services.packager.project.files import ProjectFiles

SUFFIXES: Final = (".glb", ".gltf", *media.MODELS)
_HEADER: Final = struct.Struct("<4sIIII")  # magic, version, length; the first chunk's length, type
_CHUNK: Final = struct.Struct("<II")  # length, type
_JSON_CHUNK: Final = 0x4E4F534A
_BINARY_CHUNK: Final = 0x004E4942
_GLTF_2: Final = 2


class Model(msgspec.Struct, frozen=True):
    """One model file."""

    buffers: dict[str, str]  # project path by URI, whether it is there or not
    images: dict[str, bool]  # whether an image holds colours and nothing else, by project path
    extensions: frozenset[str]  # that it uses
    required: frozenset[str]  # those without which it cannot be shown
    nodes: NodeNames
    clips: frozenset[str]  # the names of its animations, as the player knows them
    faults: tuple[Fault, ...]  # of its content
    values: int  # of its JSON, at most

    @property
    def parts(self) -> list[str]:
        """The project paths of all that lies beside it."""
        return [*self.buffers.values(), *self.images]


def read_model(project: ProjectFiles, file: str) -> Model:
    """The header of a ``.glb`` or ``.gltf``, not its meshes; whether these are there.

    Raises:
        UnreadableError: It is no glTF 2.0.

    Source:
        glTF 2.0 specification, sections 3.6.1 (buffers), 3.8.3 (images), 4.4 (GLB).
    """
    if missing := absence(project, file):
        raise UnreadableError(missing.message)
    text, chunk = _chunks(project, file)
    with decoding(file):
        document = parse(text)
        outline = _outline(document)
        model = _model(project, file, document, outline, values=values_in(text))
    if outline is None:
        return model
    with walking(file):
        found = tuple(model_content.faults(project, outline, chunk, model.buffers))
    return msgspec.structs.replace(model, faults=found)


def _model(
    project: ProjectFiles,
    file: str,
    document: dict[str, Any],
    outline: Outline | None,
    *,
    values: int,
) -> Model:
    asset = document.get("asset")
    if not isinstance(asset, dict) or not str(asset.get("version", "")).startswith("2"):
        raise UnreadableError("is no glTF 2.0 model: export it anew from the modelling program")
    colors = textures.colors(outline) if outline else frozenset()
    images: dict[str, bool] = {}
    for number, uri in _uris(document, "images"):
        path = beside(project, file, uri)
        images[path] = number in colors and images.get(path, True)
    return Model(
        buffers={uri: beside(project, file, uri) for _, uri in _uris(document, "buffers")},
        images=images,
        extensions=_texts(document, "extensionsUsed"),
        required=_texts(document, "extensionsRequired"),
        nodes=model_nodes.names_in(document),
        clips=_clips(document),
        faults=(),
        values=values,
    )


def _chunks(project: ProjectFiles, file: str) -> tuple[bytes, Held | None]:
    """The JSON, and where the binary chunk of a ``.glb`` lies."""
    there = project.files[file].size
    with project.open(file) as stream:
        header = stream.read(_HEADER.size)
        if not header.startswith(b"glTF"):
            return header + stream.read(MAX_TEXT_BYTES), None
        if len(header) < _HEADER.size:
            raise UnreadableError(cut("it has no content").message)
        _, version, length, size, kind = _HEADER.unpack(header)
        if version != _GLTF_2 or kind != _JSON_CHUNK:
            raise UnreadableError("is no binary glTF 2.0 model")
        if size > MAX_TEXT_BYTES:
            raise UnreadableError(f"announces {size:,} bytes of JSON; {MAX_TEXT_BYTES:,} are read")
        if length > there or _HEADER.size + size > there:
            missing = short_of(max(length, _HEADER.size + size), there)
            raise UnreadableError(cut(missing).message)
        text = stream.read(size)
        chunk = stream.read(_CHUNK.size)
    if len(chunk) < _CHUNK.size or _CHUNK.unpack(chunk)[1] != _BINARY_CHUNK:
        return text, None
    start = _HEADER.size + size + _CHUNK.size
    return text, Held(min(_CHUNK.unpack(chunk)[0], there - start), file, start)


def _outline(document: dict[str, Any]) -> Outline | None:
    try:
        return outline_of(document)
    except UnsuitableError:
        return None


def _uris(document: dict[str, Any], name: str) -> Iterator[tuple[int, str]]:
    """(number, URI) of what lies in a file of its own."""
    entries = document.get(name)
    for number, entry in enumerate(entries if isinstance(entries, list) else []):
        uri = entry.get("uri") if isinstance(entry, dict) else None
        if isinstance(uri, str) and not uri.startswith(("data:", "blob:")):
            yield number, uri


def _clips(document: dict[str, Any]) -> frozenset[str]:
    """One without a name is called by its number, as three.js does."""
    animations = document.get("animations")
    return frozenset(
        str((isinstance(animation, dict) and animation.get("name")) or f"animation_{number}")
        for number, animation in enumerate(animations if isinstance(animations, list) else [])
    )


def _texts(document: dict[str, Any], name: str) -> frozenset[str]:
    found = document.get(name)
    entries = found if isinstance(found, list) else []
    return frozenset(entry for entry in entries if isinstance(entry, str))
