"""An HTML page is read without changing a byte: title, links, and where markup can be added.

Pages come in any encoding. Everything looked for is ASCII, so a page is read as Latin-1, one
character a byte, unless it is UTF-16; what surrounds an insertion is never re-encoded.

The tokens are those of the WHATWG HTML standard (section 13.2.5), as far as they matter here. The
standard library's parser takes quadratic time for broken markup (seconds for 100 kB); this takes
linear time for any.
"""

from __future__ import annotations

import codecs
import re
from html import unescape
from typing import TYPE_CHECKING, Final

import msgspec

from services.packager.project.html_tag import SCRIPT_TYPES, Tag

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_PARSED: Final = 2 << 20  # characters; beyond lie the data of games that are one file
_CHARSET: Final = re.compile(r"charset\s*+=\s*+[\"']?([\w-]++)", re.IGNORECASE)
_OLDER: Final = re.compile(
    r"windows-125\d|iso-8859-(?:[2-9]|1[013-6])|koi8-[ru]|shift_jis|euc-(?:jp|kr)|gbk|gb2312|gb18030|big5",
    re.IGNORECASE,
)
_XML_ENCODING: Final = re.compile(r"<\?xml\s[^>]*?\bencoding\s*+=\s*+[\"']([\w-]++)", re.IGNORECASE)
_UTF16: Final = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_BYTE_ORDER_MARK: Final = re.compile("\ufeff|ï»¿|")

_TOKEN: Final = re.compile(
    r"""
      <!--.*?(?:-->|\Z)
    | <[!?][^>]*+>?
    | </(?P<end>[A-Za-z][^\s/>]*+)[^>]*+>?
    | <(?P<start>[A-Za-z][^\s/>]*+)
       (?P<attributes>(?:[^>=]++|=\s*+(?:"[^"]*+"?|'[^']*+'?)?)*+)>?
    """,
    re.VERBOSE | re.DOTALL,
)
_ATTRIBUTE: Final = re.compile(
    r"""([^\s"'<>/=]++)(?:\s*+=\s*+(?:"([^"]*+)"?|'([^']*+)'?|([^\s"'>]++)))?"""
)
_RAW: Final = {
    name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE)
    for name in ("iframe", "noframes", "script", "style", "textarea", "title", "xmp")
}
_INERT: Final = frozenset(("noscript", "template", "canvas", "audio", "video", "noframes"))


class Embedded(msgspec.Struct, frozen=True):
    """The text of a ``script``, ``style`` or ``importmap``, and the line it starts at."""

    kind: str
    text: str
    line: int
    is_module: bool = False


class Page(msgspec.Struct):
    """What was found; ``head_at`` is the byte offset where more elements of the head can stand."""

    title: str = ""
    link_rels: set[str] = msgspec.field(default_factory=set)
    tags: list[Tag] = msgspec.field(default_factory=list)
    embedded: list[Embedded] = msgspec.field(default_factory=list)
    base: Tag | None = None
    head_at: int = 0
    has_text: bool = False
    codec: str = "latin-1"
    encoding: str = ""  # that it names itself
    names_in_meta: bool = False  # which every reader of pages understands
    has_mark: bool = False  # at its beginning, of UTF-8 or UTF-16

    @property
    def has_import_map(self) -> bool:
        """Whether bare module names may mean something."""
        return any(part.kind == "importmap" for part in self.embedded)


def read_page(data: bytes) -> Page:
    """Read a page; the worst of markup still gives a page, only an emptier one."""
    codec = _UTF16.get(data[:2], "latin-1")
    text = data.decode(codec, "replace")[:MAX_PARSED]
    reader = _PageReader(text, codec)
    reader.read()
    reader.page.has_mark = codec != "latin-1" or data.startswith(codecs.BOM_UTF8)
    reader.page.head_at = len(text[: reader.head_at].encode(codec, "surrogatepass"))
    return reader.page


def insert(data: bytes, page: Page, markup: str) -> bytes:
    """The page with ASCII ``markup`` in its head, all other bytes as they were."""
    at = page.head_at
    return data[:at] + markup.encode(page.codec) + data[at:]


