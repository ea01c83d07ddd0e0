"""Levels are read: the one scene format that the player shows all others in."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Any, Final, get_args

from services.packager.web.aethel import controllers, hierarchy, materials, shadows
from services.packager.web.aethel.reading.animators import animators_of
from services.packager.web.aethel.reading.typed_reader import TypedReader
from services.packager.web.aethel.scenes import Mesh, ScriptUse, strings_in
from services.packager.web.aethel.schema.components import (
    KINDS,
    SUGGESTED,
    Animator,
    AudioSource,
    Collider,
    Component,
    MeshRenderer,
    ParticleSystem,
)
from services.packager.web.aethel.schema.components import Script as ScriptData
from services.packager.web.aethel.schema.geometries import GEOMETRIES, Terrain
from services.packager.web.aethel.schema.materials import COLORS
from services.packager.web.aethel.schema.scenes import (
    Asset,
    Entity,
    Physics,
    Prefab,
    Primitive,
    SceneLevel,
    Settings,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

PRIMITIVES: Final[frozenset[str]] = frozenset(get_args(Primitive))
PRIMITIVE: Final = "primitive:"
DEFAULT_STEP_S: Final = 0.02
FRAME_S: Final = 1 / 60 - 1e-6
BLACK: Final = ("#000", "#000000", "black", 0)


class LevelReader(TypedReader):
    """Entities with components, in a level or in a prefab."""

    def level(self, document: dict[str, Any]) -> None:
        """The editor's format."""
        self._unknown(document, SceneLevel, "the level")
        level: SceneLevel | None = self._typed(document, SceneLevel, "$")
        if level is None:
            return
        assets = self._each(level.assets, Asset, "$.assets")
        hierarchy.check_unique(assets, self.scene.file, "$.assets", self._findings)
        self.scene.assets = {asset.id: asset for asset in assets.values()}
        for number, asset in assets.items():
            self._unknown((level.assets or [])[number], Asset, "an asset")
            self._asset(asset, f"$.assets[{number}]")
        prefabs = self._each(level.prefabs, Prefab, "$.prefabs")
        hierarchy.check_unique(prefabs, self.scene.file, "$.prefabs", self._findings)
        entities = self._entities(level.entities, "$.entities")
        self._shown(entities)
        self.scene.shadow_lights = shadows.lights_of(entities.values(), prefabs.values())
        self._references(entities, {prefab.id for prefab in prefabs.values()})
        for number, prefab in prefabs.items():
            self._unknown(document["prefabs"][number], Prefab, "a prefab")
            self._prefab(prefab, f"$.prefabs[{number}]")
        self._settings(level.settings or {})

    def prefab(self, document: dict[str, Any]) -> None:
        """A prefab that has a file of its own."""
        self._unknown(document, Prefab, "the prefab")
        if prefab := self._typed(document, Prefab, "$"):
            self._prefab(prefab, "$")

    def _asset(self, asset: Asset, path: str) -> None:
        """What stands in the table itself names textures, too."""
        if asset.data is None:
            if not asset.path:
                self._findings.error(self.scene.file, "lacks the field 'path'", path=path)
            return
        if asset.type == "material":
            materials.check(asset.data, self.scene.file, self._findings, path=f"{path}.data")
            for slot, texture in materials.maps_in(asset.data):
                exact = slot not in COLORS
                self._use("texture", texture, f"{path}.data.textures.{slot}", exact=exact)
            return
        self.scene.strings.update(strings_in(asset.data))
        if asset.type == "animation":
            controllers.check(asset.data, self.scene.file, self._findings, path=f"{path}.data")

    def _prefab(self, prefab: Prefab, path: str) -> None:
        """Entities to be copied: a tree of their own."""
        entities = self._entities(prefab.entities, f"{path}.entities")
        root = prefab.root_entity_id
        if root is not None and root not in {entity.id for entity in entities.values()}:
            message = f"the prefab has no entity {root!r}"
            self._findings.error(self.scene.file, message, path=f"{path}.rootEntityId")

    def _settings(self, document: dict[str, Any]) -> None:
        self.scene.strings.update(strings_in(document))
        settings: Settings | None = self._typed(document, Settings, "$.settings")
        if settings is None:
            return
        self._unknown_inside(document, Settings, "settings")
        if settings.post_processing and settings.post_processing.enabled:
            self.scene.effects = True
        self._pace(settings.physics)
        ambient = settings.lighting
        self.scene.lit |= ambient is None or (
            ambient.ambient_intensity != 0 and ambient.ambient_color not in BLACK
        )
        if ambient and ambient.shadows_enabled is False:
            self.scene.shadow_lights.clear()
        if settings.rendering and settings.rendering.shadow_type == "vsm":
            del self.scene.shadow_lights["point"]  # three.js has none of these
        sky = settings.skybox
        self.scene.procedural_sky = sky is not None and sky.type == "procedural"
        if sky and sky.texture and sky.type in ("cubemap", "hdri"):
            textures = [sky.texture] if isinstance(sky.texture, str) else sky.texture
            self.scene.lit = True
            for texture in textures:
                self._use("texture", texture, "$.settings.skybox.texture")

    def _pace(self, physics: Physics | None) -> None:
        """Steps that are too few for a frame of a fast machine make slow motion of every game."""
        if physics is None or physics.max_sub_steps is None:
            return
        frame_s = physics.max_sub_steps * (physics.fixed_timestep or DEFAULT_STEP_S)
        if frame_s < FRAME_S:
            rate = ceil(1 / frame_s)
            self._findings.warning(
                self.scene.file,
                f"the game plays in slow motion below {rate:,} frames a second: a frame has at "
                f"most {physics.max_sub_steps:,} steps; raise maxSubSteps, or leave it out",
                path="$.settings.physics.maxSubSteps",
            )

    def _entities(self, documents: list[Any], path: str) -> dict[int, Entity]:
        entities = self._each(documents, Entity, path)
        hierarchy.check(entities, self.scene.file, path, self._findings)
        for number, entity in entities.items():
            self._unknown_inside(documents[number], Entity, "an entity")
            self.scene.strings.update(strings_in(entity.overrides))
            components = self._each(entity.components, Component, f"{path}[{number}].components")
            for index, component in components.items():
                self._unknown((entity.components or [])[index], Component, "a component")
                self._component(component, f"{path}[{number}].components[{index}].data")
        self.scene.animators += animators_of(entities.values())
        return entities

    def _shown(self, entities: Mapping[int, Entity]) -> None:
        """What is there when the level begins."""
        gone = hierarchy.inactive(entities.values())
        for entity in entities.values():
            self.scene.scripted |= entity.prefab_id is not None
            for document in entity.components or []:
                if isinstance(document, dict):
                    self._shows(document, there=entity.id not in gone)

    def _shows(self, document: dict[str, Any], *, there: bool) -> None:
        kind, data = document.get("type"), document.get("data")
        fields = data if isinstance(data, dict) else {}
        if kind == "MeshRenderer":
            if not there:
                self.scene.hidden += 1
                return
            ids = fields.get("materialIds")
            named = filter(None, ids if isinstance(ids, list) else [])
            mesh = fields.get("meshId")
            is_model = isinstance(mesh, str) and not mesh.startswith(PRIMITIVE)
            self.scene.meshes.append(Mesh(tuple(map(str, named)), is_model))
        elif there:
            self.scene.particles |= kind == "ParticleSystem"
            self.scene.scripted |= kind == "Script"
            self.scene.lit |= kind == "Light" and fields.get("intensity") != 0

    def _references(self, entities: Mapping[int, Entity], prefabs: set[str]) -> None:
        """An entity with a ``prefabId`` alone stands for the prefab: it has to be there."""
        for number, entity in entities.items():
            if entity.prefab_id is None or entity.prefab_id in prefabs:
                continue
            message = f"the level has no prefab {entity.prefab_id!r}"
            if entity.prefab_instance_id is None:
                path = f"$.entities[{number}].prefabId"
                self._findings.error(self.scene.file, message, path=path)
            else:
                self._findings.warning(
                    self.scene.file, f"{message}; its instances stay as they are"
                )

    def _component(self, component: Component, path: str) -> None:
        self.scene.kinds.add(component.type)
        data = component.data or {}
        self.scene.strings.update(strings_in(data))
        kind = KINDS.get(component.type)
        if kind is None:
            message = f"components of type {component.type!r} are unknown and have no effect"
            self._findings.warning(self.scene.file, message)
            return
        self._unknown_inside(data, kind, component.type)
        self._suggested(component.type, data, path)
        typed = self._typed(data, kind, path)
        if isinstance(typed, MeshRenderer):
            self._mesh(typed, path)
        elif isinstance(typed, ScriptData):
            self._script(typed, path)
        elif isinstance(typed, AudioSource) and typed.clip_id:
            self._use("audio", typed.clip_id, f"{path}.clipId", exact=bool(typed.loop))
        elif isinstance(typed, Animator) and typed.controller_path:
            self._use("controller", typed.controller_path, f"{path}.controllerPath")
        elif isinstance(typed, ParticleSystem) and typed.texture_id:
            self._use("texture", typed.texture_id, f"{path}.textureId")
        elif isinstance(typed, Collider) and isinstance(typed.physics_material, str):
            self._use("surface", typed.physics_material, f"{path}.physicsMaterial")

    def _suggested(self, kind: str, data: dict[str, Any], path: str) -> None:
        """Names beside which there is none: the player takes the default in place of another."""
        for field, known in SUGGESTED.get(kind, {}).items():
            given = data.get(field)
            if isinstance(given, str) and given not in known:
                message = f"there is no {given!r}; there are {', '.join(known)}"
                self._findings.warning(self.scene.file, message, path=f"{path}.{field}")

    def _mesh(self, mesh: MeshRenderer, path: str) -> None:
        if mesh.geometry is not None:
            self._geometry(mesh.geometry, f"{path}.geometry")
        reference = mesh.mesh_id or ""
        if reference.startswith(PRIMITIVE):
            name = reference.removeprefix(PRIMITIVE)
            if name not in PRIMITIVES:
                known = ", ".join(sorted(PRIMITIVES))
                message = f"there is no primitive {name!r}; there are {known}"
                self._findings.error(self.scene.file, message, path=f"{path}.meshId")
        elif reference:
            model, _, node = reference.partition("#")
            self._use("model", model, f"{path}.meshId", node=node)
        for number, material in enumerate(mesh.material_ids or []):
            if material:
                self._use("material", material, f"{path}.materialIds[{number}]")

    def _geometry(self, geometry: dict[str, Any], path: str) -> None:
        kind = GEOMETRIES.get(str(geometry.get("type")))
        if kind is None:
            known = ", ".join(sorted(GEOMETRIES))
            message = f"there is no geometry of this type; there are {known}"
            self._findings.error(self.scene.file, message, path=f"{path}.type")
            return
        self._unknown(geometry, kind, "a geometry")
        typed = self._typed(geometry, kind, path)
        if isinstance(typed, Terrain) and len(typed.heights) != typed.columns * typed.rows:
            message = f"has to have {typed.columns * typed.rows:,} numbers: columns · rows"
            self._findings.error(self.scene.file, message, path=f"{path}.heights")

    def _script(self, script: ScriptData, path: str) -> None:
        field, reference = (
            ("scriptId", script.script_id)
            if script.script_id
            else ("scriptPath", script.script_path)
        )
        if reference:
            self._use("script", reference, f"{path}.{field}")
            if script.properties:
                names = tuple(script.properties)
                self.scene.scripts.append(ScriptUse(reference, names, f"{path}.properties"))
        else:
            message = "the component names no script: give it a scriptId"
            self._findings.error(self.scene.file, message, path=path)
