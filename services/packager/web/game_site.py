"""A site is the files of a game for browsers, with what exporters have to know of it."""

from __future__ import annotations

from typing import Final

import msgspec

from services.packager.build.plan import Content, Note
from shared.templates import Template

ENTRY: Final = "index.html"


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """Every file that the page needs; ``index.html`` is among them, and all URLs are relative."""

    contents: tuple[Content, ...]  # sorted by path
    title: str
    version: str
    notes: tuple[Note, ...] = ()
    templates: tuple[Template, ...] = ()  # that files came from
    icon: str = ""  # the game's own, a path of the project
    hashed: frozenset[str] = frozenset()  # paths that change whenever their content does
    computed_modules: tuple[str, ...] = ()  # that others import by an address they put together
    packages: tuple[str, ...] = ()  # of a registry, that files were made of
    reproducible: bool = True  # another build would give the same bytes
    lacking: tuple[str, ...] = ()  # programs, packages, checks: another build may have them
