"""Floats are rounded to steps that nobody sees: mantissa and exponent, as mesh decoders read them.

Source: the filter EXPONENTIAL of KHR_meshopt_compression.
"""

from __future__ import annotations

import math
from array import array
from typing import TYPE_CHECKING, Final

from services.packager.optimizing.gltf import COMPONENTS, FLOAT
from services.packager.optimizing.precision import Step

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.packager.optimizing.gltf import Accessor, BufferView
    from services.packager.optimizing.meshopt import Encoder
    from services.packager.optimizing.precision import Role

WORD: Final = 4
MAX_BITS: Final = 23  # one less than a float has; more could overflow
Bounds = dict[int, tuple[list[float], list[float]]]  # least and most by accessor


def rounded(
    view: BufferView,
    data: bytes,
    accessors: Mapping[int, Accessor],
    roles: Mapping[int, Role],
    encoder: Encoder,
) -> tuple[bytes, Bounds] | None:
    """A word for each float of a view; None where one has to stay as it is."""
    made = bytearray(len(data) - len(data) % WORD)
    source, target = memoryview(data)[: len(made)].cast("I"), memoryview(made).cast("I")
    bounds: Bounds = {}
    for number, accessor in accessors.items():
        step = roles.get(number)
        if not isinstance(step, Step) or not _are_words(accessor, view):
            return None
        parts = _columns(accessor, view)
        columns = [array("f", source[part].tobytes()) for part in parts]
        if not all(math.isfinite(sum(column)) for column in columns):
            return None
        extremes = []
        for part, column, bits in zip(parts, columns, _bits(step, columns), strict=True):
            column.extend((min(column), max(column)))  # so that these are rounded, too
            words = memoryview(encoder.rounded(column.tobytes(), bits)).cast("I")
            target[part] = words[:-2]
            extremes.append((_number(words[-2]), _number(words[-1])))
        bounds[number] = ([least for least, _ in extremes], [most for _, most in extremes])
    return bytes(made), bounds


def _are_words(accessor: Accessor, view: BufferView) -> bool:
    """Whether it consists of floats, and of nothing else."""
    stride = view.byte_stride or accessor.element_bytes
    return (
        accessor.component_type == FLOAT
        and accessor.sparse is None
        and accessor.byte_offset % WORD == 0
        and stride % WORD == 0
    )


def _columns(accessor: Accessor, view: BufferView) -> list[slice]:
    """Where the words of each component are in the view."""
    stride = (view.byte_stride or accessor.element_bytes) // WORD
    first = accessor.byte_offset // WORD
    span = stride * (accessor.count - 1) + 1
    starts = range(first, first + COMPONENTS[accessor.type])
    return [slice(start, start + span, stride) for start in starts]


def _bits(step: Step, columns: list[array[float]]) -> list[int]:
    """How many each column needs for that step, sign included."""
    finest = step.bits
    if step.of_range:
        widest = max(max(column) - min(column) for column in columns)
        finest -= math.frexp(widest)[1] if widest else -MAX_BITS
    tops = (math.frexp(max(map(abs, column)))[1] for column in columns)
    return [min(max(top + finest + 1, 1), MAX_BITS) for top in tops]


def _number(word: int) -> float:
    """What a decoder makes of a word: 24 bits of mantissa below 8 of exponent, both signed."""
    mantissa = (word & 0xFFFFFF) - ((word & 0x800000) << 1)
    exponent = (word >> 24) - ((word >> 31) << 8)
    return math.ldexp(mantissa, exponent)
