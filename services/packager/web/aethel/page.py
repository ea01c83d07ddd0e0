"""The page starts the player; its icons, web manifest and service worker are made here, too."""

from __future__ import annotations

import hashlib
from html import escape
from itertools import islice
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

import msgspec

from services.packager.build.plan import Note
from services.packager.project.game_json import GAME
from services.packager.web import icons, web_manifest
from services.packager.web.game_site import ENTRY
from services.packager.web.icons import IconError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from services.packager.build.plan import Content
    from services.packager.project.files import ProjectFiles
    from services.packager.request import Request
    from services.packager.web.aethel.findings import Findings
    from services.packager.web.aethel.player_chunks import Player
    from shared.domain.options import Orientation
    from shared.templates import Template

WORKER: Final = "sw.js"
UNESCAPED: Final = "/!~*'()"  # as the player's encodeURIComponent leaves them
# What a game may speak to beside its own host; in debug also a server on the maker's desk.
SERVERS: Final = "https: wss:"
# What may run. The transcoder of KTX2 textures writes its own glue code, so it needs eval.
PROGRAMS: Final = "'self' 'wasm-unsafe-eval'"
TRANSCODER_PROGRAMS: Final = f"{PROGRAMS} 'unsafe-eval'"
DEBUG_SERVERS: Final = "http: https: ws: wss:"
MOST_PRELOADS: Final = 200  # the page itself has to arrive soon; the player asks for the rest


def page_files(
    template: Template,
    player: Player,
    entry: str,
    *,
    modules: Iterable[str],
    fetched: Iterable[str],
    title: str,
    language: str,
    orientation: Orientation | None,
    debug: bool,
    transcodes: bool,
    pictures: Mapping[str, bytes],
) -> dict[str, bytes]:
    """The page, its web manifest and its icons.

    Args:
        template: The player's.
        player: How it is to be used.
        entry: Its first module.
        modules: All that it is made of, the first one too.
        fetched: What it fetches before its first frame.
        title: Of the page.
        language: Of its text, as BCP 47 has it.
        orientation: Of a phone's screen; None turns as it does.
        debug: Whether the game may speak to servers without TLS.
        transcodes: Whether it carries KTX2 textures.
        pictures: Icons.
    """
    made = dict(pictures)
    made[web_manifest.MANIFEST] = web_manifest.manifest(title, made.keys(), orientation)
    head = web_manifest.links(made.keys(), ()) + "".join(_preloads(modules, fetched))
    head += "" if icons.FAVICON in made else web_manifest.NO_ICON
    values = {
        "title": escape(title),
        "lang": escape(language),
        "entry": escape(entry),
        "head": head,
        "servers": DEBUG_SERVERS if debug else SERVERS,
        "programs": TRANSCODER_PROGRAMS if transcodes else PROGRAMS,
    }
    made[ENTRY] = _filled(template.read(player.page).decode(), values).encode()
    return made


def pictures(
    project: ProjectFiles, request: Request, own_icon: str | None, findings: Findings
) -> dict[str, bytes]:
    """Icons of ``appIcon``, or of the game's own icon if that will do.

    Raises:
        IconError: ``appIcon`` will not do.
    """
    icon = request.options.app_icon or own_icon
    if not icon:
        return {}
    try:
        made, notes = icons.render(project, icon)
    except IconError as error:
        if request.options.app_icon:
            raise
        findings.notes.append(Note(file=GAME, message=f"no icons are made: {error}"))
        return {}
    findings.notes.extend(notes)
    return made


def worker(template: Template, player: Player, contents: Mapping[str, Content]) -> bytes:
    """The service worker that keeps all of ``contents`` for playing without a network."""
    digest = hashlib.sha256()
    for path in sorted(contents):
        digest.update(f"{path} {contents[path].sha256}\n".encode())
    kept = ["./", *map(_url, sorted(contents))]
    values = {"version": digest.hexdigest()[:16], "precache": _json(kept)}
    return _filled(template.read(player.service_worker).decode(), values).encode()


def _preloads(modules: Iterable[str], fetched: Iterable[str]) -> Iterator[str]:
    """Elements for the page's head. ``crossorigin`` as ``fetch`` has it, or all would come twice.

    The first module is among the modules: its script alone would wait behind all of them.
    """
    for path in modules:
        yield f'<link rel="modulepreload" href="{escape(path)}">'
    for path in islice(fetched, MOST_PRELOADS):
        href = escape(_url(path))
        yield f'<link rel="preload" as="fetch" crossorigin href="{href}">'


def _url(path: str) -> str:
    return quote(path, safe=UNESCAPED)


def _filled(text: str, values: Mapping[str, str]) -> str:
    """Each placeholder once; what a value holds is not looked at again."""
    pieces = text.split("{{")
    filled = [pieces[0]]
    for piece in pieces[1:]:
        name, _, rest = piece.partition("}}")
        filled.append(values[name] + rest)
    return "".join(filled)


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
