"""Reachability decides what is shipped: what a game cannot reach from its first scene is not.

Files are reached through scenes, prefabs, materials, models and controllers, and through every
string of a component or of a script that names a file, an asset or a scene. Rather too much is
kept than too little: a string that names a file by chance keeps it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from services.packager.project.files import ASSETS, is_asset
from services.packager.web.aethel import media
from services.packager.web.aethel import scenes as scene_files
from services.packager.web.aethel.asset_index import is_script
from services.packager.web.aethel.asset_paths import normalized
from services.packager.web.aethel.models import SUFFIXES as MODELS
from services.packager.web.aethel.scripting.scripts import imported, pattern_of, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from services.packager.web.aethel.asset_index import AssetIndex
    from services.packager.web.aethel.scenes import Scene

DOCUMENTS: Final = (".json", ".material", ".mat", ".prefab", ".anim", ".controller")
MAX_DATA_BYTES: Final = 1 << 20  # of JSON that is looked into; more is no list of names


class ReachableAssets(msgspec.Struct, kw_only=True):
    """What is needed, by project path."""

    scenes: set[str] = set()  # names
    files: set[str] = set()  # below assets/, or anywhere that ``include`` names
    scripts: set[str] = set()  # that components name, or strings
    modules: set[str] = set()  # that those import


def everything(
    index: AssetIndex,
    scenes: Mapping[str, Scene],
    texts: Mapping[str, str],
    *,
    also: ReachableAssets,
) -> ReachableAssets:
    """All of the project, as debug ships it."""
    assets = {path for path in index.project.files if is_asset(path)}
    return ReachableAssets(scenes=set(scenes), files=assets | also.files, scripts=set(texts))


def reachable(
    index: AssetIndex,
    scenes: Mapping[str, Scene],
    texts: Mapping[str, str],
    *,
    start: str,
    also: Iterable[str],
) -> ReachableAssets:
    """What can be reached.

    Args:
        index: The project's files.
        scenes: All scenes by name.
        texts: All scripts by path.
        start: The first scene's name.
        also: Files that are needed whatever else is.
    """
    walk = _Walk(index, scenes, texts)
    walk.scene(start)
    for path in also:
        walk.path(path)
    walk.finish()
    return walk.reach


class _Walk:
    """Looks at one thing after the other; what that names waits, however long the chain."""

    def __init__(
        self, index: AssetIndex, scenes: Mapping[str, Scene], texts: Mapping[str, str]
    ) -> None:
        self.reach = ReachableAssets()
        self._index = index
        self._scenes = scenes
        self._texts = texts
        self._paths_by_id: dict[str, set[str]] = {}  # of the scenes that were reached
        self._strings: set[str] = set()
        self._waiting_paths: list[str] = []
        self._waiting_modules: list[str] = []
        self._waiting_strings: list[str] = []

    def scene(self, name: str) -> None:
        """A scene, and all that it uses."""
        scene = self._scenes.get(name)
        if scene is None or name in self.reach.scenes:
            return
        self.reach.scenes.add(name)
        for asset in scene.assets.values():
            path = self._index.find(asset.id, scene) or self._index.find_script(asset.id, scene)
            if path:
                self._paths_by_id.setdefault(asset.id, set()).add(path)
                known = asset.id in self._strings or asset.type == "prefab"  # spawned by its name
                if known:
                    self.path(path)
        self._uses(scene)

    def path(self, path: str) -> None:
        """A file of the project, whatever it is, and all that it uses."""
        self._waiting_paths.append(path)

    def finish(self) -> None:
        """Look at strings until none is new, then at those that stand for many names."""
        self._drain()
        if pattern := pattern_of(self._strings):
            for path in self._index.project.files:
                if pattern.match(path) or pattern.match(path.removeprefix(ASSETS)):
                    self.path(path)
        self._drain()

    def _drain(self) -> None:
        while True:
            if self._waiting_paths:
                self._path(self._waiting_paths.pop())
            elif self._waiting_modules:
                self._module(self._waiting_modules.pop())
            elif self._waiting_strings:
                self._string(self._waiting_strings.pop())
            else:
                return

    def _path(self, path: str) -> None:
        if path in self._texts:
            self.reach.scripts.add(path)
            self._waiting_modules.append(path)
        elif path.startswith(scene_files.FOLDER):
            self._waiting_strings.append(path)
        elif path not in self.reach.files and not is_script(path):
            self.reach.files.add(path)
            self._inside(path)

    def _uses(self, scene: Scene) -> None:
        for use in scene.uses:
            found = (
                self._index.find_script(use.reference, scene)
                if use.kind == "script"
                else self._index.find(use.reference, scene)
            )
            if found:
                self.path(found)
        self._waiting_strings += scene.strings

    def _string(self, string: str) -> None:
        if string in self._strings:
            return
        self._strings.add(string)
        named = string.partition("#")[0]  # the rest is a part of a model
        for path in self._paths_by_id.get(named, ()):
            self.path(path)
        for found in (self._index.find(named), self._index.find_script(named)):
            if found:
                self.path(found)
        name = normalized(string).removeprefix(scene_files.FOLDER)
        for suffix in scene_files.SUFFIXES:
            name = name.removesuffix(suffix)
        self.scene(name)

    def _inside(self, path: str) -> None:
        if path.lower().endswith(media.PICTURES):
            self._index.picture(path)
        elif path.lower().endswith(MODELS):
            model = self._index.model(path)
            self._waiting_paths += (
                part for part in (model.parts if model else ()) if part in self._index.project
            )
        elif path.endswith(DOCUMENTS) and self._index.project.files[path].size <= MAX_DATA_BYTES:
            self._waiting_strings += self._index.strings(path)

    def _module(self, path: str) -> None:
        if path in self.reach.modules:
            return
        self.reach.modules.add(path)
        strings = quoted(self._texts[path])
        self._waiting_strings += strings
        self._waiting_modules += (
            module
            for module in imported(path, strings, self._index.project)
            if module in self._texts
        )
