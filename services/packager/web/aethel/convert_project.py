"""A project is converted: every document of another format becomes one that the player reads.

What was made stands in place of the original, scenes as ``scenes/<name>.json``. Whatever is found
to be wrong with it later is told of the original, by the place that the part came from.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Any, Final

import msgspec

from services.packager.project.files import ProjectFiles
from services.packager.project.game_json import FILES
from services.packager.project.json_documents import MAX_DEPTH, is_too_deep, read_value
from services.packager.project.unreadable import UnreadableError
from services.packager.web.aethel.asset_paths import normalized, resolve
from services.packager.web.aethel.defaults.editor_settings import read_editor_settings
from services.packager.web.aethel.defaults.game_defaults import GameDefaults
from services.packager.web.aethel.defaults.template_config import read_config
from services.packager.web.aethel.documents.fields import Source
from services.packager.web.aethel.documents.recognition import (
    FOLDER,
    LEVELS,
    NAMED,
    PARTS,
    SCENES,
    Document,
    documents_of,
    is_data,
    is_level,
    is_runtime_scene,
)
from services.packager.web.aethel.findings import Findings, Origin
from services.packager.web.aethel.formats import formats
from services.packager.web.aethel.scripting.script_classes import ScriptClasses

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.packager.request import Request
    from services.packager.web.aethel.documents.level_builder import Converted

FORMATS: Final = formats()  # while the build server starts: a sandbox imports nothing
MAX_NAMES: Final = 20  # in one line
LUA: Final = ".lua"
BLUEPRINTS: Final = (".blueprint", ".bp")
BLUEPRINT: Final = "is a blueprint, which no game plays: the game will lack its logic"
_SUFFIXES: Final = (".json", *SCENES)


class ConvertedProject(msgspec.Struct, frozen=True, kw_only=True):
    """A project that the player can read."""

    project: ProjectFiles
    defaults: GameDefaults
    scenes: dict[str, str]  # name of each scene by the file that it was
    titles: dict[str, str]  # of games that begin with a scene, by its name


def convert(
    project: ProjectFiles, texts: Mapping[str, str], request: Request, findings: Findings
) -> ConvertedProject:
    """Everything that can be converted; what cannot, and what gets lost, is reported."""
    defaults = GameDefaults()
    read_editor_settings(project, defaults, findings)
    read_config(project, defaults, findings)
    work = _Conversion(project, texts, request, findings, defaults)
    unread: list[str] = []
    for document in documents_of(project, FORMATS, settings=FILES, unread=unread):
        with findings.walking(document.path):
            work.take(document)
    work.name_scenes()
    if unread:
        names = ", ".join(unread[:MAX_NAMES])
        more = f" and {len(unread) - MAX_NAMES:,} more" if len(unread) > MAX_NAMES else ""
        findings.info(f"large or many, and so taken for data of scripts: {names}{more}")
    for path in project.files:
        if path.lower().endswith(LUA):
            findings.warning(path, "is Lua, which no game runs: write it in TypeScript")
    return ConvertedProject(
        project=project.rewritten(work.made, without=work.replaced),
        defaults=defaults,
        scenes=work.scenes,
        titles=work.titles,
    )


class _Conversion:
    """Converts one document after the other; it answers what converters ask, too."""

    def __init__(
        self,
        project: ProjectFiles,
        texts: Mapping[str, str],
        request: Request,
        findings: Findings,
        defaults: GameDefaults,
    ) -> None:
        self.made: dict[str, bytes] = {}
        self.replaced: set[str] = set()
        self.scenes: dict[str, str] = {}
        self.titles: dict[str, str] = {}
        self._unnamed: list[tuple[str, bytes | None, Converted | None]] = []
        self._project = project
        self._request = request
        self._findings = findings
        self._defaults = defaults
        self._classes = ScriptClasses(texts)

    def script_of(self, class_name: str) -> str | None:
        """The project path of the script that exports a class."""
        return self._classes.file_of(class_name)

    def missing(self, source: Source, message: str, path: str) -> None:
        """An error; in debug a warning, as the player goes on without it."""
        if self._request.configuration == "debug":
            self._findings.warning(source.file, message, path=path)
        else:
            self._findings.error(source.file, message, path=path)

    def take(self, document: Document) -> None:
        """Convert a document, or see that it stays as it is."""
        if document.other:
            self._findings.warning(document.path, document.other)
            if document.path.startswith(FOLDER):
                self.replaced.add(document.path)
        elif document.format is None:
            self._native(document)
        else:
            made = self._converted(document, document.format)
            if made is None:
                return
            if document.format.kind == "scene":
                self._scene(document.path, made)
            else:
                self.made[document.path] = msgspec.json.encode(made.content)
                self._findings.came_from(document.path, Origin(document.path, made.places))

    def name_scenes(self) -> None:
        """Give each scene a name of its own: its file's, with folders where that is taken."""
        names: dict[str, str] = {}
        for path, data, made in sorted(self._unnamed, key=lambda item: _rank(item[0])):
            stem = posixpath.splitext(path)[0] if data is None else _stem(path)
            name = posixpath.basename(stem)
            if path.startswith(FOLDER):
                name = stem.removeprefix(FOLDER)
            elif name in names:
                name = stem
            if name in names:
                message = f"is left out: {names[name]} is the scene {name!r} already"
                self._findings.warning(path, message)
                self.replaced.add(path)
                continue
            names[name] = path
            self.scenes[path] = name
            if data is not None:
                self._write(path, name, data, made)

    def _write(self, path: str, name: str, data: bytes, made: Converted | None) -> None:
        target = f"{FOLDER}{name}.json"
        if path != target and not is_data(path):
            self.replaced.add(path)
        self.made[target] = data
        self._findings.came_from(target, Origin(path, made.places if made else None))
        if made and made.title:
            self.titles[name] = made.title

    def _native(self, document: Document) -> None:
        """A scene that the player reads itself; gravity and the like may come from elsewhere."""
        path, content = document.path, document.content
        if path.lower().endswith(PARTS):
            if path.lower().endswith(BLUEPRINTS):
                self._findings.warning(path, BLUEPRINT)
            return  # whoever uses it reads it
        if is_level(content):
            content = self._with_defaults(self._with_prefabs(content))
            changed = content is not document.content or not _ships_as_it_is(path)
            self._unnamed.append((path, msgspec.json.encode(content) if changed else None, None))
        elif is_runtime_scene(content):
            data = None if _ships_as_it_is(path) else msgspec.json.encode(content)
            self._unnamed.append((path, data, None))
        elif _ships_as_it_is(path):
            self._unnamed.append((path, None, None))  # whoever reads it says what is wrong
        elif path.lower().endswith((*SCENES, *NAMED)):
            fault = document.fault or "is no scene of a known format"
            self._findings.error(path, f"{fault}; leave it out with excludePatterns")
        elif document.fault:
            self._findings.warning(path, document.fault)

    def _converted(self, document: Document, known: Any) -> Converted | None:
        source = Source(document.path, document.content, self._findings)
        before = len(self._findings.errors)
        made: Converted | None = None
        with self._findings.walking(document.path):
            made = known.convert(source, self)
        if made is None or len(self._findings.errors) > before:
            return made
        if is_too_deep(made.content):
            message = f"is nested too deep for a {known.name}: at most {MAX_DEPTH} levels"
            self._findings.error(document.path, message)
            return None
        return made

    def _scene(self, path: str, made: Converted) -> None:
        content = self._with_defaults(made.content)
        self._unnamed.append((path, msgspec.json.encode(content), made))

    def _with_prefabs(self, content: dict[str, Any]) -> dict[str, Any]:
        """The level with the prefabs that it refers to and has in files of their own."""
        prefabs = content.get("prefabs") or []
        if not isinstance(prefabs, list):
            return content  # whoever reads it says what is wrong
        there = {prefab.get("id") for prefab in prefabs if _is_named(prefab)}
        files = _prefab_files(content)
        found = []
        for name in sorted((_prefabs_wanted(content) - there) & files.keys()):
            path = resolve(self._project, files[name])
            prefab = self._prefab(path) if path else None
            if prefab:
                found.append({**prefab, "id": name})
        return {**content, "prefabs": [*prefabs, *found]} if found else content

    def _prefab(self, path: str) -> dict[str, Any] | None:
        """A prefab's file as the player reads it."""
        try:
            content = read_value(self._project, path)
        except UnreadableError:
            return None
        known = next((one for one in FORMATS if one.recognises(content)), None)
        if known and known.kind == "prefab":
            made = self._converted(Document(path, content, known), known)
            content = made.content if made else None
        return content if isinstance(content, dict) and "entities" in content else None

    def _with_defaults(self, content: dict[str, Any]) -> dict[str, Any]:
        """The level with the settings that it lacks; itself where it lacks none."""
        given = content.get("settings")
        if given is not None and not isinstance(given, dict):
            return content  # whoever reads it says what is wrong
        settings = dict(given or {})
        changed = False
        for group, fields in self._defaults.level.items():
            own = settings.get(group)
            inner = {k: v for k, v in own.items() if v is not None} if isinstance(own, dict) else {}
            if not fields.keys() <= inner.keys():
                settings[group] = {**fields, **inner}
                changed = True
        return {**content, "settings": settings} if changed else content


