"""A project with its own page: exported as it is, plus what hosting and installing it need."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

import msgspec

from services.packager.html import insert, read_page
from services.packager.naming import title_of
from services.packager.plan import Content, Note, Plan, ordered
from services.packager.platforms.web import hosting, icons, references

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from services.packager.html import Page
    from services.packager.plan import Request
    from services.packager.project import ProjectFiles

ENTRY: Final = "index.html"
MANIFEST: Final = "manifest.webmanifest"
MAX_SHORT_NAME: Final = 12  # what launchers show below an icon


def plan(project: ProjectFiles, request: Request) -> Plan:
    """All files of the project, the page with its links, and the files that were made for it."""
    source = project.read(ENTRY)
    page = read_page(source)
    title = title_of(project, request)
    kept = {path: file for path, file in project.files.items() if _ships(path, request)}
    made, notes = _made(project, request, page, title)
    made |= hosting.files({*kept, *made}, isolated=request.options.wasm_threads)
    clashes = sorted(made.keys() & kept.keys())
    links = _links(page, made.keys())
    contents = {path: Content.made(path, data) for path, data in made.items()}
    contents |= {path: Content.taken(file) for path, file in kept.items()}
    if links:
        contents[ENTRY] = Content.made(ENTRY, insert(source, page, links))
    return Plan(
        contents=ordered(contents.values()),
        title=title,
        entry=ENTRY,
        notes=(
            *_left_out(len(project.files) - len(kept)),
            *(
                Note(level="info", file=path, message="the project's own is kept")
                for path in clashes
            ),
            *notes,
            *references.check(project, page),
        ),
    )


def _ships(path: str, request: Request) -> bool:
    """Source maps go out with debug builds and on request only."""
    wanted = request.configuration == "debug" or request.options.include_debug_symbols
    return wanted or not path.endswith(".map")


def _left_out(count: int) -> Iterator[Note]:
    if count:
        message = f"left out {count} *.map files; includeDebugSymbols or debug keeps them"
        yield Note(level="info", message=message)


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
        made[MANIFEST] = _manifest(title, made.keys())
    return made, notes


def _manifest(title: str, names: Collection[str]) -> bytes:
    """W3C Web Application Manifest; every URL is relative to it, so that any folder will do."""
    document = {
        "name": title,
        "short_name": title[:MAX_SHORT_NAME].strip(),
        "start_url": ".",
        "scope": ".",
        "display": "fullscreen",
        "icons": icons.manifest_entries(names),
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


def _links(page: Page, made: Collection[str]) -> str:
    """The elements that the page's head lacks, nothing that it has already."""
    links = []
    if "manifest" not in page.link_rels:
        links.append(("manifest", MANIFEST))
    links += [
        (rel, path) for rel, path in icons.LINKS if path in made and rel not in page.link_rels
    ]
    return "".join(f'<link rel="{rel}" href="{escape(path)}">' for rel, path in links)
