"""A project with its own page is exported as it is, plus what installing it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from services.packager.build.naming import title_of, version_of
from services.packager.build.plan import Content, Note, ordered
from services.packager.project.html_page import Page, insert, read_page
from services.packager.project.unreadable import UnreadableError, decoding
from services.packager.web import broken_files, icons, reference_check, web_manifest
from services.packager.web.game_site import ENTRY, Site
from shared.errors import ProjectError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from services.packager.project.files import ProjectFiles
    from services.packager.request import Request


EMPTY: Final = Note(
    file=ENTRY,
    message="shows nothing: it has no script, no element and no text; add what it is to show, or "
    '<script type="module" src="…"></script>',
)


class NoPageError(ProjectError):
    """The folder that ``outputDir`` names has no page."""

    def __init__(self, folder: str) -> None:
        super().__init__(
            f"outputDir names {folder!r}, which has no {ENTRY}: push what your build has written "
            "into it, or leave the option out"
        )


def output_site(project: ProjectFiles, request: Request, folder: str) -> Site:
    """The files of a folder that some tool has written, as those of a project of its own.

    Raises:
        NoPageError: It has no page.
    """
    folder = folder.strip("/")
    pages = project.below(folder)
    if ENTRY not in pages:
        raise NoPageError(folder)
    kept = [path for path in pages.files if ships(path, request)]
    contents = {path: Content.taken(project.files[f"{folder}/{path}"], path=path) for path in kept}
    version = version_of(project, request)
    made = page_site(pages, contents, request, version=version, pictures=project)
    message = "is shipped as it is: whether its sources have changed since cannot be known"
    told = Note(level="info", file=folder, message=message)
    return msgspec.structs.replace(made, notes=(told, *made.notes))


def site(project: ProjectFiles, request: Request) -> Site:
    """All files of the project, the page with its links, and the files that were made for it."""
    kept = {path: file for path, file in project.files.items() if ships(path, request)}
    made = page_site(
        project,
        {path: Content.taken(file, path=path) for path, file in kept.items()},
        request,
        version=version_of(project, request),
        pictures=project,
    )
    left_out = _left_out(len(project.files) - len(kept))
    return msgspec.structs.replace(made, notes=(*left_out, *made.notes))


def page_site(
    pages: ProjectFiles,
    contents: Mapping[str, Content],
    request: Request,
    *,
    version: str,
    pictures: ProjectFiles,
) -> Site:
    """A site around a page: its files, the page with its links, and what was made for it.

    Args:
        pages: The site's files, to be read.
        contents: The same, to be shipped.
        request: What was asked for.
        version: The game's.
        pictures: Where ``appIcon`` lies.
    """
    source = pages.read(ENTRY)
    page, unread = _page(source)
    title = title_of(pages, request)
    made, notes = _made(pictures, request, page, title)
    links = web_manifest.links(made.keys(), page.link_rels)
    shipped = {path: Content.made(path, data) for path, data in made.items()} | dict(contents)
    if links and not unread:
        shipped[ENTRY] = Content.made(ENTRY, insert(source, page, links))
    return Site(
        contents=ordered(shipped.values()),
        title=title,
        version=version,
        notes=(
            *_not_optimized(request),
            *(Note.kept(path) for path in sorted(made.keys() & contents.keys())),
            *notes,
            *unread,
            *([EMPTY] if page.shows_nothing and not unread else []),
            *reference_check.check(pages, page),
            *_broken(pages, page),
        ),
    )


def _broken(pages: ProjectFiles, page: Page) -> list[Note]:
    """What cannot be read of what the page names."""
    found = list(reference_check.follow(pages, page))
    scripts = {one.target for one in found if one.target and one.reference.script}
    return broken_files.check(pages, {one.target for one in found if one.target}, scripts)


def ships(path: str, request: Request) -> bool:
    """Source maps go out with debug builds and on request only."""
    wanted = request.configuration == "debug" or request.options.include_debug_symbols
    return wanted or not path.endswith(".map")


def _page(source: bytes) -> tuple[Page, list[Note]]:
    """The page; an empty one, and a note, where it cannot be read: then it goes as it is."""
    try:
        with decoding(ENTRY):
            return read_page(source), []
    except UnreadableError as error:
        return Page(), [Note(file=ENTRY, message=f"is shipped as it is: it {error}")]


def _left_out(count: int) -> Iterator[Note]:
    if count:
        message = f"left out {count} *.map files; includeDebugSymbols or debug keeps them"
        yield Note(level="info", message=message)


def _not_optimized(request: Request) -> Iterator[Note]:
    if request.options.optimize != "off":
        yield Note(message="optimize has no effect: the page decodes its files itself")


def _made(
    pictures: ProjectFiles, request: Request, page: Page, title: str
) -> tuple[dict[str, bytes], list[Note]]:
    """Icons, and the web manifest unless the page names its own."""
    icon = request.options.app_icon
    made, notes = icons.render(pictures, icon) if icon else ({}, [])
    own_manifest = "manifest" in page.link_rels
    if icon and own_manifest and "icon" in page.link_rels:
        message = f"appIcon is not shown: {ENTRY} links a web manifest and icons of its own"
        notes.append(Note(file=icon, message=message))
    if not own_manifest:
        made[web_manifest.MANIFEST] = web_manifest.manifest(title, made.keys())
    return made, notes
