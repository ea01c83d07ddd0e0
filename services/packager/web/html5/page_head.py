"""What a page's head lacks is added to it: links to what was made, and the name of its encoding."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from services.packager.build.plan import Note
from services.packager.web import web_manifest
from services.packager.web.game_site import ENTRY
from services.packager.web.html5.import_map import ImportMap
from services.packager.web.html5.references import folder_of
from services.packager.web.icons import FAVICON

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from services.packager.project.html_page import Page


class Additions(msgspec.Struct, frozen=True):
    """Markup for the end of a page's head, and what its maker should know."""

    markup: str
    notes: list[Note]


def additions(
    page: Page, source: bytes, made: Collection[str], present: Collection[str]
) -> Additions:
    """Links and the encoding; nothing where the page has a web manifest of its own.

    Args:
        page: The page.
        source: Its bytes.
        made: Paths of what was made for it.
        present: Paths of the game's own files.
    """
    folder = folder_of(page, ENTRY)
    notes = list(_of_import_maps(page))
    markup = ""
    if folder is None or folder.startswith(".."):
        message = "its <base> leads out of the game, so web manifest and icons are not linked"
        notes.append(Note(file=ENTRY, line=page.base.line if page.base else 0, message=message))
    else:
        icons = {FAVICON} & {*present}
        markup = web_manifest.links({*made, *icons}, page.link_rels, folder=folder)
        if markup and not page.link_rels & {"icon"} and FAVICON not in {*made, *icons}:
            markup += "" if _restricts(page) else web_manifest.NO_ICON
    if charset := _charset(page, source):
        added = f'<meta charset="{charset}">' if markup else ""
        notes += _told(page, charset, added=bool(added))
        markup = added + markup
    return Additions(markup, notes)


def _charset(page: Page, source: bytes) -> str:
    """The encoding that readers of the page may mistake; empty where it is clear."""
    if page.codec != "latin-1" or source.isascii() or page.names_in_meta or page.has_mark:
        return ""
    if page.encoding:
        return page.encoding
    try:
        source.decode()
    except UnicodeDecodeError:
        return "windows-1252"
    return "utf-8"


def _told(page: Page, charset: str, *, added: bool) -> Iterator[Note]:
    tag = f'<meta charset="{charset}">'
    if page.encoding:
        what = "names its encoding in its XML declaration alone"
    else:
        what = f"names no encoding; its letters beyond ASCII are taken for {charset}"
    done = f"{tag} is added" if added else f"write {tag} at the beginning of its head"
    certain = bool(page.encoding) and added
    yield Note(level="info" if certain else "warning", file=ENTRY, message=f"{what}: {done}")


def _of_import_maps(page: Page) -> Iterator[Note]:
    for part in page.embedded:
        if part.kind == "importmap" and not ImportMap().add(part.text, ""):
            message = "the import map is no JSON of its form, so browsers leave it out"
            yield Note(file=ENTRY, line=part.line, message=message)


def _restricts(page: Page) -> bool:
    """Whether a policy of its own may forbid what it loads."""
    return any(
        tag.attributes.get("http-equiv", "").strip().lower() == "content-security-policy"
        for tag in page.tags
    )
