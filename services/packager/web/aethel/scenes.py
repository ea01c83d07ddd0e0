"""Scenes are read for what is wrong with them, and for the files that they use."""

from __future__ import annotations

import posixpath
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar

import msgspec

from services.packager.web.aethel import hierarchy
from services.packager.web.aethel.findings import MAX_SHOWN, read_document
from services.packager.web.aethel.schema.components import (
    KINDS,
    Animator,
    AudioSource,
    Collider,
    Component,
    MeshRenderer,
    ParticleSystem,
)
from services.packager.web.aethel.schema.components import Script as ScriptData
from services.packager.web.aethel.schema.scenes import (
    Asset,
    Entity,
    Prefab,
    RuntimeLight,
    RuntimeObject,
    RuntimeScene,
    SceneLevel,
    Settings,
)
from services.packager.web.aethel.schema.type_errors import faults, unknown_fields

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from services.packager.project.files import ProjectFiles
    from services.packager.web.aethel.findings import Findings

FOLDER: Final = "scenes/"
SUFFIXES: Final = (".json", ".aelv")
PRIMITIVES: Final = frozenset(
    ("box", "cube", "sphere", "capsule", "cylinder", "cone", "torus", "plane")
)
PRIMITIVE: Final = "primitive:"
Kind = Literal["model", "material", "texture", "audio", "controller", "script", "surface"]


T = TypeVar("T")


class AssetUse(msgspec.Struct, frozen=True):
    """One place that names a file, by an asset's id or by its path."""

    kind: Kind
    reference: str
    path: str  # where, into the scene's JSON
    loops: bool = False  # of a sound


class Scene(msgspec.Struct, kw_only=True):
    """What the rest of the export has to know of a scene, or of a prefab in a file of its own."""

    name: str
    file: str
    assets: dict[str, Asset] = {}  # by id
    uses: list[AssetUse] = []
    strings: set[str] = set()  # of components and settings: each may name an asset or a scene
    kinds: set[str] = set()  # of components
    effects: bool = False
    procedural_sky: bool = False

    def path_of(self, reference: str) -> str:
        """What stands in the table of assets under an id; anything else is a path itself."""
        asset = self.assets.get(reference)
        return asset.path if asset else reference


def names_of(project: ProjectFiles, findings: Findings) -> dict[str, str]:
    """The file of each scene by its name: its path below ``scenes/`` without the suffix."""
    found: dict[str, str] = {}
    for file in project.files:
        stem, suffix = posixpath.splitext(file)
        if not file.startswith(FOLDER) or suffix not in SUFFIXES:
            continue
        name = stem.removeprefix(FOLDER)
        if name in found:
            findings.warning(file, f"is left out: {found[name]} is the scene {name!r} already")
        else:
            found[name] = file
    return found


def read_scene(project: ProjectFiles, name: str, file: str, findings: Findings) -> Scene | None:
    """One scene of either shape; None, and errors reported, where it is none."""
    document = read_document(project, file, findings)
    if document is None:
        return None
    reader = _SceneReader(Scene(name=name, file=file), findings)
    if "entities" in document:
        read = reader.level
    elif "objects" in document or "lights" in document:
        read = reader.runtime
    else:
        findings.error(file, "is no scene: it has neither entities (a level) nor objects")
        return None
    with findings.walking(file):
        read(document)
    return reader.scene


def read_prefab(project: ProjectFiles, file: str, findings: Findings) -> Scene | None:
    """A prefab that has a file of its own."""
    document = read_document(project, file, findings)
    if document is None:
        return None
    reader = _SceneReader(Scene(name=file, file=file), findings)
    with findings.walking(file):
        reader.prefab(document)
    return reader.scene


