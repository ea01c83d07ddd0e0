from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.engine.game import by_hand, playing
from tests.browser.engine.levels import project
from tests.browser.engine.test_animator import WICK
from tests.browser.pictures import similarity

if TYPE_CHECKING:
    from playwright.async_api import Browser

    from tests.browser.engine.game import Site

pytestmark = pytest.mark.asyncio(loop_scope="session")

ALIKE = 0.98


def _xyz(x: float, y: float, z: float) -> dict[str, float]:
    return {"x": x, "y": y, "z": z}


SCENE: dict[str, Any] = {
    "name": "main",
    "objects": [
        {
            "id": "floor",
            "type": "mesh",
            "primitive": "plane",
            "position": _xyz(0, 0, 0),
            "rotation": _xyz(-90, 0, 0),
        },
        {
            "id": "box",
            "type": "mesh",
            "primitive": "cube",
            "position": _xyz(-2.4, 0.7, 0),
            "rotation": _xyz(20, 30, 40),
        },
        {
            "id": "ball",
            "type": "mesh",
            "primitive": "sphere",
            "position": _xyz(-0.8, 0.75, 0.8),
            "scale": _xyz(1.5, 1.5, 1.5),
        },
        {
            "id": "pillar",
            "type": "mesh",
            "primitive": "cylinder",
            "position": _xyz(0.8, 1, -0.5),
            "scale": _xyz(1, 2, 1),
        },
        {
            "id": "wick",
            "type": "mesh",
            "modelPath": "wick.glb",
            "position": _xyz(2.2, 0, 1),
            "rotation": _xyz(0, 150, 0),
            "scale": _xyz(1.4, 1.4, 1.4),
        },
        {
            "id": "spot",
            "type": "light",
            "lightType": "spot",
            "color": "#40ff80",
            "intensity": 60,
            "angle": 0.3,
            "penumbra": 0.2,
            "position": _xyz(-3, 6, -3),
        },
    ],
    "lights": [
        {"lightType": "directional", "color": "#fff0e0", "intensity": 3, "position": _xyz(4, 8, 6)},
        {
            "lightType": "point",
            "color": "#ff4020",
            "intensity": 12,
            "distance": 9,
            "position": _xyz(-3, 1.5, 2),
        },
        {
            "lightType": "hemisphere",
            "skyColor": "#8090ff",
            "groundColor": "#402000",
            "intensity": 0.6,
        },
        {"lightType": "ambient", "color": "#604080", "intensity": 3},
    ],
    "environment": {"background": "#304050", "fog": {"color": "#304050", "near": 3, "far": 9}},
    "camera": {"position": _xyz(1, 2.6, 4.6), "target": _xyz(0, 0.8, 0)},
}
FILES = {"assets/wick.glb": WICK}


def _without(kind: str, which: Any) -> dict[str, Any]:
    scene = copy.deepcopy(SCENE)
    del scene[kind][which]
    return scene


async def test_it_looks_like_the_page_written_by_hand(browser: Browser, site: Site) -> None:
    """Primitives, a model, all lights, fog, camera, and the bloom that such scenes always had.

    Without any one object, light or surrounding the comparison fails.
    """
    parts: list[tuple[str, Any]] = [
        (kind, n) for kind in ("objects", "lights") for n in range(len(SCENE[kind]))
    ]
    parts += [("environment", "background"), ("environment", "fog"), ("camera", "target")]
    variants = {f"{kind}-{which}": _without(kind, which) for kind, which in parts}
    expected = await by_hand(browser, site, "runtime")
    async with playing(browser, site.export(project(SCENE, FILES, variants=variants))) as game:
        assert similarity(await game.draw(), expected) >= ALIKE
        unnoticed = []
        for variant in variants:
            await game.load(variant)
            if similarity(await game.draw(), expected) >= ALIKE:
                unnoticed.append(variant)
        assert unnoticed == []


async def test_its_physics(browser: Browser, site: Site) -> None:
    """Static things stay, others fall and rest on them, a kinematic one hangs in the air."""
    shapes = {"sphere": ("sphere", 0.5), "box": ("cube", 0.5), "capsule": ("cylinder", 1.0)}
    falling = [
        {
            "id": shape,
            "type": "mesh",
            "primitive": primitive,
            "position": _xyz(3 * n, 4, 0),
            "physics": {"shape": shape},
        }
        for n, (shape, (primitive, _)) in enumerate(shapes.items())
    ]
    ground = {
        "id": "ground",
        "type": "mesh",
        "primitive": "box",
        "position": _xyz(0, -0.5, 0),
        "scale": _xyz(40, 1, 40),
        "physics": {"static": True, "shape": "box"},
    }
    hanging = {
        "id": "hanging",
        "type": "mesh",
        "primitive": "box",
        "position": _xyz(-4, 3, 0),
        "physics": {"kinematic": True, "shape": "box"},
    }
    scene = SCENE | {"objects": [ground, hanging, *falling]}
    async with playing(browser, site.export(project(scene, FILES))) as game:
        await game.steps(200)
        find = "(name) => AethelPlayer.game.scene.find(name).worldPosition().y"
        for name, (_, height) in shapes.items():
            assert await game.page.evaluate(find, name) == pytest.approx(height, abs=0.1), name
        assert await game.page.evaluate(find, "hanging") == pytest.approx(3)
        assert await game.page.evaluate(find, "ground") == pytest.approx(-0.5)
