"""The scripts of a page that are modules, and the workers that scripts start."""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING, Final

import msgspec

from services.packager.web.html5.url_scanner import js_urls

if TYPE_CHECKING:
    from collections.abc import Iterator

    from services.packager.project.html_page import Page

_WORKER: Final = re.compile(r"new\s++(?:Shared)?Worker\s*+\(")
_NAME: Final = re.compile(r"""["'`]([^"'`\n]{1,500}\.m?js)(?:\?[^"'`\n]{0,100})?["'`]""")
LOOK_AHEAD: Final = 200  # characters of what a worker is made of
_EXPORT: Final = re.compile(
    r"(?:^|[;}])\s*+(?:export\s*+[{*]|export\s++(?:default|const|let|var|function|class|async)\b)",
    re.MULTILINE,
)


class ModuleScript(msgspec.Struct, frozen=True):
    """One ``<script type="module">``: the file that it names, or its own text."""

    src: str | None
    text: str = ""


def module_scripts(page: Page) -> list[ModuleScript]:
    """Those of a page, in their order."""
    inline = (part.text for part in page.embedded if part.is_module)
    found = []
    for tag in page.tags:
        if tag.script == "module":
            found.append(ModuleScript(tag.attributes["src"]))
        elif tag.name == "script" and tag.attributes.get("type", "").strip().lower() == "module":
            found.append(ModuleScript(None, next(inline, "")))
    return found


def worker_addresses(text: str) -> Iterator[str]:
    """What workers are made of, where that is a plain string."""
    for match in _WORKER.finditer(text):
        if name := _NAME.search(text, match.end(), match.end() + LOOK_AHEAD):
            yield name[1]


def is_module(text: str) -> bool:
    """Whether a script can only be read as a module."""
    imports = (kind == "module" for _, _, kind in js_urls(text))
    return next(chain(filter(None, imports), [False])) or bool(_EXPORT.search(text))
