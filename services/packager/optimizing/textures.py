"""The images inside a model become WebP."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

from services.packager.project.json_documents import fields_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from services.packager.optimizing.gltf import Outline

EXTENSION: Final = "EXT_texture_webp"
MEDIA_TYPE: Final = "image/webp"
COLORS: Final = frozenset(("baseColorTexture", "emissiveTexture", "diffuseTexture"))
SUFFIX: Final = "Texture"
_SOURCES: Final = ("image/png", "image/jpeg")


def colors(outline: Outline) -> frozenset[int]:
    """The images that hold colours, and for nobody numbers of another kind."""
    slots: defaultdict[int, set[str]] = defaultdict(set)
    for slot, texture in _uses(outline.materials):
        if texture < len(outline.textures):
            source = outline.textures[texture].source
            slots[-1 if source is None else source].add(slot)
    return frozenset(image for image, names in slots.items() if names <= COLORS)


def replaceable(outline: Outline, uses: Mapping[int, int]) -> dict[int, tuple[int, list[int]]]:
    """The images that may be replaced: the view that holds each, and the textures that show it.

    Such a view holds nothing else, and no texture has the image in another form already.

    Args:
        outline: Of the model.
        uses: How often the document refers to each view.
    """
    users: defaultdict[int | None, list[int]] = defaultdict(list)
    for number, texture in enumerate(outline.textures):
        users[texture.source].append(number)
    return {
        number: (image.buffer_view, users[number])
        for number, image in enumerate(outline.images)
        if image.mime_type in _SOURCES
        and image.buffer_view is not None
        and image.buffer_view < len(outline.buffer_views)
        and uses[image.buffer_view] == 1
        and number in users
        and not any(outline.textures[user].extensions for user in users[number])
    }


def replace(document: dict[str, Any], image: int, textures: list[int]) -> None:
    """Enter into the document that an image is a WebP now."""
    document["images"][image]["mimeType"] = MEDIA_TYPE
    for number in textures:
        texture = document["textures"][number]
        texture["extensions"] = {EXTENSION: {"source": texture.pop("source")}}


def _uses(value: Any) -> Iterator[tuple[str, int]]:
    """(slot, texture) of materials and their extensions, whoever made them."""
    for name, item in fields_in(value):
        index = item.get("index") if isinstance(item, dict) else None
        if name.endswith(SUFFIX) and isinstance(index, int) and index >= 0:
            yield name, index
