"""Runtime scenes, the older and flat format, are read."""

from __future__ import annotations

from typing import Any

from services.packager.web.aethel.reading.typed_reader import TypedReader
from services.packager.web.aethel.scenes import Mesh
from services.packager.web.aethel.schema.scenes import (
    RuntimeLight,
    RuntimeObject,
    RuntimeScene,
    RuntimeView,
)
from services.packager.web.aethel.shadows import KINDS as SHADOW_KINDS


class RuntimeReader(TypedReader):
    """Models by their path below ``assets/``; nothing is hidden, and there is no ambient light."""

    def runtime(self, document: dict[str, Any]) -> None:
        """The older format: models by their path below ``assets/``."""
        scene: RuntimeScene | None = self._typed(document, RuntimeScene, "$")
        if scene is None:
            return
        self._unknown_inside(document, RuntimeScene, "the scene")
        for number, light in self._each(scene.lights, RuntimeLight, "$.lights").items():
            self._unknown(document["lights"][number], RuntimeLight, "a light")
            self._light(light)
        for number, item in enumerate(document.get("objects") or []):
            self._object(item, f"$.objects[{number}]")
        environment = scene.environment
        effects = environment.post_processing if environment else None
        self.scene.effects = effects is None or bool(effects.enabled)  # the old bloom is on

    def _light(self, light: RuntimeLight) -> None:
        self.scene.lit = True
        kind = light.light_type or "point"
        if kind in SHADOW_KINDS and light.cast_shadows is not False:
            self.scene.shadow_lights[kind] += 1

    def _object(self, document: Any, path: str) -> None:
        kind = document.get("type") if isinstance(document, dict) else None
        if kind == "light":
            if light := self._typed(document, RuntimeLight, path):
                self._unknown_inside(document, RuntimeLight, "a light")
                self._light(light)
            return
        expected = RuntimeView if kind == "camera" else RuntimeObject
        item: RuntimeObject | None = self._typed(document, expected, path)
        if item is None:
            return
        self._unknown_inside(document, expected, "an object")
        if item.model_path:
            self._use("model", f"assets/{item.model_path}", f"{path}.modelPath")
        if kind != "camera" and (kind == "mesh" or item.model_path or item.primitive):
            self.scene.meshes.append(Mesh((), is_model=item.model_path is not None))
        if item.physics:
            self.scene.kinds.add("Collider")
