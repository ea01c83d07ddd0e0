"""A page's import map says what bare names mean; the bundler reads that from a tsconfig."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Any, Final

import msgspec

if TYPE_CHECKING:
    from services.packager.project.html_page import Page

_HOSTED: Final = ("https://", "http://", "//")


class ImportMap(msgspec.Struct, frozen=True):
    """Names and their targets, from the site's top."""

    local: dict[str, str]
    hosted: dict[str, str]

    def tsconfig(self) -> dict[str, Any]:
        """The configuration that resolves names to files of the game."""
        paths = {
            f"{name}*" if name.endswith("/") else name: [
                f"./{target}/*" if name.endswith("/") else f"./{target}"
            ]
            for name, target in self.local.items()
        }
        return {"compilerOptions": {"target": "ESNext", "paths": paths}}

    def aliases(self) -> list[str]:
        """The arguments that leave the others to their hosts."""
        return [
            f"--alias:{name.rstrip('/')}={target.rstrip('/')}"
            for name, target in self.hosted.items()
            if "=" not in name and not name.startswith((".", "/"))
        ]


class _Document(msgspec.Struct):
    imports: dict[str, str] = {}


def read(page: Page, path: str) -> ImportMap:
    """The map of a page; an empty one where there is none, or none that can be read."""
    made = ImportMap({}, {})
    for part in page.embedded:
        if part.kind == "importmap":
            try:
                imports = msgspec.json.decode(part.text, type=_Document).imports
            except (msgspec.DecodeError, RecursionError):
                continue
            for name, target in imports.items():
                if target.startswith(_HOSTED):
                    made.hosted[name] = target
                else:
                    place = posixpath.join(posixpath.dirname(path), target.lstrip("/"))
                    made.local[name] = posixpath.normpath(place)
    return made
