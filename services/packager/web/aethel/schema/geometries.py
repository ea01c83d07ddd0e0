"""Geometries that stand in a level itself, with three.js's own names."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec

from services.packager.web.aethel.schema.fields import Count, Number, Positive, Struct

Segments = Annotated[int, msgspec.Meta(ge=1, le=1_024)]


class Box(Struct, frozen=True, kw_only=True):
    """A box."""

    type: str
    width: Positive | None = None
    height: Positive | None = None
    depth: Positive | None = None
    width_segments: Segments | None = None
    height_segments: Segments | None = None
    depth_segments: Segments | None = None


class Sphere(Struct, frozen=True, kw_only=True):
    """A sphere, or a part of one."""

    type: str
    radius: Positive | None = None
    width_segments: Segments | None = None
    height_segments: Segments | None = None
    phi_start: Number | None = None
    phi_length: Number | None = None
    theta_start: Number | None = None
    theta_length: Number | None = None


class Cylinder(Struct, frozen=True, kw_only=True):
    """A cylinder, or a part of one."""

    type: str
    radius_top: Positive | None = None
    radius_bottom: Positive | None = None
    height: Positive | None = None
    radial_segments: Segments | None = None
    height_segments: Segments | None = None
    open_ended: bool | None = None
    theta_start: Number | None = None
    theta_length: Number | None = None


class Cone(Struct, frozen=True, kw_only=True):
    """A cone, or a part of one."""

    type: str
    radius: Positive | None = None
    height: Positive | None = None
    radial_segments: Segments | None = None
    height_segments: Segments | None = None
    open_ended: bool | None = None
    theta_start: Number | None = None
    theta_length: Number | None = None


class Capsule(Struct, frozen=True, kw_only=True):
    """A capsule: ``length`` without its ends."""

    type: str
    radius: Positive | None = None
    length: Positive | None = None
    cap_segments: Segments | None = None
    radial_segments: Segments | None = None


class Torus(Struct, frozen=True, kw_only=True):
    """A torus, or a part of one."""

    type: str
    radius: Positive | None = None
    tube: Positive | None = None
    radial_segments: Segments | None = None
    tubular_segments: Segments | None = None
    arc: Number | None = None


class Plane(Struct, frozen=True, kw_only=True):
    """A plane, upright."""

    type: str
    width: Positive | None = None
    height: Positive | None = None
    width_segments: Segments | None = None
    height_segments: Segments | None = None


class Custom(Struct, frozen=True, kw_only=True):
    """Triangles."""

    type: str
    vertices: list[Number]
    indices: list[Count] | None = None
    normals: list[Number] | None = None
    uvs: list[Number] | None = None


class Terrain(Struct, frozen=True, kw_only=True):
    """Heights over a rectangle, row by row."""

    type: str
    width: Positive
    depth: Positive
    columns: Annotated[int, msgspec.Meta(ge=2, le=4_097)]
    rows: Annotated[int, msgspec.Meta(ge=2, le=4_097)]
    heights: list[Number]


GEOMETRIES: Final[dict[str, type[msgspec.Struct]]] = {
    kind.__name__.lower(): kind
    for kind in (Box, Sphere, Cylinder, Cone, Capsule, Torus, Plane, Custom, Terrain)
}
