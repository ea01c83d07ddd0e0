"""The W3C Web Application Manifest is what a launcher shows of a game that was installed."""

from __future__ import annotations

import posixpath
from html import escape
from typing import TYPE_CHECKING, Final

import msgspec

from services.packager.web import icons

if TYPE_CHECKING:
    from collections.abc import Collection

    from shared.domain.options import Orientation

MANIFEST: Final = "manifest.webmanifest"
NO_ICON: Final = '<link rel="icon" href="data:,">'  # else browsers ask for a favicon.ico in vain
MAX_SHORT_NAME: Final = 12  # what launchers show below an icon


def manifest(title: str, names: Collection[str], orientation: Orientation | None = None) -> bytes:
    """The manifest of a site with the icons among ``names``.

    Every URL is relative to it, so that any folder will do. Without an ``orientation`` the game
    turns as the device does.
    """
    document = {
        "name": title,
        "short_name": title[:MAX_SHORT_NAME].strip(),
        "start_url": ".",
        "scope": ".",
        "display": "fullscreen",
        **({"orientation": orientation} if orientation else {}),
        "icons": icons.manifest_entries(names),
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


def links(made: Collection[str], present: Collection[str], *, folder: str = "") -> str:
    """The elements that a page's head lacks, nothing that it has already.

    Args:
        made: Paths of what was made for the page.
        present: Values of ``rel`` that its links have.
        folder: That the page's URLs are relative to.
    """
    wanted = (("manifest", MANIFEST), *icons.LINKS)
    return "".join(
        f'<link rel="{rel}" href="{escape(_from(folder, path))}">'
        for rel, path in wanted
        if path in made and rel not in present
    )


def _from(folder: str, path: str) -> str:
    return posixpath.relpath(f"/{path}", f"/{folder}")
