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

from services.packager.optimizing import glb, textures
from services.packager.optimizing.buffer_layout import lay_out, require
from services.packager.optimizing.buffer_view_bytes import blocks_of
from services.packager.optimizing.buffer_views import ViewEncoder
from services.packager.optimizing.gltf import UnsuitableError, outline_of
from services.packager.optimizing.meshopt import MAX_MEMORY_BYTES
from services.packager.optimizing.model_pictures import PictureEncoder, picture_bytes
from services.packager.optimizing.precision import roles
from services.packager.project.json_documents import fields_in
from services.packager.project.unreadable import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from services.packager.optimizing.buffer_views import EncodedView
    from services.packager.optimizing.gltf import Accessor, Outline
    from services.packager.optimizing.meshopt import Encoder

SOURCES: Final = (".glb", ".gltf")
CORNERS_MATTER: Final = "FB_ngon_encoding"  # triangles of one polygon begin at the same corner
MOST_LOOKS: Final = 4  # of accessors at a byte, on average: each takes time
MOST_PARTS: Final = 16_384  # of a kind: views, accessors, images
READ_COPIES: Final = 3  # of a model's bytes in memory: as read, cut up, and packed
MADE_COPIES: Final = 3  # besides: of what is rounded, or of what is put together again
VALUE_BYTES: Final = 100  # of memory, of a value of JSON
ENCODER_BYTES: Final = 64 << 20
ENCODER_BYTES_A_BYTE: Final = 6  # what small indices take, and their codes


def reading_bytes(size_bytes: int, values: int) -> int:
    """What a model takes of memory at most before anything of it is encoded.

    Args:
        size_bytes: Of its files.
        values: Of its JSON.
    """
    return READ_COPIES * size_bytes + VALUE_BYTES * values


def encoding_bytes(data: bytes, parts: Mapping[str, bytes], *, most_bytes: int) -> int:
    """What ``smaller`` takes of memory at most beside :func:`reading_bytes`, which this takes, too.

    Args:
        data: As of ``smaller``.
        parts: Likewise.
        most_bytes: Pictures inside that take more are not decoded.

    Raises:
        UnreadableError: Its document cannot be read, or it has more parts than are looked at.
    """
    document, binary = glb.read(data)
    try:
        blocks = blocks_of(document, binary, parts)
        pictures = textures.replaceable(_outline(document), Counter(_views_in(document)))
    except UnsuitableError:
        return 0  # it stays as it is
    needs = (picture_bytes(blocks[view]) for view, _ in pictures.values())
    largest = max((need for need in needs if need <= most_bytes), default=0)
    size_bytes = len(data) + sum(map(len, parts.values()))
    return max(encoder_bytes(size_bytes) + MADE_COPIES * size_bytes, largest)


def encoder_bytes(size_bytes: int) -> int:
    """The memory that the encoder of a model may take."""
    return min(ENCODER_BYTES + ENCODER_BYTES_A_BYTE * size_bytes, MAX_MEMORY_BYTES)


def smaller(
    data: bytes,
    parts: Mapping[str, bytes],
    encoder: Encoder,
    *,
    lossless: bool,
    file: str = "the model",
    most_bytes: int = MAX_MEMORY_BYTES,
    note: Callable[[str], object] = lambda _: None,
) -> bytes | None:
    """The model as one ``.glb``; None where that is not smaller, or would not be the same model.

    Args:
        data: A ``.glb`` or ``.gltf``.
        parts: The buffers beside it, by URI; they go into the result. Images stay beside it.
        encoder: For this model alone.
        lossless: Whether every number has to stay as it is.
        file: Its path, for errors.
        most_bytes: Pictures inside that take more memory are not decoded.
        note: Takes what the maker should know of its images.

    Raises:
        UnreadableError: Its document cannot be read, or it has more parts than are looked at.
        EncoderError: The encoder needed more than any model of that size.
    """
    pictures = PictureEncoder(file=file, most_bytes=most_bytes, note=note)
    try:
        document, binary = glb.read(data)
        blocks = blocks_of(document, binary, parts)
        del binary
        made = _made(document, blocks, encoder, lossless=lossless, pictures=pictures)
    except UnsuitableError:
        return None  # the player may do better; it goes as it is
    return made if len(made) < len(data) + sum(map(len, parts.values())) else None


def _made(
    document: dict[str, Any],
    blocks: list[bytes],
    encoder: Encoder,
    *,
    lossless: bool,
    pictures: PictureEncoder,
) -> bytes:
    outline = _outline(document)
    uses = Counter(_views_in(document))
    packer = ViewEncoder(
        encoder=encoder,
        roles=roles(outline),
        rounds=not lossless,
        turns=CORNERS_MATTER not in outline.extensions_used,
    )
    looks = _accessors_by_view(outline, blocks)
    colors = textures.colors(outline)
    for image, (view, users) in textures.replaceable(outline, uses).items():
        exact = lossless or image not in colors
        picture = pictures.smaller(image, blocks[view], lossless=exact)
        if picture:
            blocks[view] = picture
            textures.replace(document, image, users)
            require(document, textures.EXTENSION)
    packed: dict[int, EncodedView] = {}  # after the pictures: the encoder keeps what it has taken
    for view, accessors in looks.items():
        alone = uses[view] == len(accessors)  # no sparse values, image or extension lies there
        form = packer.pack(outline.buffer_views[view], blocks[view], accessors) if alone else None
        if form:
            packed[view] = form
    return glb.write(document, lay_out(document, blocks, packed) if blocks else bytearray())


def _outline(document: dict[str, Any]) -> Outline:
    outline = outline_of(document)
    parts = max(len(outline.buffer_views), len(outline.accessors), len(outline.images))
    if parts > MOST_PARTS:
        raise UnreadableError(f"has {parts:,} views, accessors or images; {MOST_PARTS:,} are read")
    return outline


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


def _views_in(document: dict[str, Any]) -> Iterator[int]:
    """Every reference to a view, whoever makes it."""
    for name, item in fields_in(document):
        if name == "bufferView" and isinstance(item, int):
            yield item
