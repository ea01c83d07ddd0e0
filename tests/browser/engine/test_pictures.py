from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.browser.engine.data import data
from tests.browser.engine.game import by_hand, playing
from tests.browser.engine.levels import changed, project
from tests.browser.engine.scenes import SCENES
from tests.browser.pictures import similarity

if TYPE_CHECKING:
    from playwright.async_api import Browser

    from tests.browser.engine.game import Site

pytestmark = pytest.mark.asyncio(loop_scope="session")

ALIKE = 0.98
FILES = {f"assets/{name}": drawn for name, drawn in data().items()}

# What would be noticed: a component that is not there (None), or a setting that is another.
WITHOUT: Final[list[tuple[str, str, Any]]] = [
    *[
        ("shapes", f"entities.{name}.components.MeshRenderer", None)
        for name in (
            "floor",
            "box",
            "sphere",
            "cylinder",
            "capsule",
            "cone",
            "torus",
            "plane",
            "child",
            "unshaded",
        )
    ],
    ("shapes", "entities.sun.components.Light", None),
    *[
        ("lights", f"entities.{name}.components.Light", None)
        for name in ("point", "spot", "hemisphere", "ambient")
    ],
    ("orthographic", "entities.eye.components.Camera", None),
    ("shapes", "entities.sphere.components.MeshRenderer.materialIds", []),
    ("shapes", "entities.cylinder.components.MeshRenderer.materialIds", []),
    ("shapes", "entities.box.components.MeshRenderer.castShadows", False),
    ("shapes", "entities.cone.components.MeshRenderer.castShadows", True),
    ("shapes", "entities.floor.components.MeshRenderer.receiveShadows", False),
    ("shapes", "entities.sun.components.Light.castShadows", False),
    ("shapes", "entities.sun.components.Light.color", "#ffffff"),
    ("shapes", "entities.sun.components.Light.intensity", 2),
    ("shapes", "entities.child.parentId", "box"),
    ("shapes", "entities.hidden.active", True),
    ("shapes", "settings.lighting.shadowsEnabled", False),
    ("shapes", "settings.lighting.shadowQuality", "low"),
    ("shapes", "settings.lighting.ambientIntensity", 2),
    ("shapes", "settings.lighting.ambientColor", "#ff4040"),
    ("lights", "entities.point.components.Light.range", 3),
    ("lights", "entities.point.components.Light.castShadows", False),
    ("lights", "entities.spot.components.Light.angle", 0.3),
    ("lights", "entities.spot.components.Light.penumbra", 0),
    ("lights", "entities.spot.components.Light.castShadows", False),
    ("lights", "entities.hemisphere.components.Light.groundColor", "#ff8000"),
    ("orthographic", "entities.eye.components.Camera.type", "perspective"),
    ("orthographic", "entities.eye.components.Camera.orthographicSize", 4),
    ("orthographic", "entities.eye.components.Camera.near", 9),
    ("orthographic", "entities.eye.components.Camera.far", 10),
    ("shapes", "entities.eye.components.Camera.fov", 60),
    ("orthographic", "settings.skybox.color", "#602020"),
    ("fog-linear", "settings.fog.enabled", False),
    ("fog-linear", "settings.fog.color", "#c0a0a0"),
    ("fog-linear", "settings.fog.near", 1),
    ("fog-linear", "settings.fog.far", 30),
    ("fog-exponential", "settings.fog.type", "exponential2"),
    ("fog-exponential", "settings.fog.density", 0.05),
    ("fog-exponential2", "settings.fog.type", "exponential"),
    ("fog-exponential2", "settings.fog.density", 0.05),
    ("sky-gradient", "settings.skybox.gradientTop", "#a03010"),
    ("sky-gradient", "settings.skybox.gradientBottom", "#60d0ff"),
    ("sky-gradient", "settings.skybox.type", "color"),
    ("sky-cubemap", "settings.skybox.type", "color"),
    ("sky-cubemap", "settings.skybox.intensity", 1),
    ("sky-hdri", "settings.skybox.type", "color"),
    ("bloom", "settings.postProcessing.enabled", False),
    ("bloom", "settings.postProcessing.bloom.enabled", False),
    ("bloom", "settings.postProcessing.bloom.intensity", 0.1),
    ("bloom", "settings.postProcessing.bloom.threshold", 0.1),
    ("dof", "settings.postProcessing.dof.enabled", False),
    ("dof", "settings.postProcessing.dof.focus", 1),
    ("dof", "settings.postProcessing.dof.aperture", 0.02),
    ("ssao", "settings.postProcessing.ssao.enabled", False),
    ("ssao", "settings.postProcessing.ssao.radius", 0.2),
    ("ssao", "settings.postProcessing.ssao.intensity", 0.3),
    ("grading", "settings.postProcessing.colorGrading.enabled", False),
    ("grading", "settings.postProcessing.colorGrading.saturation", 1),
    ("grading", "settings.postProcessing.colorGrading.contrast", 1),
    ("grading", "settings.postProcessing.colorGrading.brightness", 1),
]


@pytest.mark.parametrize("name", SCENES)
async def test_it_looks_like_the_page_written_by_hand(
    browser: Browser, site: Site, name: str
) -> None:
    """The player shows what three.js shows when somebody writes the same scene with it.

    Where one component is missing or one setting is another, the comparison fails.
    """
    scene, files = SCENES[name]
    others = {
        f"{path} {value}": changed(scene, path, value) for of, path, value in WITHOUT if of == name
    }
    variants = {f"other-{number}": other for number, other in enumerate(others.values())}
    expected = await by_hand(browser, site, name)
    async with playing(
        browser, site.export(project(scene, FILES, files, variants=variants))
    ) as game:
        assert similarity(await game.draw(), expected) >= ALIKE
        unnoticed = []
        for what, variant in zip(others, variants, strict=True):
            await game.load(variant)
            if similarity(await game.draw(), expected) >= ALIKE:
                unnoticed.append(what)
        assert unnoticed == []
