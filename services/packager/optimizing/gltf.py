"""glTF 2.0 as files hold it: a JSON document and the bytes that it describes.

The document is kept as it was written, so that nothing in it is lost that is not understood here;
``Outline`` is a typed view of what the encoder has to know. Both come from anybody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping

Index = Annotated[int, msgspec.Meta(ge=0)]
COMPONENT_BYTES: Final = {5120: 1, 5121: 1, 5122: 2, 5123: 2, 5125: 4, 5126: 4}
FLOAT: Final = 5126
COMPONENTS: Final = {
    "SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT2": 4, "MAT3": 9, "MAT4": 16,
}  # fmt: skip
TRIANGLES: Final = 4


class UnsuitableError(Exception):
    """A model that is better left as it is, and why."""


class GltfObject(msgspec.Struct, frozen=True, rename="camel"):
    """What the outline's parts have in common."""


class Buffer(GltfObject, frozen=True):
    """Bytes: in the container, in the URI, or in a file."""

    byte_length: Index
    uri: str | None = None


class BufferView(GltfObject, frozen=True):
    """A piece of a buffer."""

    buffer: Index
    byte_length: Index
    byte_offset: Index = 0
    byte_stride: Annotated[int, msgspec.Meta(ge=4, le=252)] | None = None
    extensions: dict[str, Any] = {}


class Accessor(GltfObject, frozen=True):
    """Typed elements in a view."""

    component_type: Literal[5120, 5121, 5122, 5123, 5125, 5126]
    count: Annotated[int, msgspec.Meta(ge=1)]
    type: Literal["SCALAR", "VEC2", "VEC3", "VEC4", "MAT2", "MAT3", "MAT4"]
    buffer_view: Index | None = None
    byte_offset: Index = 0
    sparse: dict[str, Any] | None = None
    min: list[float] | None = None
    max: list[float] | None = None

    @property
    def component_bytes(self) -> int:
        """Of one number."""
        return COMPONENT_BYTES[self.component_type]

    @property
    def element_bytes(self) -> int:
        """Of one element, without what may follow it."""
        return self.component_bytes * COMPONENTS[self.type]


class Primitive(GltfObject, frozen=True):
    """What is drawn at once."""

    attributes: dict[str, Index]
    indices: Index | None = None
    mode: int = TRIANGLES
    targets: list[dict[str, Index]] = []


class Mesh(GltfObject, frozen=True):
    """Primitives."""

    primitives: list[Primitive]


class Target(GltfObject, frozen=True):
    """What a channel moves."""

    path: str


class AnimationChannel(GltfObject, frozen=True):
    """A sampler at work."""

    sampler: Index
    target: Target


class Sampler(GltfObject, frozen=True):
    """Values over time."""

    input: Index
    output: Index
    interpolation: str = "LINEAR"


class Animation(GltfObject, frozen=True):
    """A clip."""

    channels: list[AnimationChannel]
    samplers: list[Sampler]


class GltfImage(GltfObject, frozen=True):
    """A picture in a view, in its URI, or in a file."""

    buffer_view: Index | None = None
    mime_type: str | None = None
    uri: str | None = None


class Texture(GltfObject, frozen=True):
    """An image and how it is filtered."""

    source: Index | None = None
    extensions: dict[str, Any] = {}


class Outline(GltfObject, frozen=True):
    """What has to be known of a document."""

    accessors: list[Accessor] = []
    animations: list[Animation] = []
    buffer_views: list[BufferView] = []
    buffers: list[Buffer] = []
    extensions_used: list[str] = []
    images: list[GltfImage] = []
    materials: list[dict[str, Any]] = []
    meshes: list[Mesh] = []
    textures: list[Texture] = []


def outline_of(document: Mapping[str, Any]) -> Outline:
    """The typed view of a document.

    Raises:
        UnsuitableError: It is not what the specification demands.
    """
    try:
        return msgspec.convert(document, Outline)
    except msgspec.ValidationError as error:
        raise UnsuitableError(str(error)) from None
