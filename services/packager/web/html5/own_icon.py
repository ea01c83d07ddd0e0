"""A page's own icon is found, for applications: the largest picture that its links name."""

from __future__ import annotations

import posixpath
import struct
from itertools import islice
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from services.packager.project.json_documents import read_json
from services.packager.project.unreadable import UnreadableError
from services.packager.web.html5.references import folder_of, site_path
from services.packager.web.icons import LEAST_PX, MOST_BYTES, MOST_PX

if TYPE_CHECKING:
    from collections.abc import Iterator

    from services.packager.project.files import ProjectFiles
    from services.packager.project.html_page import Page

MAX_LOOKED_AT: Final = 100
_RELS: Final = frozenset(("icon", "apple-touch-icon", "apple-touch-icon-precomposed"))
_HEADER: Final = struct.Struct(">8s4x4sII")  # PNG: signature, first chunk's type, width, height


def own_icon(pages: ProjectFiles, page: Page, entry: str, project: ProjectFiles) -> str:
    """The path in ``project`` of the best icon of a page; empty where none will do.

    Args:
        pages: The site's files.
        page: The entry, read.
        entry: Its path.
        project: What was pushed; a build copies pictures under names of its own.
    """
    folder = folder_of(page, entry)
    if folder is None:
        return ""
    named = dict.fromkeys(_named(pages, page, folder))
    sizes = {path: _edge(pages, path) for path in islice(named, MAX_LOOKED_AT)}
    best = max(sizes, key=lambda path: sizes[path], default="")
    return _pushed(pages, best, project) if best and sizes[best] else ""


def _named(pages: ProjectFiles, page: Page, folder: str) -> Iterator[str]:
    """Pictures that are there, in the page's order."""
    for tag in page.tags:
        if tag.name != "link":
            continue
        path = _path(folder, tag.attributes.get("href", ""))
        if tag.rels & _RELS and path in pages:
            yield path
        elif "manifest" in tag.rels and path in pages:
            for url in _of_manifest(pages, path):
                picture = _path(posixpath.dirname(path), url)
                if picture in pages:
                    yield picture


def _path(folder: str, url: str) -> str:
    path = site_path(url.strip())
    return posixpath.normpath(posixpath.join(folder, unquote(path))) if path else ""


def _of_manifest(pages: ProjectFiles, path: str) -> Iterator[str]:
    try:
        icons: Any = read_json(pages, path).get("icons")
    except UnreadableError:
        return
    for icon in icons if isinstance(icons, list) else ():
        if not isinstance(icon, dict):
            continue
        purposes = str(icon.get("purpose") or "any").split()
        if "any" in purposes and isinstance(url := icon.get("src"), str):
            yield url


def _edge(pages: ProjectFiles, path: str) -> int:
    """The shorter edge of a PNG that icons can be made of; 0 for anything else."""
    if pages.files[path].size > MOST_BYTES:
        return 0
    with pages.open(path) as stream:
        data = stream.read(_HEADER.size)
    if len(data) < _HEADER.size:
        return 0
    signature, chunk, width, height = _HEADER.unpack(data)
    is_picture = signature == b"\x89PNG\r\n\x1a\n" and chunk == b"IHDR"
    fits = max(width, height) <= MOST_PX and min(width, height) >= LEAST_PX
    return min(width, height) if is_picture and fits else 0


def _pushed(pages: ProjectFiles, path: str, project: ProjectFiles) -> str:
    digest = pages.files[path].sha256
    if path in project and project.files[path].sha256 == digest:
        return path
    return next((name for name, file in project.files.items() if file.sha256 == digest), "")
