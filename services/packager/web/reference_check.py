"""References of pages, styles and scripts are followed, to warn of those that no host will serve.

They are followed from ``index.html`` on; what nothing refers to is nobody's concern. Only what is
written as a plain string is looked at: a URL that a script puts together at run time cannot be
known, so nothing is said about it.
"""

from __future__ import annotations

import posixpath
from collections import deque
from typing import TYPE_CHECKING, Final, Literal
from urllib.parse import unquote, urlsplit

import msgspec

from services.packager.build.plan import Note
from services.packager.project.html_page import read_page
from services.packager.project.unreadable import UnreadableError, decoding
from services.packager.web.game_site import ENTRY
from services.packager.web.url_scanner import MODULES, Kind, css_urls, js_urls

if TYPE_CHECKING:
    from collections.abc import Iterator

    from services.packager.project.files import ProjectFiles
    from services.packager.project.html_page import Embedded, Page

MAX_SCANNED_BYTES: Final = 2 << 20  # of one file; what is larger came out of a bundler
MAX_SCANNED_FILES: Final = 1_000
MAX_NOTES: Final = 1_000  # of which the log shows a part
_PAGES: Final = (".html", ".htm")
_SCRIPTS: Final = (".js", ".mjs")
_UNCOMPILED: Final = (".ts", ".tsx", ".jsx")


class Reference(msgspec.Struct, frozen=True):
    """One URL as a file writes it; ``base`` is the folder that it is relative to."""

    file: str
    line: int
    url: str
    base: str
    kind: Kind = "url"
    script: Literal["", "module", "classic"] = ""  # what a page's ``src`` is loaded as


class Followed(msgspec.Struct, frozen=True):
    """A reference, the file that it means, and what is wrong with it."""

    reference: Reference
    target: str | None
    note: Note | None


class _ImportMap(msgspec.Struct):
    imports: dict[str, str] = {}


def check(project: ProjectFiles, entry: Page) -> list[Note]:
    """Warnings, in the order in which a browser would come upon them, each target once per file."""
    notes: list[Note] = []
    reported: set[tuple[str, str]] = set()
    for found in follow(project, entry):
        place = (found.reference.file, found.reference.url)
        if found.note and place not in reported:
            reported.add(place)
            notes.append(found.note)
            if len(notes) >= MAX_NOTES:
                break
    return notes


def follow(project: ProjectFiles, entry: Page) -> Iterator[Followed]:
    """Every reference from ``index.html`` on, in the order in which a browser would read them."""
    seen = {ENTRY}
    waiting = deque([ENTRY])
    scanned = 0
    while waiting and scanned < MAX_SCANNED_FILES:
        path = waiting.popleft()
        scanned += 1
        for reference in _read(project, path, import_map=entry.has_import_map):
            target, note = check_reference(project, reference)
            yield Followed(reference, target, note)
            if target and target not in seen and target.endswith((*_PAGES, *_SCRIPTS, ".css")):
                seen.add(target)
                waiting.append(target)


def check_reference(project: ProjectFiles, reference: Reference) -> tuple[str | None, Note | None]:
    """The file of the project that is meant, if it is there, and what is wrong otherwise."""
    url = reference.url.strip()
    parts = _split(url)
    if parts is None:
        return None, None
    path = unquote(parts)
    if path.startswith("/"):
        return None, _note(
            reference, "starts with /, so it only works at the top of a host; write it relative"
        )
    if reference.kind in MODULES and not path.startswith(("./", "../")):
        remedy = "bundle the project, or add an import map"
        return None, _note(reference, f"is a bare module name, unknown to browsers; {remedy}")
    target = posixpath.normpath(posixpath.join(reference.base, path))
    if target.startswith(".."):
        return None, _note(reference, "lies outside of the project; move it inside")
    if target.lower().endswith(_UNCOMPILED):
        return None, _note(
            reference, "is not compiled; build the project and export what the build made"
        )
    return _existing(project, reference, target, folder=path.endswith("/") or target == ".")


