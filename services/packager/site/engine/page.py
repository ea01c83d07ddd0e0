"""The page that starts the player, what is installed of it, and its service worker."""

from __future__ import annotations

import hashlib
from html import escape
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

import msgspec

from services.packager.plan import Note
from services.packager.site import icons, webmanifest
from services.packager.site.icons import IconError
from services.packager.site.site import ENTRY

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from services.packager.plan import Content, Request
    from services.packager.project import ProjectFiles
    from services.packager.site.engine.parts import Player
    from services.packager.site.engine.problems import Findings
    from services.packager.templates.registry import Template

WORKER: Final = "sw.js"
UNESCAPED: Final = "/!~*'()"  # as the player's encodeURIComponent leaves them


def page_files(
    template: Template,
    player: Player,
    entry: str,
    *,
    modules: Iterable[str],
    title: str,
    language: str,
    pictures: Mapping[str, bytes],
) -> dict[str, bytes]:
    """The page, its web manifest and its icons; ``modules`` are fetched at once."""
    made = dict(pictures)
    made[webmanifest.MANIFEST] = webmanifest.manifest(title, made.keys())
    head = webmanifest.links(made.keys(), ()) + "".join(
        f'<link rel="modulepreload" href="{escape(path)}">' for path in modules if path != entry
    )
    values = {
        "title": escape(title),
        "lang": escape(language),
        "entry": escape(entry),
        "head": head,
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
        findings.notes.append(Note(file="game.json", message=f"no icons are made: {error}"))
        return {}
    findings.notes.extend(notes)
    return made


def worker(template: Template, player: Player, contents: Mapping[str, Content]) -> bytes:
    """The service worker that keeps all of ``contents`` for playing without a network."""
    digest = hashlib.sha256()
    for path in sorted(contents):
        digest.update(f"{path} {contents[path].sha256}\n".encode())
    values = {"version": digest.hexdigest()[:16], "precache": _json(_urls(sorted(contents)))}
    return _filled(template.read(player.service_worker).decode(), values).encode()


def _urls(paths: Iterable[str]) -> list[str]:
    return ["./", *(quote(path, safe=UNESCAPED) for path in paths)]


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
