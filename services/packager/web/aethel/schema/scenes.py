"""``game.json`` and the two shapes of a scene, levels and runtime scenes, are described as types.

What stands in lists is ``Any`` here: each item is read by itself.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from services.packager.web.aethel.schema.fields import (
    Color,
    Id,
    Json,
    Name,
    Number,
    Positive,
    Share,
    Struct,
    Vector,
)
from shared.domain.options import Glob, Orientation

AssetType = Literal["texture", "model", "audio", "material", "animation", "script", "prefab"]


class Asset(Struct, frozen=True, kw_only=True):
    """A name that a level gives to a file, or to what stands here itself."""

    id: Id
    path: Name = ""
    type: AssetType | None = None
    hash: Name | None = None
    data: Json | None = None  # a material or a controller instead of a file


class Transform(Struct, frozen=True, kw_only=True):
    """Where an entity stands, relative to its parent."""

    position: Vector | None = None
    rotation: Vector | None = None
    scale: Vector | None = None


class Entity(Struct, frozen=True, kw_only=True):
    """One thing of a level; ``prefab_id`` alone stands for all that a prefab has."""

    id: Id
    name: Name | None = None
    parent_id: Id | None = None
    transform: Transform | None = None
    components: list[Any] | None = None
    tags: list[Name] | None = None
    layer: Annotated[int, msgspec.Meta(ge=0, le=31)] | None = None
    active: bool | None = None
    prefab_id: Id | None = None
    prefab_instance_id: Id | None = None
    overrides: dict[str, Json] | None = None


class Prefab(Struct, frozen=True, kw_only=True):
    """Entities to be copied."""

    id: Id
    name: Name | None = None
    entities: Annotated[list[Any], msgspec.Meta(min_length=1)]
    root_entity_id: Id | None = None
    format_version: str | None = None
    metadata: Json | None = None


class Skybox(Struct, frozen=True, kw_only=True):
    """What is behind everything."""

    type: Literal["color", "gradient", "cubemap", "hdri", "procedural"] | None = None
    color: Color | None = None
    gradient_top: Color | None = None
    gradient_bottom: Color | None = None
    texture: Name | list[Name] | None = None
    intensity: Positive | None = None
    sun_position: Vector | None = None
    turbidity: Positive | None = None
    rayleigh: Positive | None = None
    mie_coefficient: Positive | None = None
    mie_directional_g: Annotated[float, msgspec.Meta(ge=0, lt=1)] | None = msgspec.field(
        default=None, name="mieDirectionalG"
    )


class Lighting(Struct, frozen=True, kw_only=True):
    """Of all of a level."""

    ambient_color: Color | None = None
    ambient_intensity: Positive | None = None
    shadows_enabled: bool | None = None
    shadow_quality: Literal["low", "medium", "high", "ultra"] | None = None


class Physics(Struct, frozen=True, kw_only=True):
    """How time and weight go."""

    gravity: Vector | None = None
    fixed_timestep: Annotated[float, msgspec.Meta(gt=0, le=1)] | None = None
    max_sub_steps: Annotated[int, msgspec.Meta(ge=1, le=100)] | None = None


class Audio(Struct, frozen=True, kw_only=True):
    """How sound goes."""

    master_volume: Positive | None = None
    doppler_factor: Positive | None = None
    speed_of_sound: Positive | None = None


class Fog(Struct, frozen=True, kw_only=True):
    """Of levels and of runtime scenes."""

    enabled: bool | None = None
    type: Literal["linear", "exponential", "exponential2"] | None = None
    color: Color | None = None
    density: Positive | None = None
    near: Number | None = None
    far: Number | None = None


class Bloom(Struct, frozen=True, kw_only=True):
    """What is bright glows."""

    enabled: bool | None = None
    intensity: Number | None = None
    threshold: Number | None = None
    radius: Number | None = None


class DepthOfField(Struct, frozen=True, kw_only=True):
    """What is out of focus is blurred."""

    enabled: bool | None = None
    focus: Number | None = None
    aperture: Number | None = None


class AmbientOcclusion(Struct, frozen=True, kw_only=True):
    """Corners are darker."""

    enabled: bool | None = None
    radius: Number | None = None
    intensity: Number | None = None


class ColorGrading(Struct, frozen=True, kw_only=True):
    """Colours of the finished picture."""

    enabled: bool | None = None
    saturation: Number | None = None
    contrast: Number | None = None
    brightness: Number | None = None


class PostProcessing(Struct, frozen=True, kw_only=True):
    """Effects over the whole picture."""

    enabled: bool | None = None
    bloom: Bloom | None = None
    dof: DepthOfField | None = None
    ssao: AmbientOcclusion | None = None
    color_grading: ColorGrading | None = None


class Rendering(Struct, frozen=True, kw_only=True):
    """How all of the picture is drawn."""

    tone_mapping: Literal["none", "linear", "reinhard", "cineon", "aces"] | None = None
    exposure: Positive | None = None
    shadow_type: Literal["basic", "pcf", "pcfsoft", "vsm"] | None = None
    pixel_perfect: bool | None = None


class Settings(Struct, frozen=True, kw_only=True):
    """A level's settings."""

    skybox: Skybox | None = None
    lighting: Lighting | None = None
    physics: Physics | None = None
    audio: Audio | None = None
    fog: Fog | None = None
    post_processing: PostProcessing | None = None
    rendering: Rendering | None = None
    handedness: Literal["left", "right"] | None = None