class _PageReader:
    """Collects a :class:`Page`."""

    def __init__(self, text: str, codec: str) -> None:
        self.page = Page(codec=codec)
        mark = _BYTE_ORDER_MARK.match(text)
        self.head_at = mark.end() if mark else 0
        self._rank = 0  # of that place: a better one has a higher rank
        self._text = text
        self._line = 1
        self._counted = 0  # newlines up to this position are in ``_line``
        self._encoding = "windows-1252"  # of what is no UTF-8, as browsers have it
        self._inert = ""  # the element that shows nothing of what stands in it
        self._pictures = 0  # elements of SVG that are open: a title in one is no page's

    def read(self) -> None:
        """Token by token; what stands inside scripts and the like is text."""
        position = self.head_at
        if declared := _XML_ENCODING.match(self._text, position):
            self._named(declared[1])
        while match := _TOKEN.search(self._text, position):
            self._note_text(position, match.start())
            position = match.end()
            if name := match["start"]:
                position = self._start(name.lower(), match)
            elif match["end"]:
                self._end(match["end"].lower(), match.start())
            elif match[0][:9].lower() == "<!doctype":
                self._place(1, match.end())
        self._note_text(position, len(self._text))

    def _note_text(self, start: int, end: int) -> None:
        """Whether there is any outside of the tags that is seen."""
        if not self.page.has_text and not self._inert:
            self.page.has_text = bool(unescape(self._text[start:end]).strip())

    def _end(self, name: str, position: int) -> None:
        if name == "head":
            self._place(4, position)
        elif name == self._inert:
            self._inert = ""
        elif name == "svg":
            self._pictures = max(self._pictures - 1, 0)

    def _start(self, name: str, match: re.Match[str]) -> int:
        """One start tag and its raw text, if it has any; returns where to go on."""
        attributes = dict(self._attributes(match["attributes"]))
        line = self._line_of(match.start())
        tag = Tag(name, attributes, line, is_inert=bool(self._inert))
        self.page.tags.append(tag)
        if name in _INERT and not self._inert:
            self._inert = name
        elif name == "svg" and not match["attributes"].rstrip().endswith("/"):
            self._pictures += 1
        if name == "meta":
            self._name_encoding(tag)
        elif name in ("html", "head"):
            self._place(2 if name == "html" else 3, match.end())
        elif name == "link":
            self.page.link_rels.update(tag.attributes.get("rel", "").lower().split())
        elif name == "base" and self.page.base is None and "href" in tag.attributes:
            self.page.base = tag
        if name not in _RAW:
            return match.end()
        end = _RAW[name].search(self._text, match.end())
        stop = end.start() if end else len(self._text)
        self._raw(tag, self._decoded(self._text[match.end() : stop]), match.end())
        return stop

    def _name_encoding(self, tag: Tag) -> None:
        named = _CHARSET.search(tag.attributes.get("content", ""))
        charset = tag.attributes.get("charset", "").strip() or (named[1] if named else "")
        if charset:
            self._named(charset)
            self.page.names_in_meta = True

    def _named(self, charset: str) -> None:
        self.page.encoding = self.page.encoding or charset.lower()
        if _OLDER.fullmatch(charset):
            self._encoding = charset

    def _raw(self, tag: Tag, text: str, position: int) -> None:
        kind = tag.attributes.get("type", "").strip().lower() if tag.name == "script" else ""
        if tag.name == "title":
            if not self._pictures:
                self.page.title = self.page.title or unescape(text)
        elif "src" in tag.attributes:
            pass  # browsers do not read what stands between
        elif tag.name == "style" or (tag.name == "script" and kind in SCRIPT_TYPES):
            line = self._line_of(position)
            self.page.embedded.append(Embedded(tag.name, text, line, is_module=kind == "module"))
        elif kind == "importmap":
            self.page.embedded.append(Embedded(kind, text, self._line_of(position)))

    def _attributes(self, text: str) -> Iterator[tuple[str, str]]:
        """The first of each name counts, so they come in reverse."""
        for match in reversed(list(_ATTRIBUTE.finditer(text))):
            value = match[2] or match[3] or match[4] or ""
            yield match[1].lower(), unescape(self._decoded(value))

    def _place(self, rank: int, offset: int) -> None:
        if rank > self._rank:
            self._rank, self.head_at = rank, offset

    def _line_of(self, position: int) -> int:
        self._line += self._text.count("\n", self._counted, position)
        self._counted = position
        return self._line

    def _decoded(self, value: str) -> str:
        """Latin-1 stood for bytes, which are UTF-8 nearly always."""
        if self.page.codec != "latin-1":
            return value
        data = value.encode("latin-1")
        try:
            return data.decode()
        except UnicodeError:
            return data.decode(self._encoding, "replace")
