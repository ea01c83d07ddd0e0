"""A page that shows nothing is no game: it is never exported, and why it stays empty is told."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Final

from services.packager.web.game_site import ENTRY

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from services.packager.project.files import ProjectFiles
    from services.packager.project.html_page import Page
    from services.packager.web.html5.reference_check import Followed, Loaded

MAX_REASONS: Final = 3
MAX_BLANK_BYTES: Final = 64 << 10  # of a script that may consist of comments alone
Part = tuple[str, int]  # a script: its file, and which of a page's embedded texts it is; or -1
_COMMENTS: Final = re.compile(r"\s++|/\*.*?(?:\*/|\Z)|//[^\n]*+", re.DOTALL)
_EMPTY: Final = (
    "shows nothing: it has no script, no element that is seen and no text; add what it is to "
    'show, or <script type="module" src="…"></script>'
)


def fault_of(project: ProjectFiles, page: Page, loaded: Loaded, broken: Mapping[Part, str]) -> str:
    """Why ``index.html`` stays empty, and the remedy; nothing where it may show something.

    Args:
        project: What is shipped.
        page: The entry, read.
        loaded: What it loads.
        broken: What is wrong with scripts that no browser can read.
    """
    if page.has_text or any(tag.shows for tag in page.tags):
        return ""
    dead = _dead(loaded, broken)
    scripts = _Scripts(project, loaded, dead)
    faults = [*scripts.embedded(page), *scripts.named(page)]
    if not faults:
        return "" if _has_style(page) else _EMPTY
    if "" in faults:
        return ""
    shown = "; ".join(islice(dict.fromkeys(faults), MAX_REASONS))
    return f"shows nothing: no text, no element that is seen, and no script that can run: {shown}"


class _Scripts:
    """Says of each script of the page why it does nothing; nothing where it may do something."""

    def __init__(self, project: ProjectFiles, loaded: Loaded, dead: Mapping[Part, str]) -> None:
        self._project = project
        self._found = {found.reference.url: found for found in loaded.scripts}
        self._dead = dead

    def embedded(self, page: Page) -> Iterator[str]:
        """Of those whose text stands in the page."""
        for number, part in enumerate(page.embedded):
            if part.kind == "script":
                blank = f"the script in line {part.line} is empty" if _is_blank(part.text) else ""
                yield self._dead.get((ENTRY, number), blank)

    def named(self, page: Page) -> Iterator[str]:
        """Of those that have a file."""
        for tag in page.tags:
            if tag.runs and (url := tag.attributes.get("src", "").strip()):
                found = self._found.get(tag.attributes["src"])
                yield self._of_file(found, url) if found else ""

    def _of_file(self, found: Followed, url: str) -> str:
        if found.fails and found.note:
            return found.note.message
        if found.target is None:
            return ""
        if self._project.files[found.target].size <= MAX_BLANK_BYTES and _is_blank(
            self._project.read(found.target).decode("utf-8", "replace")
        ):
            return f"{url!r} is empty"
        return self._dead.get((found.target, -1), "")


def _dead(loaded: Loaded, broken: Mapping[Part, str]) -> dict[Part, str]:
    """Scripts that never run, with the reason: broken, or a module that lacks one it imports."""
    dead = dict(broken)
    importers: dict[str, list[Part]] = {}
    for part, imports in loaded.imports.items():
        for found in imports.values():
            if found.fails and found.note:
                dead.setdefault(part, str(found.note))
            elif found.target:
                importers.setdefault(found.target, []).append(part)
    waiting = list(dead)
    while waiting:
        file, number = part = waiting.pop()
        for importer in importers.get(file, ()) if number < 0 else ():
            if importer not in dead:
                dead[importer] = dead[part]
                waiting.append(importer)
    return dead


def _has_style(page: Page) -> bool:
    return any(part.kind == "style" for part in page.embedded) or any(
        "stylesheet" in tag.rels for tag in page.tags
    )


def _is_blank(text: str) -> bool:
    return len(text) <= MAX_BLANK_BYTES and not _COMMENTS.sub("", text).strip("\ufeff")
