"""A model's header says where its numbers and pictures lie: whether they do is found out here."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Final

import msgspec

from services.packager.optimizing import glb
from services.packager.optimizing.buffer_view_bytes import PACKED
from services.packager.optimizing.gltf import UnsuitableError
from services.packager.project import lfs_pointers
from services.packager.web.file_faults.fault import Fault
from services.packager.web.file_faults.pictures import raster_fault

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from services.packager.optimizing.gltf import Accessor, BufferView, Outline
    from services.packager.project.files import ProjectFiles

MAX_PICTURE_BYTES: Final = 64 << 20
REMEDY: Final = "export the model anew, or put the whole file back"


class Held(msgspec.Struct, frozen=True):
    """The bytes of a buffer, wherever they lie."""

    size: int
    path: str  # of the file that they lie in
    start: int = 0  # there
    data: bytes | None = None  # where they stand in the document


def faults(
    project: ProjectFiles, outline: Outline, chunk: Held | None, parts: Mapping[str, str]
) -> Iterator[Fault]:
    """What is wrong with the content: the first of each kind, and every picture.

    Args:
        project: The files.
        outline: Of the model.
        chunk: The binary chunk of a ``.glb``.
        parts: The project paths of buffers by URI.
    """
    buffers = [
        _held(project, buffer.uri, chunk if number == 0 else None, parts)
        for number, buffer in enumerate(outline.buffers)
    ]
    places = [_place(view) for view in outline.buffer_views]
    outside = next(_outside(places, buffers), None)
    if outside:
        yield outside
        return
    yield from _short_accessors(outline.accessors, outline.buffer_views)
    for number, image in enumerate(outline.images):
        view = image.buffer_view
        if view is not None and view < len(places):
            data = _read(project, places[view], buffers)
            fault = raster_fault(io.BytesIO(data), len(data)) if data is not None else None
            if fault:
                yield Fault(message=f"its image {number} {fault.message}", certain=fault.certain)


def _held(
    project: ProjectFiles, uri: str | None, chunk: Held | None, parts: Mapping[str, str]
) -> Held | None:
    """None where that is not known, or told elsewhere."""
    if uri is None:
        return chunk
    path = parts.get(uri)
    if path is None:
        try:
            data = glb.bytes_of(uri)
        except UnsuitableError:
            return None
        return Held(size=len(data), path="", data=data) if data is not None else None
    if path not in project or lfs_pointers.stands_for(project, path):
        return None
    return Held(size=project.files[path].size, path=path)


def _place(view: BufferView) -> tuple[int, int, int]:
    """(buffer, first byte, bytes): of a packed view where its packed form lies."""
    packed = next((view.extensions[name] for name in PACKED if name in view.extensions), None)
    if not isinstance(packed, dict):
        return view.buffer, view.byte_offset, view.byte_length
    return _number(packed, "buffer"), _number(packed, "byteOffset"), _number(packed, "byteLength")


def _number(described: dict[str, Any], name: str) -> int:
    value = described.get(name, 0)
    return value if isinstance(value, int) and value >= 0 else 0


def _outside(
    places: Sequence[tuple[int, int, int]], buffers: Sequence[Held | None]
) -> Iterator[Fault]:
    for number, (buffer, start, length) in enumerate(places):
        if buffer >= len(buffers):
            yield Fault(message=f"has a view {number} of a buffer that it lacks; {REMEDY}")
        elif (held := buffers[buffer]) and start + length > held.size:
            where = f"{held.path} has" if held.path else "there are"
            message = f"needs {start + length:,} bytes of its buffer {buffer}, and {where}"
            yield Fault(message=f"{message} {held.size:,}; {REMEDY}")


def _short_accessors(accessors: Sequence[Accessor], views: Sequence[BufferView]) -> Iterator[Fault]:
    for number, accessor in enumerate(accessors):
        if accessor.buffer_view is None:
            continue
        if accessor.buffer_view >= len(views):
            yield Fault(message=f"has an accessor {number} of a view that it lacks; {REMEDY}")
            return
        view = views[accessor.buffer_view]
        stride = view.byte_stride or accessor.element_bytes
        end = accessor.byte_offset + stride * (accessor.count - 1) + accessor.element_bytes
        if end > view.byte_length:
            message = f"has an accessor {number} of {end:,} bytes in a view of {view.byte_length:,}"
            yield Fault(message=f"{message}; {REMEDY}")
            return


def _read(
    project: ProjectFiles, place: tuple[int, int, int], buffers: Sequence[Held | None]
) -> bytes | None:
    buffer, start, length = place
    held = buffers[buffer]
    if held is None or length > MAX_PICTURE_BYTES:
        return None
    if held.data is not None:
        return held.data[start : start + length]
    with project.open(held.path) as stream:
        stream.seek(held.start + start)
        return stream.read(length)
