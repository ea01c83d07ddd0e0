"""A project is loaded as a whole: everything is read, and everything that is wrong is reported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from services.packager.project.game_json import GAME
from services.packager.web.aethel import (
    asset_faults,
    missing_entry,
    reachability,
    reference_check,
    shadows,
    size_report,
    visibility,
)
from services.packager.web.aethel.asset_index import AssetIndex
from services.packager.web.aethel.convert_project import convert
from services.packager.web.aethel.game_settings import read_settings, start_scene
from services.packager.web.aethel.reachability import ReachableAssets
from services.packager.web.aethel.reading import read_scene
from services.packager.web.aethel.scenes import Scene, names_of
from services.packager.web.aethel.schema.scenes import Game
from services.packager.web.aethel.scripting.script_classes import is_hud
from services.packager.web.aethel.scripting.script_properties import ScriptProperties
from services.packager.web.aethel.scripting.scripts import read_script, scripts_of
from shared.domain.globs import matches_any
from shared.domain.video.spec import spec_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.packager.project.files import ProjectFiles
    from services.packager.request import Request
    from services.packager.web.aethel.findings import Findings


class LoadedProject(msgspec.Struct, kw_only=True):
    """A project, read."""

    index: AssetIndex
    game: Game
    document: dict[str, Any]  # game.json as it stands there
    scenes: dict[str, Scene]
    texts: dict[str, str]  # scripts
    start: str  # scene
    title: str  # that it gives a game without a name of its own
    huds: list[str]  # scripts whose components are shown above the picture
    reach: ReachableAssets  # what is shipped

    @property
    def project(self) -> ProjectFiles:
        """Its files."""
        return self.index.project

    @property
    def shipped(self) -> list[Scene]:
        """Scenes that are shipped, in order, and prefabs in files of their own."""
        prefabs = map(self.index.known_prefab, sorted(self.reach.files))
        return [self.scenes[name] for name in sorted(self.reach.scenes)] + [*filter(None, prefabs)]


def inspect(project: ProjectFiles, request: Request, findings: Findings) -> LoadedProject:
    """Read all of a project; an error is reported, and the rest is looked at nevertheless."""
    texts = {path: read_script(project, path, findings) for path in scripts_of(project)}
    converted = convert(project, texts, request, findings)
    project, defaults = converted.project, converted.defaults
    game, document = read_settings(project, defaults, findings)
    files = names_of(project, findings)
    video = request.options.video
    start = start_scene(
        game,
        converted,
        files,
        findings,
        debug=request.configuration == "debug",
        filmed=(video.scene or "") if video else "",
    )
    if not start:
        project = missing_entry.placed(project, texts, entry=defaults.entry or "")
        files = names_of(project, findings)
        start = missing_entry.SCENE
    index = AssetIndex(project, request, findings)
    read = {name: read_scene(project, name, file, findings) for name, file in files.items()}
    scenes = {name: scene for name, scene in read.items() if scene}
    properties = ScriptProperties(index, texts)
    for scene in scenes.values():
        with findings.walking(scene.file):
            reference_check.check(scene, index, findings)
            properties.check(scene, findings)
        shadows.check(scene, game, findings)
    for prefab in filter(None, map(index.known_prefab, project.files)):
        properties.check(prefab, findings)
    also = _also(game, index, findings)
    used = ReachableAssets()
    huds = _huds(game, texts, index)
    with findings.walking(GAME):
        used = reachability.reachable(index, scenes, texts, start=start, also=[*also, *huds])
    strips = request.configuration != "debug"
    directing = spec_of(request.options).project_files
    size_report.report_unused(project, used, findings, strips=strips, besides=directing)
    shipped = used if strips else reachability.everything(index, scenes, texts, also=used)
    icon = index.find(game.icon) if game.icon else None  # the game does without
    asset_faults.check(index, shipped.files, used.files - {icon}, findings)
    visibility.check(scenes.get(start), index, request, findings, has_hud=bool(huds))
    size_report.report_others(project, shipped.files | directing, findings)
    return LoadedProject(
        index=index,
        game=game,
        document=document,
        scenes=scenes,
        texts=texts,
        start=start,
        title=converted.titles.get(start, ""),
        huds=huds,
        reach=shipped,
    )


def _huds(game: Game, texts: Mapping[str, str], index: AssetIndex) -> list[str]:
    """The scripts whose components are shown above the picture: found, and named."""
    found = {path for path, text in texts.items() if is_hud(path, text)}
    named = (index.find_script(reference) for reference in game.hud or [])
    return sorted(found.union(path for path in named if path))


def _also(game: Game, index: AssetIndex, findings: Findings) -> list[str]:
    """What ``game.json`` names: pictures, HUDs, and files to be kept whoever uses them."""
    needed = []
    for field, reference in (("splashScreen", game.splash_screen), ("icon", game.icon)):
        if not reference:
            continue
        if path := index.find(reference):
            needed.append(path)
        else:
            index.missing(GAME, reference, f"$.{field}")
    for number, reference in enumerate(game.hud or []):
        if path := index.find_script(reference):
            needed.append(path)
        else:
            index.missing(GAME, reference, f"$.hud[{number}]")
    included = [path for path in index.project.files if matches_any(path, game.include or [])]
    for glob in game.include or []:
        if not any(matches_any(path, [glob]) for path in included):
            findings.warning(GAME, f"{glob!r} names no file", path="$.include")
    return needed + included
