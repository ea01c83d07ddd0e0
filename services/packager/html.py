"""Reading an HTML page without changing a byte of it: title, links, and where markup can be added.

Pages come in any encoding. Everything looked for is ASCII, so a page is read as Latin-1, one
character a byte, unless it is UTF-16; what surrounds an insertion is never re-encoded.
"""

from __future__ import annotations

import codecs
from html.parser import HTMLParser
from typing import Final

import msgspec

_UTF16: Final = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


class Tag(msgspec.Struct, frozen=True):
    """One start tag with its attributes, names in lower case."""

    name: str
    attributes: dict[str, str]
    line: int

    def urls(self) -> list[str]:
        """What a browser would load or open because of this tag."""
        found = [self.attributes.get(name, "") for name in ("src", "poster")]
        if self.name in _LINKS or _LOADING_RELS & {*self.attributes.get("rel", "").lower().split()}:
            found += [self.attributes.get("href", ""), self.attributes.get("xlink:href", "")]
        if self.name == "object":
            found.append(self.attributes.get("data", ""))
        candidates = self.attributes.get("srcset", "").split(",")
        found += [candidate.split()[0] for candidate in candidates if candidate.strip()]
        return [url for url in found if url.strip()]


class Embedded(msgspec.Struct, frozen=True):
    """The text of a ``script``, ``style`` or ``importmap``, and the line it starts at."""

    kind: str
    text: str
    line: int


class Page(msgspec.Struct):
    """What was found; ``head_at`` is the byte offset where more elements of the head can stand."""

    title: str = ""
    link_rels: set[str] = msgspec.field(default_factory=set)
    tags: list[Tag] = msgspec.field(default_factory=list)
    embedded: list[Embedded] = msgspec.field(default_factory=list)
    base: Tag | None = None
    head_at: int = 0
    codec: str = "latin-1"

    @property
    def has_import_map(self) -> bool:
        """Whether bare module names may mean something."""
        return any(part.kind == "importmap" for part in self.embedded)


def read_page(data: bytes) -> Page:
    """Read a page; the worst of markup still gives a page, only an emptier one."""
    codec = _UTF16.get(data[:2], "latin-1")
    text = data.decode(codec, "replace")
    reader = _Reader(text, codec)
    reader.feed(text)
    reader.close()
    page = reader.page
    page.head_at = len(text[: reader.head_at].encode(codec))
    page.codec = codec
    return page


def insert(data: bytes, page: Page, markup: str) -> bytes:
    """The page with ASCII ``markup`` in its head, all other bytes as they were."""
    at = page.head_at
    return data[:at] + markup.encode(page.codec) + data[at:]


class _Reader(HTMLParser):
    """Collects a :class:`Page`."""

    def __init__(self, text: str, codec: str) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Page()
        self._codec = codec
        self._line_starts = [0]
        for line in text.split("\n"):
            self._line_starts.append(self._line_starts[-1] + len(line) + 1)
        self._text = text
        self._inside = ""
        # The best place known so far; a better one has a higher rank.
        self.head_at = 1 if text.startswith("\ufeff") else 3 if text.startswith("ï»¿") else 0
        self._rank = 0

    def handle_decl(self, decl: str) -> None:
        if decl.lower().startswith("doctype"):
            self._place(1, self._text.find(">", self._position()) + 1)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        end = self._position() + len(self.get_starttag_text() or "")
        if tag in ("html", "head"):
            self._place(2 if tag == "html" else 3, end)
        line = self.getpos()[0]
        given = {name: self._decoded(value or "") for name, value in reversed(attrs)}
        found = Tag(tag, given, line)
        self.page.tags.append(found)
        if tag == "link":
            self.page.link_rels.update(given.get("rel", "").lower().split())
        elif tag == "base" and self.page.base is None and "href" in given:
            self.page.base = found
        self._inside = _content_of(found)

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""
        if tag == "head":
            self._place(4, self._position())

    def handle_data(self, data: str) -> None:
        if self._inside == "title" and not self.page.title:
            self.page.title = self._decoded(data)
        elif self._inside in _EMBEDDED:
            found = Embedded(self._inside, self._decoded(data), self.getpos()[0])
            self.page.embedded.append(found)

    def _place(self, rank: int, offset: int) -> None:
        if rank > self._rank:
            self._rank, self.head_at = rank, offset

    def _position(self) -> int:
        line, column = self.getpos()
        return self._line_starts[line - 1] + column

    def _decoded(self, value: str) -> str:
        """Latin-1 stood for bytes, which are UTF-8 nearly always."""
        if self._codec != "latin-1":
            return value
        try:
            return value.encode("latin-1").decode()
        except UnicodeError:
            return value


def _content_of(tag: Tag) -> str:
    """What the text after a start tag is; only ``title`` and ``_EMBEDDED`` are of interest."""
    if tag.name != "script":
        return tag.name
    kind = tag.attributes.get("type", "").strip().lower()
    return "script" if kind in _SCRIPT_TYPES else kind


_EMBEDDED: Final = {"script", "style", "importmap"}
_SCRIPT_TYPES: Final = {"", "module", "text/javascript", "application/javascript"}
_LINKS: Final = {"a", "area", "use", "image"}
_LOADING_RELS: Final = {"stylesheet", "modulepreload", "preload", "prefetch", "icon", "manifest"}
