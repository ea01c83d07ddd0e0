"""Each kind of component has data of its own (docs/project-format.md)."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

import msgspec

from services.packager.web.aethel.schema.fields import (
    Color,
    Count,
    Id,
    Json,
    Name,
    Number,
    Positive,
    Range,
    Share,
    Struct,
    Vector,
)

Angle = Annotated[float, msgspec.Meta(ge=0, le=3.2)]  # radians
Axes = list[bool] | dict[str, bool] | bool


class MeshRenderer(Struct, frozen=True, kw_only=True):
    """A mesh renderer shows a model (``id``, ``id#node``), ``primitive:<name>`` or a geometry."""

    mesh_id: Name | None = None
    geometry: Json | None = None
    material_ids: list[Name | None] | None = None
    cast_shadows: bool | None = None
    receive_shadows: bool | None = None


class Light(Struct, frozen=True, kw_only=True):
    """A light shines."""

    type: Literal["directional", "point", "spot", "ambient", "hemisphere"] | None = None
    color: Color | None = None
    intensity: Positive | None = None
    range: Positive | None = None
    angle: Angle | None = None
    penumbra: Share | None = None
    cast_shadows: bool | None = None
    sky_color: Color | None = None
    ground_color: Color | None = None
    target: Vector | None = None
    decay: Positive | None = None
    shadow_map_size: Annotated[int, msgspec.Meta(ge=1, le=16_384)] | None = None
    shadow_extent: Positive | None = None


class Camera(Struct, frozen=True, kw_only=True):
    """A camera sees."""

    type: Literal["perspective", "orthographic"] | None = None
    fov: Annotated[float, msgspec.Meta(gt=0, lt=180)] | None = None
    near: Number | None = None
    far: Number | None = None
    orthographic_size: Positive | None = None
    is_main: bool | None = None
    culling_mask: int | None = None
    target: Vector | None = None


class Collider(Struct, frozen=True, kw_only=True):
    """A collider is solid, or notices what enters."""

    shape: Literal["box", "sphere", "capsule", "mesh", "plane", "heightfield"] | None = None
    size: Vector | None = None
    radius: Positive | None = None
    height: Positive | None = None
    center: Vector | None = None
    is_trigger: bool | None = None
    physics_material: Json | str | None = None


class RigidBody(Struct, frozen=True, kw_only=True):
    """A rigid body falls and is pushed."""

    mass: Positive | None = None
    drag: Positive | None = None
    angular_drag: Positive | None = None
    use_gravity: bool | None = None
    is_kinematic: bool | None = None
    constraints: dict[str, Axes] | list[str] | None = None
    planar: bool | None = None


class FallingBody(Struct, frozen=True, kw_only=True):
    """A falling body falls to the ground and bounces, through everything else."""

    gravity: Number | None = None
    ground: Number | None = None
    bounce: Share | None = None
    rest_speed: Positive | None = None


class AudioSource(Struct, frozen=True, kw_only=True):
    """An audio source plays a sound."""

    clip_id: Name | None = None
    volume: Positive | None = None
    pitch: Positive | None = None
    loop: bool | None = None
    play_on_awake: bool | None = None
    spatial: bool | None = None
    min_distance: Positive | None = None
    max_distance: Positive | None = None
    bus: Name | None = None


class Script(Struct, frozen=True, kw_only=True):
    """A script component runs a script of the project."""

    script_id: Name | None = None
    script_path: Name | None = None
    export: Name | None = None
    properties: Json | None = None
    enabled: bool | None = None


class ParticleSystem(Struct, frozen=True, kw_only=True):
    """A particle system makes sparks, smoke, snow."""

    preset_name: Name | None = None
    emission_rate: Positive | None = None
    max_particles: Count | None = None
    lifetime: Range | None = None
    start_color: Color | None = None
    end_color: Color | None = None
    start_size: Range | None = None
    end_size: Range | None = None
    start_opacity: Share | None = None
    end_opacity: Share | None = None
    speed: Range | None = None
    spread: Number | None = None
    gravity: Vector | None = None
    radius: Positive | None = None
    blending: Name | None = None
    texture_id: Name | None = None
    play_on_awake: bool | None = None


class Animator(Struct, frozen=True, kw_only=True):
    """An animator plays a model's clips."""

    controller_path: Name | None = None
    parameters: dict[str, Any] | None = None
    root_motion: bool | None = None


class NavMeshAgent(Struct, frozen=True, kw_only=True):
    """An agent walks where it is sent."""

    speed: Positive | None = None
    angular_speed: Positive | None = None
    acceleration: Positive | None = None
    stopping_distance: Positive | None = None
    radius: Positive | None = None
    height: Positive | None = None
    avoidance_priority: Number | None = None


KINDS: Final[dict[str, type[msgspec.Struct]]] = {
    kind.__name__: kind
    for kind in (
        MeshRenderer,
        Light,
        Camera,
        Collider,
        RigidBody,
        FallingBody,
        AudioSource,
        Script,
        ParticleSystem,
        Animator,
        NavMeshAgent,
    )
}


PRESETS: Final = (
    *("default", "fire", "smoke", "sparks", "magic", "explosion", "fountain", "rain", "snow"),
)
BLENDINGS: Final = ("normal", "additive")
BUSES: Final = ("music", "sfx", "voice")
# The player has these names alone; any other means the default.
SUGGESTED: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "ParticleSystem": {"presetName": PRESETS, "blending": BLENDINGS},
    "AudioSource": {"bus": BUSES},
}


class Component(Struct, frozen=True, kw_only=True):
    """One component of an entity; ``data`` by its type, see :data:`KINDS`."""

    type: Id
    data: Json | None = None
