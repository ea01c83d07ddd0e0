"""Assembly puts a game and the player together: every file of the site."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from services.packager.build.naming import title_of, version_of
from services.packager.build.plan import Content, ordered
from services.packager.build.stages import Stage
from services.packager.web.aethel import page, player_chunks, preload, size_report
from services.packager.web.aethel.game_settings import settings_of
from services.packager.web.aethel.media import suffix_of
from services.packager.web.aethel.navigation import Navigation, bake
from services.packager.web.aethel.navigation.baker import Baker
from services.packager.web.aethel.optimization import optimize
from services.packager.web.aethel.scripting.script_bundle import Bundle, Bundler
from services.packager.web.game_site import Site

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.packager.build.context import BuildContext
    from services.packager.request import Request
    from services.packager.web.aethel.findings import Findings
    from services.packager.web.aethel.load_project import LoadedProject
    from services.packager.web.aethel.optimization import Optimized
    from shared.domain.options import Configuration
    from shared.templates import Template

SINGLE_FILE: Final = "single-file"  # a format of the platform web
BOOT: Final = "aethel.json"
LICENCE: Final = ".LEGAL.txt"  # stands beside what it is for
LANGUAGE: Final = "en"


def assemble(
    loaded: LoadedProject,
    template: Template,
    request: Request,
    context: BuildContext,
    findings: Findings,
) -> Site:
    """The site.

    Raises:
        InvalidProjectError: Everything that was found wrong, scripts included.
    """
    player = player_chunks.player_of(template)
    if loaded.texts:
        context.stage(Stage(name="bundling"))
    bundler = Bundler(template, player, context, loaded.project, loaded.texts)
    bundle = _bundled(loaded, bundler, request, findings)
    pictures = page.pictures(loaded.project, request, _icon(loaded), findings)
    findings.check()
    title = title_of(loaded.project, request, scene=loaded.title)
    version = version_of(loaded.project, request)
    variant = bundle.variant if bundle else player.variants["lean"]
    level = "off" if request.configuration == "debug" else request.options.optimize
    coder = player_chunks.mesh_coder_of(template, player, variant)
    optimized = optimize(loaded, level, coder, context, findings)
    game_files = _game_files(loaded, optimized)
    navigation = bake(loaded, game_files, Baker(template, player.baker), context, findings)
    chunks = _chunks(loaded, variant, bundle, request)
    chunks |= {player_chunks.MESH_DECODER} if optimized.packs_meshes else set()
    player_files = _player_files(template, variant, chunks)
    # Else all is at hand: there is no network to wait for.
    hosted = request.platform == "web" and request.options.format != SINGLE_FILE
    scripts = _script_files(bundle, request) if bundle else {}
    later = {*variant.fetched}  # beside what is fetched as data, what is seldom needed
    later |= set() if navigation.player_bakes() else {*variant.chunks[player_chunks.BAKING]}
    modules = [path for path in (*player_files, *scripts) if path.endswith(".js")]
    made = scripts | page.page_files(
        template,
        player,
        variant.entry,
        modules=(path for path in modules if path not in later),
        fetched=_fetched_first(loaded, variant, game_files, navigation) if hosted else (),
        title=title,
        language=loaded.game.language or LANGUAGE,
        orientation=loaded.game.orientation,
        debug=request.configuration == "debug",
        transcodes=not variant.fetched.intersection(variant.chunks["ktx2"]).isdisjoint(
            player_files
        ),
        pictures=pictures,
    )
    pwa = bool(loaded.game.pwa) and hosted
    settings = settings_of(
        loaded.document, title=title, version=version, start=loaded.start, pwa=pwa
    )
    settings |= {"hud": loaded.huds} if loaded.huds else {}
    made[BOOT] = _boot(
        loaded, settings, game_files, navigation, bundle, configuration=request.configuration
    )
    contents = {content.path: content for content in game_files.values()} | player_files
    contents |= navigation.contents
    contents |= {path: Content.made(path, data) for path, data in made.items()}
    size_report.report_sizes(contents, findings)
    if pwa:
        contents[page.WORKER] = Content.made(page.WORKER, page.worker(template, player, contents))
    return Site(
        contents=ordered(contents.values()),
        title=title,
        version=version,
        notes=tuple(findings.notes),
        templates=(template,),
        icon=_icon(loaded) or "",
        hashed=frozenset({*player_files, *navigation.contents, *([bundle.path] if bundle else [])}),
        lacking=(*navigation.lacking, *findings.lacking),
        computed_modules=(bundle.path,) if bundle else (),
    )


def _bundled(
    loaded: LoadedProject, bundler: Bundler, request: Request, findings: Findings
) -> Bundle | None:
    """The scripts that are shipped, as one module; the others are looked at, too."""
    minify = request.configuration != "debug"
    if findings.errors:  # what a broken scene reaches is not known: then it is all scripts
        return bundler.bundle(loaded.texts, findings, minify=minify)
    reach = loaded.reach
    bundle = bundler.bundle(reach.scripts, findings, minify=minify)
    bundler.check_unused(loaded.texts.keys() - reach.scripts - reach.modules, findings)
    return bundle


def _icon(loaded: LoadedProject) -> str | None:
    icon = loaded.game.icon
    return loaded.index.find(icon) if icon else None


def _game_files(loaded: LoadedProject, optimized: Optimized) -> dict[str, Content]:
    """Scenes and assets by their path in the project, which is their path in the site, too.

    Those that are shipped in another form get its suffix behind their path in the site.
    """
    paths = {loaded.scenes[name].file for name in loaded.reach.scenes}
    paths |= loaded.reach.files - optimized.absorbed
    derived = optimized.derived
    return {
        path: Content.on_disk(path + derived[path].suffix, derived[path])
        if path in derived
        else Content.of(loaded.project, path, suffix=suffix_of(path))
        for path in sorted(paths)
    }


def _chunks(
    loaded: LoadedProject, variant: player_chunks.Variant, bundle: Bundle | None, request: Request
) -> set[str]:
    """Those parts of the player that the game may ask for, or imports."""
    asked = player_chunks.chunks_of(
        loaded.shipped,
        loaded.reach.files,
        [loaded.texts[path] for path in loaded.reach.scripts | loaded.reach.modules],
        loaded.index,
        request.configuration,
    )
    return asked | (player_chunks.imported_chunks(variant, bundle.imported) if bundle else set())


def _player_files(
    template: Template, variant: player_chunks.Variant, chunks: set[str]
) -> dict[str, Content]:
    """The player's core, and those of its chunks."""
    names = {*variant.core, *(file for chunk in chunks for file in variant.chunks.get(chunk, ()))}
    names |= {licence for name in names if (licence := name + LICENCE) in template.files}
    return {name: Content.made(name, template.read(name)) for name in sorted(names)}