def _is_named(item: Any) -> bool:
    return isinstance(item, dict) and isinstance(item.get("id"), str)


def _prefabs_wanted(content: dict[str, Any]) -> set[str]:
    """The ids of prefabs that entities stand for."""
    return {
        entity["prefabId"]
        for entity in content["entities"]
        if isinstance(entity, dict)
        and isinstance(entity.get("prefabId"), str)
        and entity.get("prefabInstanceId") is None
    }


def _prefab_files(content: dict[str, Any]) -> dict[str, str]:
    """The path of each prefab in the level's table of assets, by its id."""
    assets = content.get("assets")
    return {
        asset["id"]: asset["path"]
        for asset in (assets if isinstance(assets, list) else ())
        if _is_named(asset) and asset.get("type") == "prefab" and isinstance(asset.get("path"), str)
    }


def _rank(path: str) -> tuple[int, str]:
    """Scenes where the player looks for them have the first word, then the editor's levels."""
    return (0 if path.startswith(FOLDER) else 1 if path.startswith(LEVELS) else 2), path


def _ships_as_it_is(path: str) -> bool:
    return path.startswith(FOLDER) and path.endswith((".json", ".aelv"))


def _stem(path: str) -> str:
    """Without suffixes: ``levels/main.level.json`` is ``levels/main``."""
    for suffix in (".level.json", ".scene.json", *_SUFFIXES):
        if path.lower().endswith(suffix) and posixpath.basename(path).lower() != suffix:
            return path[: -len(suffix)]
    return path


def scene_named(scenes: Mapping[str, str], reference: str) -> str | None:
    """The name of the scene that a file's path, or a name, means."""
    path = normalized(reference)
    if path in scenes:
        return scenes[path]
    return path if path in scenes.values() else None
