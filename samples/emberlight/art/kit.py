"""What both levels are built from: assets, prefabs, the hero, the camera, the beacon, the sea."""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING, Any, Final

from samples.emberlight.art.level import Level, component, entity, script
from samples.emberlight.art.prefabs import prefabs

if TYPE_CHECKING:
    from samples.emberlight.art.isles import Isle
    from samples.emberlight.art.level import Vector

CLEARING_M: Final = 4.5
LAMP_Y: Final = 5.3  # of the beacon's lamp above its foot
FLAT: Final[Vector] = (-90, 0, 0)  # turns the upright plane into a floor


def started(name: str, description: str, settings: dict[str, Any]) -> Level:
    """A level with every asset and prefab of the game."""
    level = Level(name, description, settings)
    models = ("wick", "ember", "beacon", "pine", "rock", "reeds")
    isles = ("isle-home", "isle-skerry", "isle-tooth", "isle-peak")
    level.asset("model", *(f"models/{model}.glb" for model in (*models, *isles)))
    level.asset("texture", "textures/wood.jpg", "textures/wood-normal.png")
    level.asset("texture", "textures/stone.jpg", "textures/stone-normal.png")
    level.asset("texture", "textures/waves-normal.png")
    materials = ("crate", "boulder", "deck", "sea-dusk", "sea-night", "lamp")
    level.asset("material", *(f"materials/{material}.json" for material in materials))
    sounds = ("chime", "fanfare", "lost", "jump", "bump", "splash", "evening")
    level.asset("audio", *(f"sounds/{sound}.wav" for sound in sounds))
    level.asset("animation", "animations/wick-moves.json")
    for prefab in prefabs():
        level.prefab(*prefab)
    return level


def hero(level: Level, at: Vector) -> None:
    """Wick, the camera that follows it, the evening's sound, and the rules."""
    level.add(
        entity(
            "wick",
            component(
                "Collider",
                shape="capsule",
                radius=0.38,
                height=1.3,
                center=[0, 0.65, 0],
                physicsMaterial={"friction": 0, "restitution": 0},
            ),
            component("RigidBody", mass=2, constraints={"freezeRotation": [True, True, True]}),
            script("wick", speed=6, jump=8.6),
            at=at,
            tags=("player",),
        ),
        entity(
            "wick-figure",
            component("MeshRenderer", meshId="wick", materialIds=[]),
            component(
                "Animator",
                controllerPath="assets/animations/wick-moves.json",
                parameters={"moving": False, "airborne": False},
            ),
            parent="wick",
        ),
        entity(
            "wick-glow",
            component(
                "Light", type="point", color="#ffb45e", intensity=14, range=9, castShadows=False
            ),
            at=(0, 1.2, 0),
            parent="wick",
        ),
    )
    eye = (at[0], at[1] + 4.6, at[2] + 8.5)
    level.add(
        entity(
            "camera",
            component("Camera", fov=52, near=0.2, far=220, isMain=True),
            script("camera", height=4.6, distance=8.5),
            at=eye,
            turn=(-23, 0, 0),
        )
    )
    level.add(
        entity(
            "evening",
            component(
                "AudioSource",
                clipId="evening",
                volume=0.35,
                loop=True,
                playOnAwake=True,
                spatial=False,
            ),
        ),
        entity("rules", script("rules")),
    )


def beacon(level: Level, at: Vector, next_scene: str | None) -> None:
    """The lighthouse to light; ``next_scene`` is where its light leads, None ends the game."""
    level.add(
        entity(
            "beacon",
            component("MeshRenderer", meshId="beacon", materialIds=[]),
            component("Collider", shape="capsule", radius=1.15, height=7, center=[0, 2.6, 0]),
            at=at,
        ),
        entity(
            "hearth",
            component("Collider", shape="sphere", radius=2.9, isTrigger=True),
            script("beacon", next=next_scene),
            at=(0, 0.8, 0),
            parent="beacon",
        ),
        entity(
            "lamp",
            component(
                "MeshRenderer", meshId="primitive:sphere", materialIds=["lamp"], castShadows=False
            ),
            component(
                "Light", type="point", color="#ffd9a0", intensity=120, range=40, castShadows=False
            ),
            at=(0, LAMP_Y, 0),
            scale=(0.8, 0.8, 0.8),
            parent="beacon",
            active=False,
        ),
        entity(
            "lamp-sparks",
            component(
                "ParticleSystem",
                emissionRate=0,
                maxParticles=160,
                lifetime={"min": 1, "max": 2.4},
                startColor="#ffe7b0",
                endColor="#ff7a2a",
                startSize={"min": 0.12, "max": 0.3},
                endSize={"min": 0.02, "max": 0.05},
            ),
            at=(0, LAMP_Y, 0),
            parent="beacon",
        ),
    )


def sea(level: Level, material: str) -> None:
    """Water to the horizon. It is soft: scripts see who falls below it."""
    renderer = component(
        "MeshRenderer", meshId="primitive:plane", materialIds=[material], castShadows=False
    )
    level.add(entity("sea", renderer, turn=FLAT, scale=(40, 40, 1)))


def isle(level: Level, name: str, at: Vector) -> None:
    """Solid ground, shaped as it looks."""
    level.add(
        entity(
            name,
            component("MeshRenderer", meshId=name, materialIds=[]),
            component("Collider", shape="mesh", physicsMaterial={"friction": 0.8}),
            at=at,
            tags=("ground",),
        )
    )


def lights(
    level: Level, *, sun: str, sun_intensity: float, sky: str, ground: str, sky_intensity: float
) -> None:
    """A low sun (or moon) that follows the hero, so that its shadows stay sharp, and the sky."""
    level.add(
        entity(
            "sun",
            component("Light", type="directional", color=sun, intensity=sun_intensity),
            script("sun", x=12, y=14, z=9),
            at=(12, 14, 9),
            turn=(-43.03, 32.9, 26.35),
        ),
        entity(
            "sky",
            component(
                "Light",
                type="hemisphere",
                color=sky,
                groundColor=ground,
                intensity=sky_intensity,
                castShadows=False,
            ),
        ),
    )


def grow(
    level: Level, ground: Isle, center: Vector, seed: int, clear: Vector, **counts: int
) -> None:
    """Plants and rocks scattered over an isle, away from its middle, its beach, and ``clear``."""
    dice = random.Random(seed)
    for prefab, count in counts.items():
        places = (_scattered(dice, ground, center, trees=prefab == "pine") for _ in range(count))
        for at in places:
            turn, size = dice.uniform(0, 360), dice.uniform(0.8, 1.35)
            if math.dist(at, clear) > CLEARING_M:
                level.place(prefab, at, (0, turn, 0), (size, size, size))


def _scattered(dice: random.Random, ground: Isle, center: Vector, *, trees: bool) -> Vector:
    """Trees stand behind the middle, where they hide nobody from the camera."""
    turn = dice.uniform(0, math.pi if trees else 2 * math.pi)
    out = ground.radius * dice.uniform(0.42, 0.74)
    return on(ground, center, out * math.cos(turn), 1 - out * math.sin(turn))


def on(ground: Isle, center: Vector, x: float, z: float, above: float = 0) -> Vector:
    """A place on an isle, ``x`` and ``z`` from its centre, metres above its ground."""
    return center[0] + x, center[1] + ground.height_at(x, z) + above, center[2] + z