class SceneLevel(Struct, frozen=True, kw_only=True):
    """The editor's scene format."""

    format_version: str | None = None
    metadata: Json | None = None
    assets: list[Any] | None = None
    entities: list[Any]
    prefabs: list[Any] | None = None
    settings: Json | None = None


Primitive = Literal["box", "cube", "sphere", "capsule", "cylinder", "cone", "torus", "plane"]


class ObjectPhysics(Struct, frozen=True, kw_only=True):
    """Of an object of a runtime scene."""

    static: bool | None = None
    kinematic: bool | None = None
    shape: Literal["box", "sphere", "capsule", "mesh", "plane"] | None = None
    mass: Positive | None = None


class RuntimeLight(Struct, frozen=True, kw_only=True):
    """A light of a runtime scene."""

    id: Id | int | None = None
    light_type: Literal["directional", "point", "spot", "ambient", "hemisphere"] | None = None
    color: Color | None = None
    intensity: Positive | None = None
    distance: Positive | None = None
    angle: Positive | None = None
    penumbra: Positive | None = None
    sky_color: Color | None = None
    ground_color: Color | None = None
    cast_shadows: bool | None = None
    position: Vector | None = None
    name: Name | None = None
    type: Literal["light"] | None = None
    rotation: Vector | None = None
    scale: Vector | None = None


class RuntimeObject(Struct, frozen=True, kw_only=True):
    """A mesh, a light or a camera of a runtime scene."""

    id: Id | int | None = None
    name: Name | None = None
    type: Literal["mesh", "light", "camera"] | None = None
    model_path: Name | None = None
    primitive: Primitive | None = None
    position: Vector | None = None
    rotation: Vector | None = None
    scale: Vector | None = None
    physics: ObjectPhysics | None = None


class RuntimeView(RuntimeObject, frozen=True, kw_only=True):
    """An object that is a camera."""

    fov: Annotated[float, msgspec.Meta(gt=0, lt=180)] | None = None
    near: Number | None = None
    far: Number | None = None
    target: Vector | None = None
    is_main: bool | None = None


class RuntimeCamera(Struct, frozen=True, kw_only=True):
    """From where a runtime scene is seen."""

    position: Vector | None = None
    target: Vector | None = None
    rotation: Vector | None = None
    fov: Annotated[float, msgspec.Meta(gt=0, lt=180)] | None = None
    near: Number | None = None
    far: Number | None = None


class Environment(Struct, frozen=True, kw_only=True):
    """What surrounds a runtime scene."""

    background: Color | None = None
    fog: Fog | None = None
    post_processing: PostProcessing | None = None


class RuntimeScene(Struct, frozen=True, kw_only=True):
    """The older, flat scene format."""

    objects: list[Any] | None = None
    lights: list[Any] | None = None
    environment: Environment | None = None
    camera: RuntimeCamera | None = None


class Resolution(Struct, frozen=True, kw_only=True):
    """Pixels."""

    width: Annotated[int, msgspec.Meta(ge=1, le=16_384)]
    height: Annotated[int, msgspec.Meta(ge=1, le=16_384)]


Preset = Literal["low", "medium", "high", "ultra"]


class Volumes(Struct, frozen=True, kw_only=True):
    """Until whoever plays chooses others."""

    master: Share | None = None
    music: Share | None = None
    sfx: Share | None = None
    voice: Share | None = None


class Game(Struct, frozen=True, kw_only=True):
    """``game.json``."""

    id: Annotated[str, msgspec.Meta(min_length=1, max_length=100)] | None = None  # of its saves
    name: Annotated[str, msgspec.Meta(max_length=100)] | None = None
    version: Annotated[str, msgspec.Meta(max_length=60)] | None = None
    description: str | None = None
    language: (
        Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$(?!\n)")] | None
    ) = None
    resolution: Resolution | None = None
    fullscreen: bool | None = None
    orientation: Orientation | None = None  # of a phone
    vsync: bool | None = None
    antialiasing: bool | None = None
    shadow_quality: Preset | None = None
    texture_quality: Preset | None = None
    graphics_preset: Preset | None = None
    physics_tick_rate: Annotated[float, msgspec.Meta(ge=1, le=1_000)] | None = None
    max_fps: Annotated[float, msgspec.Meta(ge=0, le=1_000)] | None = msgspec.field(
        default=None, name="maxFPS"
    )
    start_scene: Name | None = None
    splash_screen: Name | None = None
    icon: Name | None = None
    pwa: bool | None = None
    pause_menu: bool | None = None
    input: dict[str, Any] | None = None
    audio: Volumes | None = None
    fixed_timestep: Annotated[float, msgspec.Meta(gt=0, le=1)] | None = None
    shadows: bool | None = None
    bloom: bool | None = None
    hud: Annotated[list[Name], msgspec.Meta(max_length=100)] | None = None
    include: Annotated[list[Glob], msgspec.Meta(max_length=200)] | None = None
