"""Scenes are told to the rest of the export by what they use, and by what they show."""

from __future__ import annotations

import posixpath
from collections import Counter
from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec

from services.packager.web.aethel.schema.scenes import Asset

if TYPE_CHECKING:
    from collections.abc import Iterator

    from services.packager.project.files import ProjectFiles
    from services.packager.web.aethel.findings import Findings

FOLDER: Final = "scenes/"
SUFFIXES: Final = (".json", ".aelv")
Kind = Literal["model", "material", "texture", "audio", "controller", "script", "surface"]


class AssetUse(msgspec.Struct, frozen=True):
    """One place that names a file, by an asset's id or by its path."""

    kind: Kind
    reference: str
    path: str  # where, into the scene's JSON
    exact: bool = False  # a sound that repeats, a texture of numbers: every value counts
    node: str = ""  # of a model


class Mesh(msgspec.Struct, frozen=True):
    """A mesh that is there when its scene begins."""

    materials: tuple[str, ...]  # ids and paths; none: as a model or a primitive comes
    is_model: bool = False


class AnimatorUse(msgspec.Struct, frozen=True):
    """An Animator, by its controller, and the models below it, if all are known."""

    controller: str
    models: tuple[str, ...]


class ScriptUse(msgspec.Struct, frozen=True):
    """A script component, and the names that it gives values to."""

    reference: str
    properties: tuple[str, ...]
    path: str  # of its properties, into the scene's JSON


class Scene(msgspec.Struct, kw_only=True):
    """What the rest of the export has to know of a scene, or of a prefab in a file of its own."""

    name: str
    file: str
    assets: dict[str, Asset] = {}  # by id
    uses: list[AssetUse] = []
    strings: set[str] = set()  # of components and settings: each may name an asset or a scene
    kinds: set[str] = set()  # of components
    animators: list[AnimatorUse] = []
    scripts: list[ScriptUse] = []
    effects: bool = False
    procedural_sky: bool = False
    meshes: list[Mesh] = []
    hidden: int = 0  # meshes that are not there when it begins
    particles: bool = False
    lit: bool = False
    shadow_lights: Counter[str] = msgspec.field(default_factory=Counter)  # by their kinds
    scripted: bool = False  # scripts, and prefabs, may show anything

    def path_of(self, reference: str) -> str:
        """What stands in the table of assets under an id; anything else is a path itself."""
        asset = self.assets.get(reference)
        return asset.path if asset else reference

    def is_inline(self, reference: str) -> bool:
        """Whether what an id names stands in the scene itself."""
        asset = self.assets.get(reference)
        return asset is not None and asset.data is not None


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
