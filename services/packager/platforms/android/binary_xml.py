"""Binary XML is how an APK carries its manifest: chunks that name their texts by number.

Source: AOSP, ``ResourceTypes.h``, ``ResXMLTree_*``, ``Res_value``.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

import msgspec

from services.packager.platforms.android import string_pool
from services.packager.platforms.android.xml_tree import (
    Attribute,
    Element,
    Kept,
    ManifestError,
    Value,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

_FILE, _IDS = 0x0003, 0x0180
_OPEN_NAMESPACE, _CLOSE_NAMESPACE, _OPEN, _CLOSE = 0x0100, 0x0101, 0x0102, 0x0103
_CHUNK: Final = struct.Struct("<HHI")  # kind, bytes of the header, bytes of all
_NODE: Final = struct.Struct("<HHIII")  # the same, line, comment
_NAMESPACE: Final = struct.Struct("<II")  # prefix, URI
_ELEMENT: Final = struct.Struct("<IIHHHHHH")  # namespace, name, and where the attributes are
_ATTRIBUTE: Final = struct.Struct("<IIIHBBI")  # namespace, name, text, size, 0, type, data
_NONE: Final = 0xFFFF_FFFF
_TEXT, _NUMBER, _TRUTH = 0x03, 0x10, 0x12
_BROKEN: Final = (struct.error, ValueError, IndexError)


class _Typed(msgspec.Struct, frozen=True):
    """A value of another type, with the text that it was written as, if that was kept."""

    kind: int
    data: int
    text: str | None


def read_xml(data: bytes) -> Element:
    """The root element of a binary XML file.

    Raises:
        ManifestError: It is none, or broken.
    """
    try:
        return _Reader(data).root()
    except ManifestError:
        raise
    except _BROKEN as error:
        raise ManifestError(f"the manifest's binary XML is broken: {error}") from error


def write_xml(root: Element) -> bytes:
    """A binary XML file."""
    return _Writer(root).file()


class _Reader:
    def __init__(self, data: bytes) -> None:
        kind, header_bytes, size = _CHUNK.unpack_from(data)
        if kind != _FILE or size > len(data):
            raise ManifestError("the manifest is no binary XML")
        self._data = data[:size]
        self._at = header_bytes
        self._texts: list[str] = []
        self._ids: tuple[int, ...] = ()

    def root(self) -> Element:
        roots: list[Element] = []
        open_elements: list[Element] = []
        declared: list[tuple[str, str]] = []
        for kind, body, line in self._nodes():
            if kind == _OPEN_NAMESPACE:
                prefix, uri = _NAMESPACE.unpack_from(body)
                declared.append((self._text(prefix), self._text(uri)))
            elif kind == _OPEN:
                element = self._element(body, line, declared)
                siblings = open_elements[-1].children if open_elements else roots
                siblings.append(element)
                open_elements.append(element)
                declared = []
            elif kind == _CLOSE:
                open_elements.pop()
            elif kind != _CLOSE_NAMESPACE:
                raise ManifestError(f"the manifest has a chunk of an unknown kind, {kind:#06x}")
        if len(roots) != 1 or open_elements:
            raise ManifestError("the manifest has no single root element")
        return roots[0]

    def _nodes(self) -> Iterator[tuple[int, bytes, int]]:
        """Kind, content and line of each node; texts and ids are read on the way."""
        while self._at < len(self._data):
            kind, header_bytes, size = _CHUNK.unpack_from(self._data, self._at)
            chunk = self._data[self._at : self._at + size]
            if not _CHUNK.size <= header_bytes <= size == len(chunk):
                raise ManifestError("a chunk of the manifest reaches beyond its end")
            self._at += size
            if kind == string_pool.KIND:
                self._texts = string_pool.read_pool(chunk)
            elif kind == _IDS:
                count = (size - header_bytes) // 4
                self._ids = struct.unpack_from(f"<{count}I", chunk, header_bytes)
            else:
                yield kind, chunk[header_bytes:], _NODE.unpack_from(chunk)[3]

    def _element(self, body: bytes, line: int, declared: list[tuple[str, str]]) -> Element:
        namespace, name, start, step, count, *_ = _ELEMENT.unpack_from(body)
        return Element(
            name=self._text(name),
            namespace=self._text(namespace),
            attributes=[self._attribute(body, start + step * n) for n in range(count)],
            children=[],
            namespaces=declared,
            kept=line,
        )

    def _attribute(self, body: bytes, at: int) -> Attribute:
        namespace, name, text, _, _, kind, data = _ATTRIBUTE.unpack_from(body, at)
        return Attribute(
            name=self._text(name),
            namespace=self._text(namespace),
            resource_id=self._ids[name] if name < len(self._ids) else None,
            value=self._value(kind, data, text),
        )

    def _value(self, kind: int, data: int, text: int) -> Value:
        if kind == _TEXT:
            return self._text(data)
        if kind == _TRUTH:
            return data != 0
        if kind == _NUMBER and data < 1 << 31:
            return data
        return Kept(_Typed(kind, data, None if text == _NONE else self._text(text)))

    def _text(self, number: int) -> str:
        return "" if number == _NONE else self._texts[number]


class _Writer:
    """Names of attributes that have an id come first among the texts, in the order of their ids."""

    def __init__(self, root: Element) -> None:
        self._root = root
        names = {
            (attribute.resource_id, attribute.name)
            for element in root.walk()
            for attribute in element.attributes
            if attribute.resource_id is not None
        }
        self._named = {key: number for number, key in enumerate(sorted(names))}
        self._texts: dict[str, int] = {}

    def file(self) -> bytes:
        nodes = b"".join(self._element(self._root))
        texts = [name for _, name in self._named] + [*self._texts]
        ids = struct.pack(f"<{len(self._named)}I", *(key for key, _ in self._named))
        chunks = (
            string_pool.write_pool(texts),
            _CHUNK.pack(_IDS, _CHUNK.size, _CHUNK.size + len(ids)) + ids,
            nodes,
        )
        size = _CHUNK.size + sum(map(len, chunks))
        return b"".join((_CHUNK.pack(_FILE, _CHUNK.size, size), *chunks))

    def _element(self, element: Element) -> Iterator[bytes]:
        line = element.kept
        names = self._number(element.namespace), self._number(element.name)
        for prefix, uri in element.namespaces:
            yield self._namespace(_OPEN_NAMESPACE, line, prefix, uri)
        attributes = sorted(element.attributes, key=_order)
        where = (_ELEMENT.size, _ATTRIBUTE.size, len(attributes), 0, 0, 0)
        body = _ELEMENT.pack(*names, *where) + b"".join(map(self._attribute, attributes))
        yield _node(_OPEN, line, body)
        for child in element.children:
            assert isinstance(child, Element)  # noqa: S101 - nothing else is read here
            yield from self._element(child)
        yield _node(_CLOSE, line, struct.pack("<II", *names))
        for prefix, uri in reversed(element.namespaces):
            yield self._namespace(_CLOSE_NAMESPACE, line, prefix, uri)

    def _namespace(self, kind: int, line: int, prefix: str, uri: str) -> bytes:
        return _node(kind, line, _NAMESPACE.pack(self._number(prefix), self._number(uri)))

    def _attribute(self, attribute: Attribute) -> bytes:
        if attribute.resource_id is None:
            name = self._number(attribute.name)
        else:
            name = self._named[attribute.resource_id, attribute.name]
        text, kind, data = self._typed(attribute.value)
        return _ATTRIBUTE.pack(self._number(attribute.namespace), name, text, 8, 0, kind, data)

    def _typed(self, value: Value) -> tuple[int, int, int]:
        if isinstance(value, str):
            number = self._number(value, empty=False)
            return number, _TEXT, number
        if isinstance(value, bool):
            return _NONE, _TRUTH, _NONE if value else 0
        if isinstance(value, int):
            return _NONE, _NUMBER, value
        typed: _Typed = value.content
        text = _NONE if typed.text is None else self._number(typed.text, empty=False)
        return text, typed.kind, typed.data

    def _number(self, text: str, *, empty: bool = True) -> int:
        """Of a text; where there need not be one, an empty one has none."""
        if empty and not text:
            return _NONE
        return len(self._named) + self._texts.setdefault(text, len(self._texts))


def _node(kind: int, line: int, body: bytes) -> bytes:
    return _NODE.pack(kind, _NODE.size, _NODE.size + len(body), line, _NONE) + body


def _order(attribute: Attribute) -> tuple[bool, int]:
    """The system looks for attributes by their ids, upwards."""
    return attribute.resource_id is None, attribute.resource_id or 0
