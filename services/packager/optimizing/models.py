"""glTF models get fewer bytes: meshes and animations through Meshopt, images inside as WebP.

Nothing of the document is lost, known here or not: nodes, names, extras and extensions stay as they
are, as views and images only change their form. So skins, morph targets, cameras, lights and what
scripts look for are as they were. Lossless means: each number is the same. Balanced means: floats
are rounded in steps that eyes do not see (``precision``), and images of colours as ``images``
does it; indices, times and bones stay exact.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any, Final

from services.packager.optimizing import glb, images, textures
from services.packager.optimizing.buffer_layout import lay_out, require
from services.packager.optimizing.buffer_view_bytes import blocks_of
from services.packager.optimizing.buffer_views import ViewEncoder
from services.packager.optimizing.gltf import UnsuitableError, outline_of
from services.packager.optimizing.meshopt import EncoderError
from services.packager.optimizing.precision import roles

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from services.packager.optimizing.buffer_views import EncodedView
    from services.packager.optimizing.gltf import Accessor, Outline
    from services.packager.optimizing.meshopt import Encoder

SOURCES: Final = (".glb", ".gltf")
CORNERS_MATTER: Final = "FB_ngon_encoding"  # triangles of one polygon begin at the same corner
MOST_LOOKS: Final = 4  # of accessors at a byte, on average: each takes time


def smaller(
    data: bytes, parts: Mapping[str, bytes], encoder: Encoder, *, lossless: bool
) -> bytes | None:
    """The model as one ``.glb``; None where that is not smaller, or would not be the same model.

    Args:
        data: A ``.glb`` or ``.gltf``.
        parts: The buffers beside it, by URI; they go into the result. Images stay beside it.
        encoder: For this model alone.
        lossless: Whether every number has to stay as it is.
    """
    try:
        document, binary = glb.read(data)
        made = _made(document, blocks_of(document, binary, parts), encoder, lossless=lossless)
    except (UnsuitableError, EncoderError, RecursionError, OverflowError):
        return None  # the player may do better; it goes as it is
    return made if len(made) < len(data) + sum(map(len, parts.values())) else None


def _made(
    document: dict[str, Any], blocks: list[bytes], encoder: Encoder, *, lossless: bool
) -> bytes:
    outline = outline_of(document)
    uses = Counter(_views_in(document))
    packer = ViewEncoder(
        encoder=encoder,
        roles=roles(outline),
        rounds=not lossless,
        turns=CORNERS_MATTER not in outline.extensions_used,
    )
    packed: dict[int, EncodedView] = {}
    for view, accessors in _accessors_by_view(outline, blocks).items():
        alone = uses[view] == len(accessors)  # no sparse values, image or extension lies there
        form = packer.pack(outline.buffer_views[view], blocks[view], accessors) if alone else None
        if form:
            packed[view] = form
    colors = textures.colors(outline)
    for image, (view, users) in textures.replaceable(outline, uses).items():
        data = images.smaller(blocks[view], lossless=lossless or image not in colors)
        if data:
            blocks[view] = data
            textures.replace(document, image, users)
            require(document, textures.EXTENSION)
    return glb.write(document, lay_out(document, blocks, packed) if blocks else b"")


def _accessors_by_view(outline: Outline, blocks: Sequence[bytes]) -> dict[int, dict[int, Accessor]]:
    """The accessors that look into each view."""
    found: defaultdict[int, dict[int, Accessor]] = defaultdict(dict)
    for number, accessor in enumerate(outline.accessors):
        if accessor.buffer_view is not None:
            found[accessor.buffer_view][number] = accessor
    if any(view >= len(blocks) for view in found):
        raise UnsuitableError("has an accessor of a buffer view that it does not have")
    looks = sum(a.count * a.element_bytes for of_view in found.values() for a in of_view.values())
    if looks > MOST_LOOKS * sum(map(len, blocks)):
        raise UnsuitableError("has accessors that look at the same bytes over and over")
    return found


def _views_in(value: Any) -> Iterator[int]:
    """Every reference to a view, whoever makes it."""
    if isinstance(value, list):
        for item in value:
            yield from _views_in(item)
    elif isinstance(value, dict):
        for name, item in value.items():
            if name == "bufferView" and isinstance(item, int):
                yield item
            yield from _views_in(item)
