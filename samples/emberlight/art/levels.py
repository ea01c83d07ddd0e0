"""The two levels: the shore at dusk, and the peak at night."""

from __future__ import annotations

from typing import Any

from samples.emberlight.art.kit import beacon, grow, hero, isle, lights, on, sea, started
from samples.emberlight.art.level import Level, component, entity, script
from samples.emberlight.art.models import HOME, PEAK, SKERRY, TOOTH
from samples.emberlight.art.shapes import rgb

HOME_AT = (0.0, 0.0, 0.0)
SKERRY_AT = (19.5, 0.0, -5.0)
TOOTH_AT = (-19.0, 0.0, -6.0)
PEAK_AT = (0.0, 0.0, -34.0)


def levels() -> dict[str, dict[str, Any]]:
    """Scene name to level."""
    return {"shore": _shore().document, "peak": _peak().document}


def _shore() -> Level:
    level = started(
        "The shore",
        "Gather the embers, light the first beacon.",
        _settings(
            top="#4a4390",
            bottom="#ffa878",
            near=35,
            far=130,
            ambient="#46406e",
        ),
    )
    lights(
        level, sun="#ffb072", sun_intensity=3.4, sky="#9a9cf0", ground="#7a4f56", sky_intensity=1.3
    )
    sea(level, "sea-dusk")
    isle(level, "isle-home", HOME_AT)
    isle(level, "isle-skerry", SKERRY_AT)
    isle(level, "isle-tooth", TOOTH_AT)
    for number, x in enumerate((13.1, 14.3, 15.5)):
        _plank(level, (x, 0.62, -3.4 - 0.15 * number))
    for x, z in ((-13.4, -4.3), (-15.0, -5.0)):
        _stone(level, (x, 0.1, z))
    hero(level, on(HOME, HOME_AT, 0, 7, 0.05))
    tower = on(HOME, HOME_AT, 0, -8, -0.1)
    beacon(level, tower, next_scene="peak")
    for x, z in ((4.2, 5.5), (-3.5, 8.5), (-8, 4), (8.5, 0.5), (-6, -2.5)):
        level.place("ember", on(HOME, HOME_AT, x, z, 1.0))
    level.place("ember", on(SKERRY, SKERRY_AT, 1.5, -0.5, 1.0))
    level.place("ember", on(TOOTH, TOOTH_AT, 0, 0, 1.0))
    _crates(level, on(HOME, HOME_AT, 6.2, -4.4))
    grow(level, HOME, HOME_AT, 1, tower, pine=9, rock=4, reeds=12)
    grow(level, SKERRY, SKERRY_AT, 2, tower, pine=3, rock=1, reeds=5)
    grow(level, TOOTH, TOOTH_AT, 3, tower, pine=1, rock=2, reeds=3)
    return level


def _peak() -> Level:
    level = started(
        "The peak",
        "Mind the boulders on the way up to the last beacon.",
        _settings(
            top="#080c2a",
            bottom="#5d4a94",
            near=30,
            far=110,
            ambient="#3a3a72",
        ),
    )
    lights(
        level, sun="#a9b8ff", sun_intensity=1.9, sky="#6670c8", ground="#2b2440", sky_intensity=1.0
    )
    sea(level, "sea-night")
    isle(level, "isle-skerry", HOME_AT)
    isle(level, "isle-peak", PEAK_AT)
    level.add(
        entity(
            "raft",
            component("MeshRenderer", meshId="primitive:box", materialIds=["deck"]),
            component("Collider", shape="box", physicsMaterial={"friction": 0.9}),
            component("RigidBody", isKinematic=True),
            script("raft", toX=0, toZ=-18.5, seconds=9),
            at=(0, 0.55, -7.2),
            scale=(3.2, 0.4, 3.2),
            tags=("ground",),
        )
    )
    hero(level, on(SKERRY, HOME_AT, 0, 2, 0.05))
    tower = on(PEAK, PEAK_AT, 0, 0, -0.1)
    beacon(level, tower, next_scene=None)
    level.add(entity("slope", script("boulders", every=2.6, z=PEAK_AT[2] + 3.0, y=9, spread=6)))
    for x, z in ((-3, -1), (3, 0.5)):
        level.place("ember", on(SKERRY, HOME_AT, x, z, 1.0))
    for x, z in ((-4, 7), (4.5, 6), (-6.5, 1), (5.5, -3), (0, 5)):
        level.place("ember", on(PEAK, PEAK_AT, x, z, 1.0))
    grow(level, SKERRY, HOME_AT, 4, tower, pine=3, rock=2, reeds=6)
    grow(level, PEAK, PEAK_AT, 5, tower, pine=4, reeds=7)
    return level


def _settings(**look: Any) -> dict[str, Any]:
    return {
        "skybox": {
            "type": "gradient",
            "gradientTop": look["top"],
            "gradientBottom": look["bottom"],
        },
        "lighting": {
            "ambientColor": look["ambient"],
            "ambientIntensity": 0.6,
            "shadowsEnabled": True,
            "shadowQuality": "medium",
        },
        "physics": {"gravity": [0, -20, 0], "fixedTimestep": 1 / 60, "maxSubSteps": 4},
        "audio": {"masterVolume": 0.9},
        "fog": {
            "enabled": True,
            "type": "linear",
            "color": _horizon(look["top"], look["bottom"]),
            "near": look["near"],
            "far": look["far"],
        },
        "postProcessing": {
            "enabled": True,
            "bloom": {"enabled": True, "intensity": 0.35, "threshold": 0.85},
        },
    }


def _horizon(top: str, bottom: str) -> str:
    """The sky's colour half-way up: fog of that colour lets the sea melt into it."""
    mixed = ((rgb(top) ** 2.2 + rgb(bottom) ** 2.2) / 2) ** (1 / 2.2)
    return "#" + "".join(f"{round(255 * part):02x}" for part in mixed)


def _crates(level: Level, foot: tuple[float, float, float]) -> None:
    """Three and two and one, a finger apart: they settle when the level starts."""
    for row in range(3):
        for number in range(3 - row):
            x = foot[0] + (number - (2 - row) / 2) * 1.2
            level.place("crate", (x, foot[1] + 0.75 + row * 1.16, foot[2]))


def _plank(level: Level, at: tuple[float, float, float]) -> None:
    level.add(
        entity(
            "plank",
            component("MeshRenderer", meshId="primitive:box", materialIds=["deck"]),
            component("Collider", shape="box"),
            at=at,
            scale=(1.1, 0.18, 2.2),
            tags=("ground",),
        )
    )


def _stone(level: Level, at: tuple[float, float, float]) -> None:
    level.add(
        entity(
            "stepping-stone",
            component("MeshRenderer", meshId="primitive:cylinder", materialIds=["boulder"]),
            component("Collider", shape="mesh"),
            at=at,
            scale=(1.5, 1.1, 1.5),
            tags=("ground",),
        )
    )
