"""The buffer layout puts a model's views one behind the other, and enters their places."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from services.packager.optimizing.buffer_view_bytes import MESHOPT
from services.packager.optimizing.glb import ALIGNMENT, padded

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from services.packager.optimizing.buffer_views import EncodedView


def lay_out(
    document: dict[str, Any], blocks: Sequence[bytes], packed: Mapping[int, EncodedView]
) -> bytearray:
    """Lay the views out one behind the other: the binary chunk.

    Encoded views lie in a second buffer, which is nowhere: its bytes are what a decoder makes.

    Args:
        document: Changed to describe the new places.
        blocks: The bytes of each view.
        packed: The views that are encoded.
    """
    binary = bytearray()
    unpacked_bytes = 0
    for number, (view, block) in enumerate(zip(document["bufferViews"], blocks, strict=True)):
        form = packed.get(number)
        data = form.data if form else block
        place = {"buffer": 0, "byteOffset": len(binary), "byteLength": len(data)}
        if form:
            view.setdefault("extensions", {})[MESHOPT] = place | _described(form)
            length = form.count * form.stride
            place = {"buffer": 1, "byteOffset": unpacked_bytes, "byteLength": length}
            unpacked_bytes += length + -length % ALIGNMENT
            _update_bounds(document["accessors"], form)
        view.update(place)
        binary += padded(data)
    _describe_buffers(document, len(binary), unpacked_bytes)
    if packed:
        require(document, MESHOPT)
    return binary


def require(document: dict[str, Any], extension: str) -> None:
    """Say that nobody can read the model without that extension."""
    for field in ("extensionsUsed", "extensionsRequired"):
        names = document.setdefault(field, [])
        if extension not in names:
            names.append(extension)


def _described(form: EncodedView) -> dict[str, Any]:
    """All but where it is."""
    described = {"byteStride": form.stride, "count": form.count, "mode": form.mode}
    return described | ({"filter": "EXPONENTIAL"} if form.rounded else {})


def _update_bounds(accessors: list[dict[str, Any]], form: EncodedView) -> None:
    for number, (least, most) in form.bounds.items():
        for field, values in (("min", least), ("max", most)):
            if field in accessors[number]:
                accessors[number][field] = values


def _describe_buffers(document: dict[str, Any], size: int, unpacked_bytes: int) -> None:
    only, *others = document["buffers"]
    kept = {} if others else {name: value for name, value in only.items() if name != "uri"}
    document["buffers"] = [kept | {"byteLength": size}]
    if unpacked_bytes:
        document["buffers"].append(
            {"byteLength": unpacked_bytes, "extensions": {MESHOPT: {"fallback": True}}}
        )
