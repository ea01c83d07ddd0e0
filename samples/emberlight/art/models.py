"""The models: the walking lantern, what it gathers, and what grows and stands on the isles."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from samples.emberlight.art.glb import Clip, Material, Node, Track, TrackPath, glb
from samples.emberlight.art.isles import Isle
from samples.emberlight.art.shapes import Mesh, ball, box, lathe, merged

HOME: Final = Isle(15, 1.2, seed=5, hills=((0, -8, 6.5, 2.2), (-8, 4, 4, 0.9)))
SKERRY: Final = Isle(6, 1.1, seed=11, sides=36)
TOOTH: Final = Isle(5, 1.0, seed=23, hills=((0, 0, 4, 1.6),), sides=32)
PEAK: Final = Isle(13, 1.2, seed=31, hills=((0, 0, 12.5, 5.5),))

PAINT: Final = Material("paint", roughness=0.85)
METAL: Final = Material("metal", metalness=0.7, roughness=0.35)
FLAME: Final = Material("flame", color=(1, 0.5, 0.12, 1), emissive=(1.0, 0.42, 0.08))
EMBER: Final = Material("ember", color=(1, 0.35, 0.08, 1), roughness=0.3, emissive=(1.0, 0.3, 0.05))
GLASS: Final = Material("glass", color=(0.5, 0.7, 0.9, 0.35), metalness=0.1, roughness=0.05)


def models() -> dict[str, bytes]:
    """File name to GLB."""
    isles = {"isle-home": HOME, "isle-skerry": SKERRY, "isle-tooth": TOOTH, "isle-peak": PEAK}
    return {
        "wick.glb": glb(_wick(), [_idle(), _walk(), _jump()]),
        "ember.glb": glb(Node("ember", [(_ember(), EMBER)])),
        "beacon.glb": glb(_beacon()),
        "pine.glb": glb(Node("pine", [(_pine(), PAINT)])),
        "rock.glb": glb(Node("rock", [(_rock(), PAINT)])),
        "reeds.glb": glb(Node("reeds", [(_reeds(), PAINT)])),
        **{f"{name}.glb": glb(Node(name, [(isle.mesh(), PAINT)])) for name, isle in isles.items()},
    }


def _wick() -> Node:
    """A lantern on two legs, 1.3 m tall, its feet at y = 0, looking away from +z."""
    frame = merged(
        [
            lathe([(0.34, 0.34), (0.38, 0.4), (0.38, 0.46), (0.3, 0.5)], 8).painted("#5b4a5e"),
            lathe([(0.4, 1.0), (0.44, 1.04), (0.12, 1.24), (0.1, 1.3)], 8).painted("#3f6f78"),
            *(
                box(0.05, 0.54, 0.05)
                .moved(0.31 * math.cos(turn), 0.75, 0.31 * math.sin(turn))
                .painted("#5b4a5e")
                for turn in np.arange(4) * math.pi / 2 + math.pi / 4
            ),
        ]
    )
    light = lathe([(0.26, 0.5), (0.29, 0.62), (0.29, 0.88), (0.26, 1.0)], 8)
    eyes = merged(
        [
            ball(0.055, 8, 5).scaled(1, 1.5, 0.6).moved(x, 0.78, -0.29).painted("#2a1620")
            for x in (-0.11, 0.11)
        ]
    )
    leg = merged(
        [
            box(0.09, 0.3, 0.09).moved(0, -0.13, 0).painted("#5b4a5e"),
            box(0.17, 0.12, 0.28).moved(0, -0.28, -0.05).painted("#8c4a3c"),
        ]
    )
    return Node(
        "wick",
        children=[
            Node("body", [(frame, METAL), (light, FLAME), (eyes, PAINT)]),
            Node("leg-left", [(leg, PAINT)], translation=(-0.15, 0.34, 0)),
            Node("leg-right", [(leg, PAINT)], translation=(0.15, 0.34, 0)),
        ],
    )


def _idle() -> Clip:
    times = np.linspace(0, 2, 9)
    wave = np.sin(times * math.pi)
    return Clip("idle", [_bob(times, 0.02 * wave), *_legs(times, 0 * wave)])


def _walk() -> Clip:
    times = np.linspace(0, 0.5, 9)
    turn = times * 4 * math.pi
    sway = _turns(2, times, 5 * np.sin(turn))
    return Clip(
        "walk",
        [_bob(times, 0.05 * np.abs(np.sin(turn))), sway, *_legs(times, 42 * np.sin(turn))],
    )


def _jump() -> Clip:
    times = np.array([0, 0.12, 0.5])
    legs = [
        _track(f"leg-{side}", "rotation", times, _quaternions(0, np.array([0, turn, turn * 0.7])))
        for side, turn in (("left", 38.0), ("right", -26.0))
    ]
    return Clip("jump", [_bob(times, np.array([0, 0.1, 0.04])), *legs])


def _bob(times: np.ndarray, lift: np.ndarray) -> Track:
    return _track("body", "translation", times, np.c_[0 * lift, lift, 0 * lift])


def _legs(times: np.ndarray, degrees: np.ndarray) -> list[Track]:
    sides = (("left", 1), ("right", -1))
    return [
        _track(f"leg-{side}", "rotation", times, _quaternions(0, sign * degrees))
        for side, sign in sides
    ]


def _turns(axis: int, times: np.ndarray, degrees: np.ndarray) -> Track:
    return _track("body", "rotation", times, _quaternions(axis, degrees))


def _track(node: str, path: TrackPath, times: np.ndarray, values: np.ndarray) -> Track:
    return Track(node, path, times, values)


def _quaternions(axis: int, degrees: np.ndarray) -> np.ndarray:
    half = np.radians(degrees) / 2
    turned = np.zeros((len(degrees), 4))
    turned[:, axis], turned[:, 3] = np.sin(half), np.cos(half)
    return turned


def _ember() -> Mesh:
    return lathe([(0.02, -0.34), (0.2, -0.05), (0.17, 0.1), (0.02, 0.34)], 6)


def _beacon() -> Node:
    """A lighthouse, 6.4 m tall; its lamp stands dark behind glass at y = 5.3."""
    bands = [(1.25, 0.0), (1.1, 1.5), (0.98, 2.8), (0.86, 4.1), (0.8, 4.7)]
    colors = ("#efe6d8", "#b4504a", "#efe6d8", "#b4504a")
    tower = [
        lathe([low, high], 10).painted(color)
        for low, high, color in zip(bands, bands[1:], colors, strict=False)
    ]
    gallery = lathe([(0.8, 4.65), (1.15, 4.75), (1.15, 4.9), (0.7, 4.9)], 10).painted("#4a4054")
    roof = lathe([(0.9, 5.75), (0.95, 5.85), (0.15, 6.35), (0.08, 6.6)], 10).painted("#4a4054")
    door = box(0.62, 1.2, 0.2).moved(0, 0.6, 1.12).painted("#5f4336")
    steps = box(1.1, 0.16, 0.6).moved(0, 0.08, 1.4).painted("#8a7f86")
    glass = lathe([(0.62, 4.9), (0.66, 5.3), (0.62, 5.75)], 10)
    solid = merged([*tower, gallery, roof, door, steps])
    return Node("beacon", [(solid, PAINT)], [Node("glass", [(glass, GLASS)])])


def _pine() -> Mesh:
    trunk = lathe([(0.2, -0.3), (0.13, 0.9)], 6).painted("#6b4a3d")
    tiers = [(1.15, 0.7, 1.5, "#2f6457"), (0.9, 1.5, 1.3, "#3c7a62"), (0.6, 2.25, 1.2, "#57946b")]
    crowns = [
        lathe([(radius * 0.5, y + 0.08), (radius, y), (0.04, y + height)], 7)
        .turned(1, 25 * number)
        .painted(color)
        .jittered(0.07, number)
        for number, (radius, y, height, color) in enumerate(tiers)
    ]
    return merged([trunk, *crowns]).mottled(0.12, 3)


def _rock() -> Mesh:
    boulder = ball(0.62, 7, 4).scaled(1.1, 0.8, 1).jittered(0.11, 4).painted("#8d7f8b")
    pebble = ball(0.26, 6, 3).jittered(0.05, 5).moved(0.75, -0.2, 0.2).painted("#7a6d7c")
    return merged([boulder, pebble]).mottled(0.12, 6)


def _reeds() -> Mesh:
    random = np.random.default_rng(8)
    blades = [
        lathe([(0.045, 0), (0.03, 0.35), (0.004, 0.75 * random.uniform(0.7, 1.2))], 3)
        .turned(2, random.uniform(-22, 22))
        .turned(0, random.uniform(-22, 22))
        .moved(random.uniform(-0.3, 0.3), -0.05, random.uniform(-0.3, 0.3))
        .painted("#8fae5d")
        for _ in range(12)
    ]
    return merged(blades).mottled(0.25, 9)
