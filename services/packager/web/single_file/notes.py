"""What the maker should know of a game that is one file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from services.packager.build.plan import Note

if TYPE_CHECKING:
    from collections.abc import Iterator

    from services.packager.request import Request
    from services.packager.web.game_site import Site
    from services.packager.web.single_file.site_files import SiteFiles

UNREAD: Final = (
    "is not looked into, as one file has at most 50 pages of 32 MB beside its first: modules that "
    "it imports will not be found"
)
MAX_LOOKED_AT: Final = 4 << 20
_SERVICE_WORKER: Final = re.compile(rb"serviceWorker\s*\.\s*register")
_SHARED: Final = re.compile(rb"new\s+SharedArrayBuffer")
# What bundlers ask for the page's window is not told: they do without where it is refused.
_EVAL: Final = re.compile(
    rb"""(?<![\w$.])(?:eval\s*\(|new\s+Function\s*\((?!\s*["']return this["']\s*\)))"""
)
PLAYER: Final = "player/"
_COMPUTED: Final = re.compile(rb"(?<![\w$.])import\s*\(\s*[A-Za-z_$]")
_SCRIPTS: Final = (".js", ".mjs", ".html", ".htm")
_TOLD: Final = (
    (
        _SERVICE_WORKER,
        (
            "registers a service worker, which a page from a disk cannot have: the game is whole "
            "without one"
        ),
    ),
    (
        _SHARED,
        (
            "asks for SharedArrayBuffer, which needs headers of a host: build without threads, or "
            "export it as zip"
        ),
    ),
    (
        _COMPUTED,
        (
            "imports a module by an address that is put together, which one file cannot find; "
            "begin it with the folder: import(`./levels/${name}.js`)"
        ),
    ),
    (
        _EVAL,
        (
            "runs text as code (eval, new Function), which strict pages refuse: build it without "
            "where the game is to be embedded"
        ),
    ),
)


def of(site: Site, files: SiteFiles, request: Request) -> Iterator[Note]:
    """Warnings about what does not work in one file."""
    if request.options.wasm_threads:
        yield Note(message="wasmThreads has no effect: one file has no headers")
    if unread := files.unread_pages:
        message = f"and {len(unread) - 1:,} more pages: {UNREAD}" if len(unread) > 1 else UNREAD
        yield Note(file=unread[0], message=message)
    has_player = any(template.name == "player" for template in site.templates)
    for path, content in files.contents.items():
        if not path.endswith(_SCRIPTS) or content.size_bytes > MAX_LOOKED_AT:
            continue
        if has_player and path.startswith(PLAYER) and "basis_transcoder" not in path:
            continue  # what it asks for, it can do without; the transcoder of KTX2 needs eval
        data = files.read(path)
        for pattern, message in _TOLD:
            if found := pattern.search(data):
                yield Note(file=path, line=data.count(b"\n", 0, found.start()) + 1, message=message)
