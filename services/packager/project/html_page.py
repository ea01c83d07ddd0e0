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
from typing import TYPE_CHECKING, Final, Literal

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_PARSED: Final = 2 << 20  # characters; beyond lie the data of games that are one file
_CHARSET: Final = re.compile(r"charset\s*+=\s*+[\"']?([\w-]++)", re.IGNORECASE)
_OLDER: Final = re.compile(
    r"windows-125\d|iso-8859-(?:[2-9]|1[013-6])|koi8-[ru]|shift_jis|euc-(?:jp|kr)|gbk|gb2312|gb18030|big5",
    re.IGNORECASE,
)
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
_CANDIDATE: Final = re.compile(r"[^\s,]\S*")
_RAW: Final = {
    name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE)
    for name in ("iframe", "noframes", "script", "style", "textarea", "title", "xmp")
}
_SCRIPT_TYPES: Final = {"", "module", "text/javascript", "application/javascript"}
_UNSEEN: Final = frozenset(
    ("html", "head", "title", "meta", "link", "base", "style", "body", "noscript", "template")
)
_LINKS: Final = {"a", "area", "use", "image"}
_LOADING_RELS: Final = {"stylesheet", "modulepreload", "preload", "prefetch", "icon", "manifest"}


class Tag(msgspec.Struct, frozen=True):
    """One start tag with its attributes, names in lower case."""

    name: str
    attributes: dict[str, str]
    line: int

    @property
    def script(self) -> Literal["", "module", "classic"]:
        """What it loads a script as, if it does."""
        if self.name != "script" or "src" not in self.attributes:
            return ""
        kind = self.attributes.get("type", "").strip().lower()
        return "module" if kind == "module" else "classic"

    @property
    def shows(self) -> bool:
        """Whether it shows anything, or leads elsewhere."""
        acts = any(name.startswith("on") or name == "style" for name in self.attributes)
        refreshes = self.attributes.get("http-equiv", "").strip().lower() == "refresh"
        return self.name not in _UNSEEN or acts or refreshes

    def urls(self) -> list[str]:
        """What a browser would load or open because of this tag."""
        found = [self.attributes.get(name, "") for name in ("src", "poster")]
        if self.name in _LINKS or _LOADING_RELS & {*self.attributes.get("rel", "").lower().split()}:
            found += [self.attributes.get("href", ""), self.attributes.get("xlink:href", "")]
        if self.name == "object":
            found.append(self.attributes.get("data", ""))
        found += _candidates(self.attributes.get("srcset", ""))
        return [url for url in found if url.strip()]


def _candidates(srcset: str) -> Iterator[str]:
    """Its URLs: commas stand between them, and may stand in them (WHATWG HTML 4.8.4.2.1)."""
    at = 0
    while match := _CANDIDATE.search(srcset, at):
        yield match[0].rstrip(",")
        ended = match[0].endswith(",")
        at = match.end() if ended else srcset.find(",", match.end()) + 1 or len(srcset)


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
    has_text: bool = False
    codec: str = "latin-1"

    @property
    def shows_nothing(self) -> bool:
        """Whether it has no script, no element and no text: it stays empty whatever happens."""
        return not self.has_text and not any(tag.shows for tag in self.tags)

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
        self._encoding = "latin-1"  # of what is no UTF-8

    def read(self) -> None:
        """Token by token; what stands inside scripts and the like is text."""
        position = self.head_at
        while match := _TOKEN.search(self._text, position):
            self._note_text(position, match.start())
            position = match.end()
            if name := match["start"]:
                position = self._start(name.lower(), match)
            elif (match["end"] or "").lower() == "head":
                self._place(4, match.start())
            elif match[0][:9].lower() == "<!doctype":
                self._place(1, match.end())
        self._note_text(position, len(self._text))

    def _note_text(self, start: int, end: int) -> None:
        """Whether there is any outside of the tags."""
        self.page.has_text = self.page.has_text or bool(self._text[start:end].strip())

    def _start(self, name: str, match: re.Match[str]) -> int:
        """One start tag and its raw text, if it has any; returns where to go on."""
        tag = Tag(name, dict(self._attributes(match["attributes"])), self._line_of(match.start()))
        self.page.tags.append(tag)
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
        if _OLDER.fullmatch(charset):
            self._encoding = charset

    def _raw(self, tag: Tag, text: str, position: int) -> None:
        kind = tag.attributes.get("type", "").strip().lower() if tag.name == "script" else ""
        if tag.name == "title":
            self.page.title = self.page.title or unescape(text)
        elif tag.name == "style" or (tag.name == "script" and kind in _SCRIPT_TYPES):
            self.page.embedded.append(Embedded(tag.name, text, self._line_of(position)))
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
