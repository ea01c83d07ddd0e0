"""The scenes that are compared with pages written by hand (``references/<name>.js``)."""

from __future__ import annotations

import json
import math
from typing import Any, Final

from tests.browser.engine.levels import level, part, thing

CAMERA: Final = part("Camera", fov=50, isMain=True)
EYE: Final = thing("eye", CAMERA, at=(0, 3.3, 6.2), turn=(-24, 0, 0))
LOW_EYE: Final = thing("eye", part("Camera", fov=70, isMain=True), at=(0, 2, 6))
FLAT: Final = (-90, 0, 0)
MEDIUM: Final = {"lighting": {"shadowQuality": "medium"}}


def material(name: str, **fields: Any) -> tuple[str, str]:
    """A material's file."""
    return f"assets/materials/{name}.json", json.dumps(fields)


def mesh(shape: str, *materials: str, **more: Any) -> dict[str, Any]:
    """What shows a primitive."""
    return part("MeshRenderer", meshId=f"primitive:{shape}", materialIds=list(materials), **more)


def sun(color: str = "#ffffff", intensity: float = 3) -> dict[str, Any]:
    """From behind the camera's left, with shadows."""
    light = part("Light", type="directional", color=color, intensity=intensity)
    return thing("sun", light, turn=(-50, 30, 0), at=_behind(-50, 30))


def shapes() -> dict[str, Any]:
    """Primitives, materials, a hierarchy, an inactive entity."""
    names = ("sand", "red", "mirror", "checked", "glow", "glass", "brass", "green")
    textures = {"checker": "texture:assets/checker.png", "bumps": "texture:assets/bumps.png"}
    return level(
        EYE,
        sun("#fff0d0"),
        thing("floor", mesh("plane", "sand"), turn=FLAT),
        thing("box", mesh("box", "red"), at=(-3, 1.2, 0), turn=(0, 40, 0)),
        thing("sphere", mesh("sphere", "mirror"), at=(-1.5, 0.5, 0.6), scale=(1.3, 1.3, 1.3)),
        thing("cylinder", mesh("cylinder", "checked"), at=(0, 0.5, 0.6)),
        thing("capsule", mesh("capsule", "glow"), at=(1.5, 1, 0.6)),
        thing("cone", mesh("cone", "glass", castShadows=False), at=(3, 0.6, 0.6)),
        thing(
            "torus",
            mesh("torus", "brass"),
            at=(-0.8, 1, -1.6),
            turn=(0, 20, 0),
            scale=(1.5, 1.5, 1.5),
        ),
        thing("plane", mesh("plane"), at=(0.9, 2.1, -2.5), turn=(0, -15, 0), scale=(0.15, 0.15, 1)),
        thing("parent", at=(2.6, 0, -2), turn=(0, 30, 0), scale=(1, 2, 1)),
        thing(
            "child", mesh("box", "green"), at=(0, 0.75, 0), scale=(0.8, 0.5, 0.8), parentId="parent"
        ),
        thing(
            "unshaded",
            mesh("box", receiveShadows=False),
            at=(-3.1, 0.2, 1.6),
            turn=(0, 20, 0),
            scale=(1.2, 0.4, 1.2),
        ),
        thing("hidden", mesh("box", "red"), at=(0, 2, 3), scale=(2, 2, 1), active=False),
        thing("hidden-child", mesh("box", "red"), at=(0.6, 0, 0), parentId="hidden"),
        assets=textures | {name: f"material:assets/materials/{name}.json" for name in names},
        settings=MEDIUM,
    )


SHAPES_FILES: Final = dict(
    [
        material("sand", color="#d8d0c0", metalness=0, roughness=0.9),
        material("red", color="#c03030", metalness=0, roughness=0.8),
        material("mirror", color="#ffffff", metalness=0.9, roughness=0.25),
        material("checked", map="checker", metalness=0, roughness=0.7),
        material("glow", color="#000000", emissive="#ff6020", emissiveIntensity=0.8),
        material("glass", color="#4060ff", metalness=0, roughness=0.6, opacity=0.5),
        material("brass", color="#c0a040", metalness=0.2, roughness=0.5, normalMap="bumps"),
        material("green", color="#30b060", metalness=0, roughness=1),
    ]
)


def lights() -> dict[str, Any]:
    """Each kind of light but the directional one."""
    spot = part(
        "Light", type="spot", color="#60a0ff", intensity=90, range=20, angle=0.45, penumbra=0.4
    )
    return level(
        EYE,
        thing("floor", mesh("plane", "chalk"), turn=FLAT),
        thing("box", mesh("box", "chalk"), at=(-1.2, 0.5, 0)),
        thing("cylinder", mesh("cylinder", "chalk"), at=(2, 0.5, 0)),
        thing("point", part("Light", color="#ff8040", intensity=20, range=12), at=(-2.5, 2.2, 1)),
        thing("spot", spot, at=(2.5, 5, 2), turn=(-65, 10, 0)),
        thing(
            "hemisphere",
            part("Light", type="hemisphere", color="#8080ff", groundColor="#402010", intensity=0.5),
        ),
        thing("ambient", part("Light", type="ambient", color="#204020", intensity=1.2)),
        assets={"chalk": "material:assets/materials/chalk.json"},
        settings={
            "skybox": {"type": "color", "color": "#101018"},
            "lighting": {"ambientIntensity": 0, "shadowQuality": "medium"},
        },
    )


LIGHTS_FILES: Final = dict([material("chalk", color="#e0e0e0", metalness=0, roughness=0.9)])


