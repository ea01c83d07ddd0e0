"""The accessors of a model have roles, and each role has steps that eyes cannot tell apart."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from services.packager.optimizing.gltf import TRIANGLES, UnsuitableError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from services.packager.optimizing.gltf import Animation, Mesh, Outline


class Step(msgspec.Struct, frozen=True):
    """Values may move by half of 2^-bits: of the range that they fill, or as they are."""

    bits: int
    of_range: bool = False


Role = Step | Literal["exact", "triangles", "indices"]
POSITION: Final = Step(16, of_range=True)  # a 32nd of a pixel where the mesh fills 2,048 of them
DIRECTION: Final = Step(10)  # less than 0.1°
SHARE: Final = Step(12)  # of a bone, a shape or a colour: less than a shade in 256
ATTRIBUTES: Final = {
    "POSITION": POSITION,
    "NORMAL": DIRECTION,
    "TANGENT": DIRECTION,
    "TEXCOORD": Step(16),  # a 32nd of a texel of 4,096: materials may repeat a texture
    "COLOR": SHARE,
    "WEIGHTS": SHARE,
}
MOVES: Final = {
    "rotation": Step(15),  # less than 0.01°
    "translation": Step(20, of_range=True),  # of the whole way, on which steps may be small
    "scale": Step(16, of_range=True),
    "weights": SHARE,
}
_CURVES: Final = "CUBICSPLINE"  # its slopes are among the values, in a range of their own


def roles(outline: Outline) -> dict[int, Role]:
    """The role of each accessor that is used; exact where there are several, or one unknown here.

    Raises:
        UnsuitableError: A reference leads nowhere.
    """
    found: defaultdict[int, set[Role]] = defaultdict(set)
    for mesh in outline.meshes:
        for accessor, role in _of_mesh(mesh):
            found[accessor].add(role)
    for animation in outline.animations:
        for accessor, role in _of_animation(animation):
            found[accessor].add(role)
    if any(accessor >= len(outline.accessors) for accessor in found):
        raise UnsuitableError("uses an accessor that it does not have")
    return {accessor: _one_of(several) for accessor, several in found.items()}


def _one_of(several: set[Role]) -> Role:
    if several == {"triangles", "indices"}:
        return "indices"
    return several.pop() if len(several) == 1 else "exact"


def _of_mesh(mesh: Mesh) -> Iterator[tuple[int, Role]]:
    for primitive in mesh.primitives:
        if primitive.indices is not None:
            triangles = primitive.mode == TRIANGLES
            yield primitive.indices, "triangles" if triangles else "indices"
        for attributes in (primitive.attributes, *primitive.targets):
            for name, accessor in attributes.items():
                kind = name.rstrip("0123456789").removesuffix("_")
                yield accessor, ATTRIBUTES.get(kind, "exact")


def _of_animation(animation: Animation) -> Iterator[tuple[int, Role]]:
    for sampler in animation.samplers:
        yield sampler.input, "exact"
    for channel in animation.channels:
        if channel.sampler >= len(animation.samplers):
            raise UnsuitableError("has a channel without a sampler")
        sampler = animation.samplers[channel.sampler]
        curved = sampler.interpolation == _CURVES
        yield sampler.output, "exact" if curved else MOVES.get(channel.target.path, "exact")
