"""The files of a site, and their bytes, wherever those come from."""

from __future__ import annotations

import posixpath
from functools import cached_property
from typing import TYPE_CHECKING, Final

from services.packager.project.html_page import Page, read_page
from services.packager.web import icons, web_manifest
from services.packager.web.game_site import ENTRY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.packager.build.plan import Content
    from services.packager.project.files import ProjectFiles
    from services.packager.web.game_site import Site

PAGES: Final = (".html", ".htm")
MOST_PAGES: Final = 50  # beside the first; each has its own bundle
MAX_PAGE_BYTES: Final = 32 << 20
# What installs a site as an application, and speaks to its host: one file has neither.
_FOR_HOSTS: Final = frozenset(
    {web_manifest.MANIFEST, "sw.js", "_headers", "_redirects", "serve.json"}
)

_LAUNCHER_ICONS: Final = frozenset({icons.SMALL, icons.LARGE, icons.MASKABLE, icons.TOUCH})


class SiteFiles:
    """A site's files by path, without those that one file has no use for."""

    def __init__(self, site: Site, project: ProjectFiles) -> None:
        self._project = project
        self.contents: Mapping[str, Content] = {
            content.path: content
            for content in site.contents
            if content.path not in _FOR_HOSTS and not _only_for_launchers(content)
        }

    def read(self, path: str) -> bytes:
        """All bytes of a file; blocks until they are there."""
        content = self.contents[path]
        if content.data is not None:
            return content.data
        if content.derived is not None:
            return content.derived.read_bytes()
        assert content.stored is not None  # noqa: S101 - one of the three, by construction
        with self._project.open_stored(content.stored) as file:
            return file.read()

    @cached_property
    def pages(self) -> dict[str, Page]:
        """Its pages, read: the first one, and those nearest to the top."""
        return {path: read_page(self.read(path)) for path in (ENTRY, *self._others[:MOST_PAGES])}

    @property
    def unread_pages(self) -> list[str]:
        """Those that nobody looks into, as they are too many, or too large."""
        large = set(self._all_pages) - {ENTRY, *self._others}
        return [*self._others[MOST_PAGES:], *sorted(large)]

    @cached_property
    def _all_pages(self) -> list[str]:
        pages = (path for path in self.contents if path.lower().endswith(PAGES))
        return sorted(pages, key=lambda path: (path.count("/"), path))

    @cached_property
    def _others(self) -> list[str]:
        return [
            path
            for path in self._all_pages
            if path != ENTRY and self.contents[path].size_bytes <= MAX_PAGE_BYTES
        ]

    def beside(self, path: str, address: str) -> str | None:
        """The file that a relative address in another one means, if there is one."""
        plain = address.partition("?")[0].partition("#")[0]
        if not plain or "://" in plain or plain.startswith(("data:", "blob:", "//")):
            return None
        folder = "" if plain.startswith("/") else posixpath.dirname(path)
        found = posixpath.normpath(posixpath.join(folder, plain.lstrip("/")))
        return found if found in self.contents else None


def _only_for_launchers(content: Content) -> bool:
    """Whether it is an icon that was made for a game's place among other applications."""
    return content.stored is None and content.path in _LAUNCHER_ICONS
