"""A project with its own page is exported as it is, plus what installing it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.packager.build.naming import title_of, version_of
from services.packager.build.plan import Content, Note, ordered
from services.packager.project.html_page import Page, insert, read_page
from services.packager.project.unreadable import UnreadableError, decoding
from services.packager.web import icons, reference_check, web_manifest
from services.packager.web.game_site import ENTRY, Site

if TYPE_CHECKING:
    from collections.abc import Iterator

    from services.packager.project.files import ProjectFiles
    from services.packager.request import Request


def site(project: ProjectFiles, request: Request) -> Site:
    """All files of the project, the page with its links, and the files that were made for it."""
    source = project.read(ENTRY)
    page, unread = _page(source)
    title = title_of(project, request)
    kept = {path: file for path, file in project.files.items() if _ships(path, request)}
    made, notes = _made(project, request, page, title)
    links = web_manifest.links(made.keys(), page.link_rels)
    contents = {path: Content.made(path, data) for path, data in made.items()}
    contents |= {path: Content.taken(file, path=path) for path, file in kept.items()}
    if links and not unread:
        contents[ENTRY] = Content.made(ENTRY, insert(source, page, links))
    return Site(
        contents=ordered(contents.values()),
        title=title,
        version=version_of(project, request),
        notes=(
            *_left_out(len(project.files) - len(kept)),
            *_not_optimized(request),
            *(Note.kept(path) for path in sorted(made.keys() & kept.keys())),
            *notes,
            *unread,
            *reference_check.check(project, page),
        ),
    )


def _page(source: bytes) -> tuple[Page, list[Note]]:
    """The page; an empty one, and a note, where it cannot be read: then it goes as it is."""
    try:
        with decoding(ENTRY):
            return read_page(source), []
    except UnreadableError as error:
        return Page(), [Note(file=ENTRY, message=f"is shipped as it is: it {error}")]


def _ships(path: str, request: Request) -> bool:
    """Source maps go out with debug builds and on request only."""
    wanted = request.configuration == "debug" or request.options.include_debug_symbols
    return wanted or not path.endswith(".map")


def _left_out(count: int) -> Iterator[Note]:
    if count:
        message = f"left out {count} *.map files; includeDebugSymbols or debug keeps them"
        yield Note(level="info", message=message)


def _not_optimized(request: Request) -> Iterator[Note]:
    if request.options.optimize != "off":
        yield Note(message="optimize has no effect: the page decodes its files itself")


def _made(
    project: ProjectFiles, request: Request, page: Page, title: str
) -> tuple[dict[str, bytes], list[Note]]:
    """Icons, and the web manifest unless the page names its own."""
    icon = request.options.app_icon
    made, notes = icons.render(project, icon) if icon else ({}, [])
    own_manifest = "manifest" in page.link_rels
    if icon and own_manifest and "icon" in page.link_rels:
        message = f"appIcon is not shown: {ENTRY} links a web manifest and icons of its own"
        notes.append(Note(file=icon, message=message))
    if not own_manifest:
        made[web_manifest.MANIFEST] = web_manifest.manifest(title, made.keys())
    return made, notes
