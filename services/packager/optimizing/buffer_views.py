"""The views of a model are encoded in fewer bytes, as KHR_meshopt_compression defines it.

A view stays a view and an accessor an accessor, of the same type: a decoder gives back what was
there, byte for byte (triangles may begin at another of their corners), or, where rounding is
allowed, floats that are near enough.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from operator import attrgetter
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from services.packager.optimizing.gltf import UnsuitableError
from services.packager.optimizing.meshopt import Encoder
from services.packager.optimizing.precision import Role
from services.packager.optimizing.quantize import WORD, Bounds, rounded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from services.packager.optimizing.gltf import Accessor, BufferView

MAX_STRIDE: Final = 256
INDEX_TYPES: Final[dict[int, Literal["H", "I"]]] = {2: "H", 4: "I"}
CORNERS: Final = 3
SAYING_BYTES: Final = 140  # about
SAYING_MORE_BYTES: Final = 100
Mode = Literal["ATTRIBUTES", "TRIANGLES", "INDICES"]


class EncodedView(msgspec.Struct, frozen=True, kw_only=True):
    """One view in fewer bytes, as the extension describes it."""

    data: bytes
    count: int
    stride: int
    mode: Mode
    rounded: bool = False
    bounds: Bounds = {}  # of its accessors, where they are others now

    @property
    def size_bytes(self) -> int:
        """With what the document has to say of it."""
        return len(self.data) + SAYING_BYTES + (SAYING_MORE_BYTES if self.rounded else 0)


class ViewEncoder(msgspec.Struct, frozen=True, kw_only=True):
    """Encodes the views of one model."""

    encoder: Encoder
    roles: Mapping[int, Role]
    rounds: bool  # whether floats may be rounded as their roles allow
    turns: bool  # whether triangles may begin at another corner

    def pack(
        self, view: BufferView, data: bytes, accessors: Mapping[int, Accessor]
    ) -> EncodedView | None:
        """The smallest form; None where there is none.

        Args:
            view: What the document says of it.
            data: Its bytes.
            accessors: Those that look into it, by number; at least one.

        Raises:
            UnsuitableError: An accessor leaves the view.
            EncoderError: It cannot be packed.
        """
        if any(_end(accessor, view) > len(data) for accessor in accessors.values()):
            raise UnsuitableError("has an accessor that leaves its buffer view")
        kinds = {self.roles.get(number, "exact") for number in accessors}
        if kinds <= {"triangles", "indices"} and view.byte_stride is None:
            forms = self._indices(data, accessors, turns=self.turns and kinds == {"triangles"})
        else:
            forms = self._attributes(view, data, accessors)
        best = min(forms, key=attrgetter("size_bytes"), default=None)
        return best if best and best.size_bytes < len(data) else None

    def _indices(
        self, data: bytes, accessors: Mapping[int, Accessor], *, turns: bool
    ) -> Iterator[EncodedView]:
        size, *others = {accessor.component_bytes for accessor in accessors.values()}
        if others or size not in INDEX_TYPES or len(data) % size:
            return
        indices = array("I", memoryview(data).cast(INDEX_TYPES[size]))
        code = self.encoder.sequence(indices)
        yield EncodedView(data=code, count=len(indices), stride=size, mode="INDICES")
        if turns and _in_threes(len(data), size, accessors):
            code = self.encoder.triangles(indices)
            yield EncodedView(data=code, count=len(indices), stride=size, mode="TRIANGLES")

    def _attributes(
        self, view: BufferView, data: bytes, accessors: Mapping[int, Accessor]
    ) -> Iterator[EncodedView]:
        strides = _strides(view, accessors)
        yield from (self._rows(data, stride) for stride in strides)
        near = rounded(view, data, accessors, self.roles, self.encoder) if self.rounds else None
        if near:
            words, bounds = near
            for stride in strides:
                form = self._rows(words, stride)
                yield msgspec.structs.replace(form, rounded=True, bounds=bounds)

    def _rows(self, data: bytes, stride: int) -> EncodedView:
        rows = data + bytes(-len(data) % stride)
        code = self.encoder.attributes(rows, stride)
        return EncodedView(data=code, count=len(rows) // stride, stride=stride, mode="ATTRIBUTES")


def _end(accessor: Accessor, view: BufferView) -> int:
    stride = view.byte_stride or accessor.element_bytes
    return accessor.byte_offset + stride * (accessor.count - 1) + accessor.element_bytes


def _in_threes(size: int, width: int, accessors: Mapping[int, Accessor]) -> bool:
    """Whether every triangle of every accessor is one of the view, too."""
    triangle = CORNERS * width
    return size % triangle == 0 and all(
        accessor.byte_offset % triangle == 0 and accessor.count % CORNERS == 0
        for accessor in accessors.values()
    )


def _strides(view: BufferView, accessors: Mapping[int, Accessor]) -> list[int]:
    """The lengths of rows that are worth a try."""
    if view.byte_stride:
        return [view.byte_stride] if view.byte_stride % WORD == 0 else []
    sizes = {accessor.element_bytes for accessor in accessors.values()}
    return sorted({WORD} | {size for size in sizes if size % WORD == 0 and size <= MAX_STRIDE})
