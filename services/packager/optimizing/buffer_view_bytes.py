"""The bytes of each view of a model are found here, wherever they lie."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from services.packager.optimizing import glb
from services.packager.optimizing.gltf import UnsuitableError, outline_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from services.packager.optimizing.gltf import BufferView, Outline

MESHOPT: Final = "KHR_meshopt_compression"
PACKED: Final = {MESHOPT, "EXT_meshopt_compression"}
_KNOWN: Final = {"byteLength", "name", "uri"}


def blocks_of(
    document: dict[str, Any], binary: bytes | None, parts: Mapping[str, bytes]
) -> list[bytes]:
    """The bytes of each view; images that stand in the document itself become views.

    Args:
        document: Of the model; changed where it holds images.
        binary: The chunk of a ``.glb``.
        parts: Buffers in files of their own, by URI.

    Raises:
        UnsuitableError: Something is not there, or would be lost; or views lie over each other.
    """
    outline = outline_of(document)
    buffers = _buffers(outline, binary, parts)
    if len(buffers) > 1 and any(buffer.keys() - _KNOWN for buffer in document["buffers"]):
        raise UnsuitableError("has several buffers, and tells more of them than their length")
    there = {id(buffer): len(buffer) for buffer in buffers}  # several may be the same file
    if sum(view.byte_length for view in outline.buffer_views) > sum(there.values()):
        raise UnsuitableError("has buffer views that lie over each other")
    blocks = [_block(view, buffers) for view in outline.buffer_views]
    return blocks + _images(outline, document, len(blocks))


def _buffers(outline: Outline, binary: bytes | None, parts: Mapping[str, bytes]) -> list[bytes]:
    found = []
    for number, buffer in enumerate(outline.buffers):
        if buffer.uri is None:
            held = binary if number == 0 else None
        else:
            held = parts.get(buffer.uri) or glb.bytes_of(buffer.uri)
        if held is None or len(held) < buffer.byte_length:
            raise UnsuitableError("has a buffer that is not there, or not whole")
        found.append(held)
    return found


def _block(view: BufferView, buffers: Sequence[bytes]) -> bytes:
    if not PACKED.isdisjoint(view.extensions):
        raise UnsuitableError("is packed already")
    end = view.byte_offset + view.byte_length
    if view.buffer >= len(buffers) or end > len(buffers[view.buffer]):
        raise UnsuitableError("has a buffer view that leaves its buffer")
    return buffers[view.buffer][view.byte_offset : end]


def _images(outline: Outline, document: dict[str, Any], count: int) -> list[bytes]:
    """Those of ``data:`` URIs: a third less as bytes."""
    found: list[bytes] = []
    for number, image in enumerate(outline.images):
        held = glb.bytes_of(image.uri) if image.uri else None
        if held is not None:
            entry = document["images"][number]
            entry.setdefault("mimeType", glb.media_type(entry.pop("uri")))
            entry["bufferView"] = count + len(found)
            views = document.setdefault("bufferViews", [])
            views.append({"buffer": 0, "byteLength": len(held)})
            document.setdefault("buffers", [{"byteLength": 0}])
            found.append(held)
    return found