def orthographic() -> dict[str, Any]:
    """Half a height of three metres, whatever the distance; linear fog."""
    camera = part("Camera", type="orthographic", orthographicSize=3, near=0.1, far=50, isMain=True)
    return level(
        thing("eye", camera, at=(0, 6, 9), turn=(-33, 0, 0)),
        thing(
            "sun",
            part("Light", type="directional", intensity=2),
            turn=(-60, -30, 0),
            at=_behind(-60, -30),
        ),
        thing("floor", mesh("plane", "clay"), turn=FLAT),
        *(
            thing(f"box-{n}", mesh("box", "clay"), at=(x, 0.5, 3 - 2 * n))
            for n, x in enumerate((-3, -1, 1, 3))
        ),
        assets={"clay": "material:assets/materials/clay.json"},
        settings={
            "skybox": {"type": "color", "color": "#304060"},
            "lighting": {
                "ambientColor": "#ffffff",
                "ambientIntensity": 0.6,
                "shadowQuality": "medium",
            },
            "fog": {"enabled": True, "type": "linear", "color": "#806040", "near": 8, "far": 16},
        },
    )


ORTHOGRAPHIC_FILES: Final = dict([material("clay", color="#c08060", metalness=0, roughness=0.9)])


def around(eye: dict[str, Any] = EYE, **settings: Any) -> dict[str, Any]:
    """What stands in the pictures of skies, fogs and effects (``subjects`` in ``kit.js``)."""
    names = ("ground", "mirror", "lamp", "brick")
    skies = {
        f"sky-{side}": f"texture:assets/sky-{side}.png"
        for side in ("px", "nx", "py", "ny", "pz", "nz")
    }
    return level(
        eye,
        sun(intensity=2.5),
        thing("floor", mesh("plane", "ground"), turn=FLAT),
        thing("mirror-ball", mesh("sphere", "mirror"), at=(-1.6, 1, 1.5), scale=(2, 2, 2)),
        thing("lamp-ball", mesh("sphere", "lamp"), at=(1.4, 0.8, 2)),
        *(
            thing(f"brick-{n}", mesh("box", "brick"), at=(0.4 + n, 0.5, -n), turn=(0, 30, 0))
            for n in range(4)
        ),
        assets={name: f"material:assets/materials/{name}.json" for name in names}
        | skies
        | {"sky": "texture:assets/sky.hdr"},
        settings=MEDIUM | settings,
    )


AROUND_FILES: Final = dict(
    [
        material("ground", color="#807868", metalness=0, roughness=0.9),
        material("mirror", color="#ffffff", metalness=1, roughness=0.1),
        material("lamp", color="#000000", emissive="#ffb040", emissiveIntensity=3),
        material("brick", color="#b07050", metalness=0, roughness=0.9),
    ]
)


def _fog(kind: str, **how: float) -> dict[str, Any]:
    fog = {"enabled": True, "type": kind, "color": "#a0b0c0"} | how
    return around(skybox={"color": "#a0b0c0"}, fog=fog)


def _sky(**how: Any) -> dict[str, Any]:
    return around(LOW_EYE, skybox=how)


def _effect(name: str, *, sky: str = "#203040", **how: Any) -> dict[str, Any]:
    effects = {"enabled": True, name: {"enabled": True} | how}
    return around(skybox={"color": sky}, postProcessing=effects)


def _ssao() -> dict[str, Any]:
    scene = _effect("ssao", radius=1.2, intensity=1)
    scene["settings"]["lighting"] = MEDIUM["lighting"] | {
        "ambientColor": "#ffffff",
        "ambientIntensity": 1.5,
    }
    return scene


def _behind(pitch: float, yaw: float) -> tuple[float, float, float]:
    """Twenty metres back along where such a light looks, so that all lies in its shadow's reach."""
    a, b = math.radians(pitch), math.radians(yaw)
    # The local z axis after turning about x, then about the new y.
    return 20 * math.sin(b), -20 * math.sin(a) * math.cos(b), 20 * math.cos(a) * math.cos(b)


SIDES: Final = [f"sky-{side}" for side in ("px", "nx", "py", "ny", "pz", "nz")]
SCENES: Final[dict[str, tuple[dict[str, Any], dict[str, str]]]] = {
    "shapes": (shapes(), SHAPES_FILES),
    "lights": (lights(), LIGHTS_FILES),
    "orthographic": (orthographic(), ORTHOGRAPHIC_FILES),
    "fog-linear": (_fog("linear", near=4, far=10), AROUND_FILES),
    "fog-exponential": (_fog("exponential", density=0.09), AROUND_FILES),
    "fog-exponential2": (_fog("exponential2", density=0.09), AROUND_FILES),
    "sky-gradient": (
        _sky(type="gradient", gradientTop="#1030a0", gradientBottom="#ffd060"),
        AROUND_FILES,
    ),
    "sky-cubemap": (_sky(type="cubemap", texture=SIDES, intensity=0.8), AROUND_FILES),
    "sky-hdri": (_sky(type="hdri", texture="sky"), AROUND_FILES),
    "bloom": (_effect("bloom", intensity=0.4, threshold=0.7), AROUND_FILES),
    "dof": (_effect("dof", focus=5, aperture=0.3), AROUND_FILES),
    "ssao": (_ssao(), AROUND_FILES),
    "grading": (
        _effect("colorGrading", sky="#4080c0", saturation=0.4, contrast=1.3, brightness=1.3),
        AROUND_FILES,
    ),
}