def _fetched_first(
    loaded: LoadedProject,
    variant: player_chunks.Variant,
    game_files: Mapping[str, Content],
    navigation: Navigation,
) -> list[str]:
    """What the player fetches before its first frame, by its path in the site."""
    start = loaded.scenes[loaded.start]
    first = preload.files(start, loaded)
    scene, *others = (game_files[path].path for path in first if path in game_files)
    baked = navigation.scenes.get(start.file)
    bakes = navigation.player_bakes(start.file)
    programs = preload.programs(loaded, variant, first, bakes=bakes)
    meshes = [content.path for content in baked.contents] if baked else []
    return [BOOT, scene, *programs, *meshes, *others]


def _script_files(bundle: Bundle, request: Request) -> dict[str, bytes]:
    """The module, and its map where somebody is to look into it."""
    wanted = request.configuration == "debug" or request.options.include_debug_symbols
    if not wanted or bundle.source_map is None:
        return {bundle.path: bundle.code}
    name = bundle.path.rpartition("/")[2]
    code = bundle.code + f"//# sourceMappingURL={name}.map\n".encode()
    return {bundle.path: code, f"{bundle.path}.map": bundle.source_map}


def _boot(
    loaded: LoadedProject,
    settings: dict[str, Any],
    files: Mapping[str, Content],
    navigation: Navigation,
    bundle: Bundle | None,
    *,
    configuration: Configuration,
) -> bytes:
    """What the player reads first."""
    document = {
        "format": 1,
        "gameId": loaded.game.id or loaded.project.project_id,
        "configuration": configuration,
        "game": settings,
        "scenes": {name: loaded.scenes[name].file for name in sorted(loaded.reach.scenes)},
        "files": {
            path: _entry(path, content)
            for path, content in (*files.items(), *navigation.contents.items())
        },
        **({"navigation": navigation.tables} if navigation.scenes else {}),
        "scripts": bundle.path if bundle else None,
    }
    return msgspec.json.encode(document)


def _entry(path: str, content: Content) -> dict[str, Any]:
    other = {} if content.path == path else {"url": content.path}
    return {"size": content.size_bytes, **other}
