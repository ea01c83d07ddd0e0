"""A project with its own page is exported as it is, plus what installing it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from services.packager.build.naming import FIRST_VERSION, is_version, title_of, version_of
from services.packager.build.plan import Content, Note, ordered
from services.packager.project.game_json import GAME, read_game
from services.packager.project.html_page import Page, insert, read_page
from services.packager.project.unreadable import UnreadableError, decoding
from services.packager.web import icons, web_manifest
from services.packager.web.aethel.findings import Finding, InvalidProjectError
from services.packager.web.game_site import ENTRY, Site
from services.packager.web.html5 import (
    blank_page,
    broken_files,
    page_head,
    reference_check,
    syntax_check,
)
from services.packager.web.html5.own_icon import own_icon
from services.packager.web.html5.source_maps import is_source_map
from shared.errors import ProjectError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from services.packager.build.context import BuildContext
    from services.packager.project.files import ProjectFiles
    from services.packager.request import Request


class NoPageError(ProjectError):
    """The folder that ``outputDir`` names has no page."""

    def __init__(self, folder: str) -> None:
        super().__init__(
            f"outputDir names {folder!r}, which has no {ENTRY}: push what your build has written "
            "into it, or leave the option out"
        )


def output_site(
    project: ProjectFiles, request: Request, context: BuildContext, folder: str
) -> Site:
    """The files of a folder that some tool has written, as those of a project of its own.

    Raises:
        InvalidProjectError: Its page shows nothing.
        NoPageError: It has no page.
    """
    folder = folder.strip("/")
    pages = project.below(folder)
    if ENTRY not in pages:
        raise NoPageError(folder)
    kept, left_out = shipped(pages, request)
    contents = {
        path: Content.taken(project.files[f"{folder}/{path}"], path=path) for path in kept.files
    }
    version = version_of(project, request)
    made = page_site(kept, contents, request, context, version=version, pictures=project)
    message = "is shipped as it is: whether its sources have changed since cannot be known"
    told = Note(level="info", file=folder, message=message)
    return msgspec.structs.replace(made, notes=(told, *left_out, *made.notes))


def site(project: ProjectFiles, request: Request, context: BuildContext) -> Site:
    """All files of the project, the page with its links, and the files that were made for it.

    Raises:
        InvalidProjectError: The page shows nothing.
    """
    kept, left_out = shipped(project, request)
    contents = {path: Content.taken(file, path=path) for path, file in kept.files.items()}
    version = version_of(project, request)
    made = page_site(kept, contents, request, context, version=version, pictures=project)
    notes = (*left_out, *_of_settings(project, request), *made.notes)
    return msgspec.structs.replace(made, notes=notes)


def page_site(
    pages: ProjectFiles,
    contents: Mapping[str, Content],
    request: Request,
    context: BuildContext,
    *,
    version: str,
    pictures: ProjectFiles,
) -> Site:
    """A site around a page: its files, the page with its links, and what was made for it.

    Args:
        pages: The site's files, to be read.
        contents: The same, to be shipped.
        request: What was asked for.
        context: Of the export.
        version: The game's.
        pictures: Where ``appIcon`` lies.

    Raises:
        InvalidProjectError: The page shows nothing.
    """
    source = pages.read(ENTRY)
    page, unread = _page(source)
    title = title_of(pages, request)
    made, notes = _made(pages, pictures, request, page, title)
    shipped = {path: Content.made(path, data) for path, data in made.items()} | dict(contents)
    added_files = {path: data for path, data in made.items() if path not in pages}
    ships = pages.rewritten(added_files, without=())
    checked, lacking = _checked(ships, None if unread else page, context)
    added = page_head.additions(page, source, made.keys(), contents.keys())
    if added.markup and not unread:
        shipped[ENTRY] = Content.made(ENTRY, insert(source, page, added.markup))
    return Site(
        contents=ordered(shipped.values()),
        title=title,
        version=version,
        icon=own_icon(pages, page, ENTRY, pictures),
        notes=(
            *_not_optimized(request),
            *(Note.kept(path) for path in sorted(made.keys() & contents.keys())),
            *notes,
            *(unread or added.notes),
            *checked,
        ),
        lacking=lacking,
    )


def shipped(project: ProjectFiles, request: Request) -> tuple[ProjectFiles, list[Note]]:
    """Source maps go out with debug builds and on request only."""
    if request.configuration == "debug" or request.options.include_debug_symbols:
        return project, []
    maps = {path for path in project.files if is_source_map(project, path)}
    if not maps:
        return project, []
    message = f"left out {len(maps)} source maps (*.map); includeDebugSymbols or debug keeps them"
    return project.rewritten({}, without=maps), [Note(level="info", message=message)]


def _checked(
    ships: ProjectFiles, page: Page | None, context: BuildContext
) -> tuple[list[Note], tuple[str, ...]]:
    """What is wrong with what the page, if it can be read, loads; and what was not looked into.

    Raises:
        InvalidProjectError: It shows nothing, or something is not there at all.
    """
    loaded = reference_check.load(ships)
    scripts = {path for path, kind in loaded.files.items() if kind in ("classic", "module")}
    broken = broken_files.check(ships, loaded.files, scripts)
    syntax = syntax_check.check(ships, loaded, context)
    if page and (fault := blank_page.fault_of(ships, page, loaded, syntax.broken)):
        raise InvalidProjectError([Finding(file=ENTRY, message=fault)])
    told = {note.file for note in broken}
    notes = [*loaded.notes, *broken, *(note for note in syntax.notes if note.file not in told)]
    return notes, syntax.lacking


def _page(source: bytes) -> tuple[Page, list[Note]]:
    """The page; an empty one, and a note, where it cannot be read: then it goes as it is."""
    try:
        with decoding(ENTRY):
            return read_page(source), []
    except UnreadableError as error:
        return Page(), [Note(file=ENTRY, message=f"is shipped as it is: it {error}")]


def _of_settings(project: ProjectFiles, request: Request) -> Iterator[Note]:
    """What is odd about the names in ``game.json``."""
    game = read_game(project)
    for field, message in game.faults:
        if field in ("", "name", "version"):
            yield Note(file=GAME, path=f"$.{field}" if field else "", message=message)
    own = game.version.strip()
    if own and not is_version(own) and not request.options.app_version:
        message = f"{own!r} is no version like 1.2.0; {FIRST_VERSION} is taken"
        yield Note(file=GAME, path="$.version", message=message)


def _not_optimized(request: Request) -> Iterator[Note]:
    if request.options.optimize != "off":
        yield Note(message="optimize has no effect: the page decodes its files itself")


def _made(
    pages: ProjectFiles, pictures: ProjectFiles, request: Request, page: Page, title: str
) -> tuple[dict[str, bytes], list[Note]]:
    """Icons, and the web manifest unless the page names its own."""
    icon = request.options.app_icon
    made, notes = icons.render(pictures, icon) if icon else ({}, [])
    own_manifest = "manifest" in page.link_rels
    if icon and own_manifest and "icon" in page.link_rels:
        message = f"appIcon is not shown: {ENTRY} links a web manifest and icons of its own"
        notes.append(Note(file=icon, message=message))
    if not own_manifest:
        orientation = read_game(pages).orientation
        made[web_manifest.MANIFEST] = web_manifest.manifest(title, made.keys(), orientation)
    return made, notes