def _existing(
    project: ProjectFiles, reference: Reference, target: str, *, folder: bool
) -> tuple[str | None, Note | None]:
    if folder:
        target = posixpath.normpath(posixpath.join(target, ENTRY))
    if target in project:
        return target, None
    if spelled := project.spelled(target):
        return None, _note(
            reference, f"is spelled {spelled!r} in the project; hosts tell the cases apart"
        )
    if reference.kind == "fetch" and "." not in posixpath.basename(target):
        return None, None  # an API of the host's
    if folder and reference.kind not in MODULES:
        return None, None
    return None, _note(reference, "is not in the project, or is left out of the export")


def _note(reference: Reference, message: str) -> Note:
    return Note(file=reference.file, line=reference.line, message=f"{reference.url!r} {message}")


def _split(url: str) -> str | None:
    """The path of a URL that means a file of this site, else None."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme or parts.netloc or not parts.path:
        return None
    return parts.path


def _read(project: ProjectFiles, path: str, *, import_map: bool) -> list[Reference]:
    """What a file refers to; nothing where it is too large, or cannot be read."""
    if project.files[path].size > MAX_SCANNED_BYTES:
        return []
    data = project.read(path)
    try:
        with decoding(path):
            return list(_references(path, data, import_map=import_map))
    except UnreadableError:
        return []


def _references(path: str, data: bytes, *, import_map: bool) -> Iterator[Reference]:
    folder = posixpath.dirname(path)
    if path.endswith(_PAGES):
        yield from _of_page(path, read_page(data), folder)
        return
    text = data.decode("utf-8", "replace")
    if path.endswith(".css"):
        yield from _of_css(path, text, folder)
    else:
        yield from _of_script(path, text, folder, import_map=import_map)


def _of_page(path: str, page: Page, folder: str) -> Iterator[Reference]:
    if page.base:
        href = page.base.attributes["href"]
        base = _split(href)
        if base is None or base.startswith("/"):
            yield Reference(path, page.base.line, href, folder)
            return  # everything else depends on it
        folder = posixpath.join(folder, posixpath.dirname(base))
    for tag in page.tags:
        for url in tag.urls():
            yield Reference(path, tag.line, url, folder, script=tag.script)
    for part in page.embedded:
        for reference in _of_embedded(path, part, folder, import_map=page.has_import_map):
            yield msgspec.structs.replace(reference, line=reference.line + part.line - 1)


def _of_embedded(
    path: str, part: Embedded, folder: str, *, import_map: bool
) -> Iterator[Reference]:
    if part.kind == "style":
        yield from _of_css(path, part.text, folder)
    elif part.kind == "script":
        yield from _of_script(path, part.text, folder, import_map=import_map)
    else:
        yield from _of_import_map(path, part.text, folder)


def _of_import_map(path: str, text: str, folder: str) -> Iterator[Reference]:
    for url in _imports(text).values():
        if not url.endswith("/"):
            yield Reference(path, 1, url, folder, "module")


def mapped_names(page: Page) -> list[str]:
    """The names of modules that a page's own import maps explain to the browser."""
    maps = (part.text for part in page.embedded if part.kind == "importmap")
    return [name for text in maps for name in _imports(text)]


def _imports(text: str) -> dict[str, str]:
    try:
        return msgspec.json.decode(text, type=_ImportMap).imports
    except msgspec.MsgspecError:
        return {}


def _of_css(path: str, text: str, folder: str) -> Iterator[Reference]:
    for line, url in css_urls(text):
        yield Reference(path, line, url, folder)


def _of_script(path: str, text: str, folder: str, *, import_map: bool) -> Iterator[Reference]:
    """``fetch`` is relative to the page, modules to the script; import maps explain bare names."""
    for line, url, kind in js_urls(text):
        if kind in MODULES and import_map and not url.startswith((".", "/")):
            continue
        yield Reference(path, line, url, "" if kind == "fetch" else folder, kind)
