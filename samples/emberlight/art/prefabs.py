"""The prefabs of both levels: placed in the editor's way, or spawned by scripts."""

from __future__ import annotations

from typing import Any

from samples.emberlight.art.level import component, entity, script


def prefabs() -> list[list[dict[str, Any]]]:
    """Each a root entity and its children."""
    return [
        _ember(),
        _sparks("burst", start="#ffe2a0", end="#ff5a1a"),
        _sparks("spray", start="#ffffff", end="#6fa8c8"),
        _crate(),
        _boulder(),
        _plant("pine", component("Collider", shape="capsule", radius=0.3, height=3)),
        _plant("rock", component("Collider", shape="sphere", radius=0.6)),
        _plant("reeds"),
    ]


def _ember() -> list[dict[str, Any]]:
    return [
        entity(
            "ember",
            component("Collider", shape="sphere", radius=0.8, isTrigger=True),
            script("ember"),
            tags=("ember",),
        ),
        entity(
            "ember-stone",
            component("MeshRenderer", meshId="ember", materialIds=[], receiveShadows=False),
            parent="ember",
        ),
        entity(
            "ember-motes",
            component(
                "ParticleSystem",
                emissionRate=7,
                maxParticles=24,
                lifetime={"min": 0.8, "max": 1.8},
                startColor="#ffcf70",
                endColor="#ff4a10",
                startSize={"min": 0.06, "max": 0.12},
                endSize={"min": 0.01, "max": 0.02},
            ),
            parent="ember",
        ),
    ]


def _sparks(name: str, *, start: str, end: str) -> list[dict[str, Any]]:
    """A burst that a script spawns; it destroys itself."""
    return [
        entity(
            name,
            component(
                "ParticleSystem",
                emissionRate=0,
                maxParticles=60,
                lifetime={"min": 0.4, "max": 0.9},
                startColor=start,
                endColor=end,
                startSize={"min": 0.15, "max": 0.3},
                endSize={"min": 0.02, "max": 0.05},
            ),
            script("burst", count=40, seconds=1.5),
        )
    ]


def _crate() -> list[dict[str, Any]]:
    return [
        entity(
            "crate",
            component("MeshRenderer", meshId="primitive:box", materialIds=["crate"]),
            component("Collider", shape="box", physicsMaterial={"friction": 0.5}),
            component("RigidBody", mass=0.8, drag=0.1),
            script("crate"),
            scale=(1.1, 1.1, 1.1),
            tags=("ground", "crate"),
        )
    ]


def _boulder() -> list[dict[str, Any]]:
    return [
        entity(
            "boulder",
            component("MeshRenderer", meshId="primitive:sphere", materialIds=["boulder"]),
            component(
                "Collider",
                shape="sphere",
                radius=0.5,
                physicsMaterial={"friction": 0.9, "restitution": 0.25},
            ),
            component("RigidBody", mass=6),
            script("boulder", seconds=14),
            scale=(1.5, 1.5, 1.5),
            tags=("boulder",),
        )
    ]


def _plant(name: str, *solid: dict[str, Any]) -> list[dict[str, Any]]:
    renderer = component("MeshRenderer", meshId=name, materialIds=[])
    return [entity(name, renderer, *solid)]
