"""An import map says what bare names of modules mean; it is resolved here as browsers do.

Addresses are URLs below ``SITE``, which stands for wherever the game is put.

Source:
    WHATWG HTML, sections 8.1.5.2 (module specifiers) and 8.1.5.3 (import maps).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urljoin, urlsplit

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from services.packager.project.html_page import Page

SITE: Final = "http://game.invalid/"
MAX_SPECIFIER: Final = 2_000  # characters; a longer one is not looked up
MAX_FOLDERS: Final = 64  # of a name that are compared with the map's
BLOCKED: Final = ""  # an entry that leads nowhere
_RELATIVE: Final = ("/", "./", "../")
_Addresses = dict[str, str]


class _Document(msgspec.Struct):
    imports: dict[str, Any] = {}
    scopes: dict[str, dict[str, Any]] = {}


class ImportMap:
    """What the import maps of a page say together; the first word on a name counts."""

    def __init__(self) -> None:
        self.is_there = False
        self.names: list[str] = []  # as they are written there
        self._imports: _Addresses = {}
        self._scopes: dict[str, _Addresses] = {}

    def add(self, text: str, base: str) -> bool:
        """Take one map along; False where it is none, so that browsers leave it out.

        Args:
            text: Its JSON.
            base: The URL that its addresses are relative to.
        """
        try:
            document = msgspec.json.decode(text, type=_Document)
        except (ValueError, msgspec.MsgspecError, RecursionError):
            return False
        self.is_there = True
        self.names += document.imports
        self._add(self._imports, document.imports, base)
        for scope, imports in document.scopes.items():
            if prefix := _url(scope, base):
                self._add(self._scopes.setdefault(prefix, {}), imports, base)
        return True

    def resolve(self, specifier: str, importer: str) -> str | None:
        """The URL that a name means in the module ``importer``, likewise a URL.

        Returns:
            None where the maps say nothing of it, ``BLOCKED`` where an entry leads nowhere.
        """
        if len(specifier) > MAX_SPECIFIER or len(importer) > MAX_SPECIFIER:
            return None
        name = _url(specifier, importer) or specifier
        for scope in _prefixes(importer):
            found = _looked_up(self._scopes.get(scope, {}), name)
            if found is not None:
                return found
        return _looked_up(self._imports, name)

    def _add(self, known: _Addresses, imports: Mapping[str, Any], base: str) -> None:
        for key, value in imports.items():
            known.setdefault(_url(key, base) or key, _address(key, value, base))


def import_map_of(page: Page, base: str) -> ImportMap:
    """All import maps of a page, whose URLs are relative to ``base``."""
    known = ImportMap()
    for part in page.embedded:
        if part.kind == "importmap":
            known.add(part.text, base)
    return known


def _address(key: str, value: object, base: str) -> str:
    url = _url(value, base) if isinstance(value, str) else None
    ends = url is not None and (url.endswith("/") or not key.endswith("/"))
    return url if url is not None and ends else BLOCKED


def _looked_up(known: Mapping[str, str], name: str) -> str | None:
    if not known:
        return None
    if name in known:
        return known[name]
    for prefix in _prefixes(name):
        if prefix in known and prefix.endswith("/"):
            address = known[prefix]
            return urljoin(address, name[len(prefix) :]) if address else BLOCKED
    return None


def _prefixes(name: str) -> Iterator[str]:
    """The name, and what stands before each of its slashes with it, the longest first."""
    yield name
    end = len(name)
    for _ in range(MAX_FOLDERS):
        if (end := name.rfind("/", 0, end)) < 0:
            return
        yield name[: end + 1]


def _url(text: str, base: str) -> str | None:
    """The URL that a text is; None for a bare name."""
    try:
        if text.startswith(_RELATIVE) or urlsplit(text).scheme:
            return urljoin(base, text)
    except ValueError:
        pass
    return None
