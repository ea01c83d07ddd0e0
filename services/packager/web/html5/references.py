"""References are the URLs that pages, styles and scripts hold, each with what it is relative to."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Final, Literal
from urllib.parse import urlsplit

import msgspec

from services.packager.project.html_page import Page, read_page
from services.packager.project.unreadable import UnreadableError, decoding
from services.packager.web.html5.import_map import SITE, ImportMap, import_map_of
from services.packager.web.html5.url_scanner import MODULES, Kind, css_urls, js_urls

if TYPE_CHECKING:
    from collections.abc import Iterator

    from services.packager.project.files import ProjectFiles
    from services.packager.project.html_page import Embedded

MAX_SCANNED_BYTES: Final = 2 << 20  # of one file; what is larger came out of a bundler
PAGES: Final = (".html", ".htm")
SCRIPTS: Final = (".js", ".mjs")
_BESIDE: Final = frozenset({"beside", *MODULES})  # what is relative to the script, not the page


class Reference(msgspec.Struct, frozen=True):
    """One URL as a file writes it; ``base`` is the folder that it is relative to."""

    file: str
    line: int
    url: str
    base: str
    kind: Kind = "url"
    script: Literal["", "module", "classic"] = ""  # what a page's ``src`` is loaded as
    part: int = -1  # of a page: which of its embedded texts this stands in
    has_map: bool = False  # an import map explains bare names here
    mapped: str | None = None  # the URL that an import map makes of it; "" for none


class Source(msgspec.Struct, frozen=True):
    """A file to be looked into, and what it is loaded by."""

    path: str
    base: str = ""  # the folder that the page's, or the worker's, URLs are relative to
    maps: ImportMap | None = None  # None: no page explains names


class Read(msgspec.Struct, frozen=True):
    """What a file refers to, and what the files that it loads have to know of it."""

    references: list[Reference]
    base: str = ""
    maps: ImportMap | None = None


def read_references(project: ProjectFiles, source: Source) -> Read:
    """What a file refers to; nothing where it is too large, or cannot be read."""
    path = source.path
    nothing = Read([], source.base, source.maps)
    if project.files[path].size > MAX_SCANNED_BYTES:
        return nothing
    data = project.read(path)
    try:
        with decoding(path):
            if path.endswith(PAGES):
                return _of_page(path, read_page(data))
            text = data.decode("utf-8", "replace")
            found = _of_css if path.endswith(".css") else _of_script
            return Read(list(found(source, text)), source.base, source.maps)
    except UnreadableError:
        return nothing


def site_path(url: str) -> str | None:
    """The path of a URL that means a file of this site, else None."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme or parts.netloc or not parts.path:
        return None
    return parts.path


def folder_of(page: Page, path: str) -> str | None:
    """The folder that a page's URLs are relative to; None where only its host knows."""
    folder = posixpath.dirname(path)
    if page.base is None:
        return folder
    href = page.base.attributes["href"].strip()
    if not href or href.startswith(("?", "#")):
        return folder
    base = site_path(href)
    if base is None or base.startswith("/"):
        return None
    folder = posixpath.normpath(posixpath.join(folder, posixpath.dirname(base)))
    return "" if folder == "." else folder


def _of_page(path: str, page: Page) -> Read:
    folder = folder_of(page, path)
    if folder is None and page.base:
        href = page.base.attributes["href"]
        # Everything else depends on it.
        return Read([Reference(path, page.base.line, href, posixpath.dirname(path))])
    base = folder or ""
    maps = import_map_of(page, f"{SITE}{base}/" if base else SITE)
    found = [
        Reference(
            path, tag.line, url, base, kind="link" if tag.is_link else "url", script=tag.script
        )
        for tag in page.tags
        for url in tag.urls()
    ]
    source = Source(path, base, maps)
    for number, part in enumerate(page.embedded):
        found += (
            msgspec.structs.replace(reference, line=reference.line + part.line - 1, part=number)
            for reference in _of_embedded(source, part)
        )
    return Read(found, base, maps)


def _of_embedded(source: Source, part: Embedded) -> Iterator[Reference]:
    if part.kind == "style":
        for line, url in css_urls(part.text):
            yield Reference(source.path, line, url, source.base)
    elif part.kind == "script":
        yield from _of_script(source, part.text, folder=source.base)


def _of_css(source: Source, text: str) -> Iterator[Reference]:
    folder = posixpath.dirname(source.path)
    for line, url in css_urls(text):
        yield Reference(source.path, line, url, folder)


def _of_script(source: Source, text: str, *, folder: str | None = None) -> Iterator[Reference]:
    """Modules are relative to the script, what is loaded to the page; import maps say names."""
    path = source.path
    here = posixpath.dirname(path) if folder is None else folder
    importer = SITE + posixpath.join(here, posixpath.basename(path))
    maps = source.maps
    for line, url, kind in js_urls(text):
        yield Reference(
            path,
            line,
            url,
            here if kind in _BESIDE else source.base,
            kind,
            has_map=maps is not None and maps.is_there,
            mapped=maps.resolve(url, importer) if maps and kind in MODULES else None,
        )