def strings_in(value: Any) -> Iterator[str]:
    """Every string of a JSON value, however deep, keys apart."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            yield item
        elif isinstance(item, dict):
            waiting += item.values()
        elif isinstance(item, list):
            waiting += item


class _SceneReader:
    """Fills in a :class:`Scene`. Each part is read by itself, so that no fault hides another."""

    def __init__(self, scene: Scene, findings: Findings) -> None:
        self.scene = scene
        self._findings = findings

    def level(self, document: dict[str, Any]) -> None:
        """The editor's format."""
        self._unknown(document, SceneLevel, "the level")
        level: SceneLevel | None = self._typed(document, SceneLevel, "$")
        if level is None:
            return
        assets = self._each(level.assets, Asset, "$.assets")
        hierarchy.check_unique(assets, self.scene.file, "$.assets", self._findings)
        self.scene.assets = {asset.id: asset for asset in assets.values()}
        prefabs = self._each(level.prefabs, Prefab, "$.prefabs")
        hierarchy.check_unique(prefabs, self.scene.file, "$.prefabs", self._findings)
        entities = self._entities(level.entities, "$.entities")
        self._references(entities, {prefab.id for prefab in prefabs.values()})
        for number, prefab in prefabs.items():
            self._prefab(prefab, f"$.prefabs[{number}]")
        self._settings(level.settings or {})

    def prefab(self, document: dict[str, Any]) -> None:
        """A prefab that has a file of its own."""
        if prefab := self._typed(document, Prefab, "$"):
            self._prefab(prefab, "$")

    def runtime(self, document: dict[str, Any]) -> None:
        """The older format: models by their path below ``assets/``."""
        scene: RuntimeScene | None = self._typed(document, RuntimeScene, "$")
        if scene is None:
            return
        self._each(scene.lights, RuntimeLight, "$.lights")
        for number, item in self._each(scene.objects, RuntimeObject, "$.objects").items():
            if item.model_path:
                reference = f"assets/{item.model_path}"
                self._use("model", reference, f"$.objects[{number}].modelPath")
            if item.physics:
                self.scene.kinds.add("Collider")
        environment = scene.environment
        effects = environment.post_processing if environment else None
        self.scene.effects = effects is None or bool(effects.enabled)  # the old bloom is on

    def _typed(self, value: Any, expected: type[T], path: str) -> T | None:
        """The value as its type; None, and every fault of it reported, where it is not."""
        try:
            return msgspec.convert(value, expected)
        except msgspec.ValidationError:
            most = 0 if self._findings.is_full else MAX_SHOWN
            for place, message in islice(faults(value, expected, path), most):
                self._findings.error(self.scene.file, message, path=place)
            return None

    def _each(self, items: list[Any] | None, expected: type[T], path: str) -> dict[int, T]:
        """Those items of a list that are of the type, by their place in it."""
        typed = (
            (number, self._typed(item, expected, f"{path}[{number}]"))
            for number, item in enumerate(items or [])
        )
        return {number: item for number, item in typed if item is not None}

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
        self._unknown(document, Settings, "settings")
        if settings.post_processing and settings.post_processing.enabled:
            self.scene.effects = True
        sky = settings.skybox
        self.scene.procedural_sky = sky is not None and sky.type == "procedural"
        if sky and sky.texture and sky.type in ("cubemap", "hdri"):
            textures = [sky.texture] if isinstance(sky.texture, str) else sky.texture
            for texture in textures:
                self._use("texture", texture, "$.settings.skybox.texture")

    def _entities(self, documents: list[Any], path: str) -> dict[int, Entity]:
        entities = self._each(documents, Entity, path)
        hierarchy.check(entities, self.scene.file, path, self._findings)
        for number, entity in entities.items():
            self._unknown(documents[number], Entity, "an entity")
            self.scene.strings.update(strings_in(entity.overrides))
            components = self._each(entity.components, Component, f"{path}[{number}].components")
            for index, component in components.items():
                self._component(component, f"{path}[{number}].components[{index}].data")
        return entities

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
        self._unknown(data, kind, component.type)
        typed = self._typed(data, kind, path)
        if isinstance(typed, MeshRenderer):
            self._mesh(typed, path)
        elif isinstance(typed, ScriptData):
            self._script(typed, path)
        elif isinstance(typed, AudioSource) and typed.clip_id:
            self._use("audio", typed.clip_id, f"{path}.clipId", loops=bool(typed.loop))
        elif isinstance(typed, Animator) and typed.controller_path:
            self._use("controller", typed.controller_path, f"{path}.controllerPath")
        elif isinstance(typed, ParticleSystem) and typed.texture_id:
            self._use("texture", typed.texture_id, f"{path}.textureId")
        elif isinstance(typed, Collider) and isinstance(typed.physics_material, str):
            self._use("surface", typed.physics_material, f"{path}.physicsMaterial")

    def _mesh(self, mesh: MeshRenderer, path: str) -> None:
        reference = mesh.mesh_id or ""
        if reference.startswith(PRIMITIVE):
            name = reference.removeprefix(PRIMITIVE)
            if name not in PRIMITIVES:
                known = ", ".join(sorted(PRIMITIVES))
                message = f"there is no primitive {name!r}; there are {known}"
                self._findings.error(self.scene.file, message, path=f"{path}.meshId")
        elif reference:
            self._use("model", reference.partition("#")[0], f"{path}.meshId")
        for number, material in enumerate(mesh.material_ids or []):
            if material:
                self._use("material", material, f"{path}.materialIds[{number}]")

    def _script(self, script: ScriptData, path: str) -> None:
        field, reference = (
            ("scriptId", script.script_id)
            if script.script_id
            else ("scriptPath", script.script_path)
        )
        if reference:
            self._use("script", reference, f"{path}.{field}")
        else:
            message = "the component names no script: give it a scriptId"
            self._findings.error(self.scene.file, message, path=path)

    def _use(self, kind: Kind, reference: str, path: str, *, loops: bool = False) -> None:
        self.scene.uses.append(AssetUse(kind, reference, path, loops))

    def _unknown(self, document: dict[str, Any], kind: type[msgspec.Struct], what: str) -> None:
        for field in unknown_fields(document, kind):
            message = f"{what} has the field {field!r}, which the player does not know"
            self._findings.warning(self.scene.file, message)
