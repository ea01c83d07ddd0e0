"""JSON that anybody may have written is read within bounds, and never fatal to the process."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING, Any, Final

import msgspec

from services.packager.project import lfs_pointers
from services.packager.project.unreadable import UnreadableError, decoding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from services.packager.project.files import ProjectFiles

MAX_TEXT_BYTES: Final = 64 << 20  # of one document: the largest levels have a tenth of that
MAX_VALUES: Final = 4_000_000  # likewise; each takes about 100 bytes of memory
MAX_DEPTH: Final = 128  # editors write a tenth; whoever writes it again needs a stack as deep
AELV: Final = b"AELV"
AELV_HEADER: Final = struct.Struct("<4sIII")  # magic, version, bytes of zlib data, length of text
AELV_VERSION: Final = 1
BYTES_A_CHARACTER: Final = 4  # files count bytes or characters
_TOO_DEEP: Final = f"is nested deeper than {MAX_DEPTH} levels: no editor writes it so"


def read_json(project: ProjectFiles, path: str) -> dict[str, Any]:
    """The JSON object in a file of the project.

    Raises:
        UnreadableError: What is wrong with it.
    """
    with decoding(path):
        return _as_object(read_value(project, path))


def read_value(project: ProjectFiles, path: str) -> Any:
    """The JSON value in a file of the project, of any type.

    Raises:
        UnreadableError: What is wrong with it.
    """
    size = project.files[path].size
    if size > MAX_TEXT_BYTES:
        raise UnreadableError(f"has {size:,} bytes; at most {MAX_TEXT_BYTES:,} are read")
    data = project.read(path, max_bytes=MAX_TEXT_BYTES)
    with decoding(path):
        return parse_value(data)


def parse(data: bytes) -> dict[str, Any]:
    """The JSON object in a text or binary (``.aelv``) document.

    Raises:
        UnreadableError: What is wrong with it.
    """
    return _as_object(parse_value(data))


def parse_value(data: bytes) -> Any:
    """The JSON value in a text or binary document, of any type.

    Raises:
        UnreadableError: What is wrong with it.
    """
    if lfs_pointers.is_pointer(data):
        raise UnreadableError(lfs_pointers.FAULT)
    text = unpack(data) if data.startswith(AELV) else data
    if values_in(text) > MAX_VALUES:
        raise UnreadableError(f"holds more than {MAX_VALUES:,} values; split it")
    try:
        document = msgspec.json.decode(text.removeprefix(b"\xef\xbb\xbf"))
    except RecursionError:
        raise UnreadableError(_TOO_DEEP) from None
    except msgspec.MsgspecError as error:
        raise UnreadableError(f"is not valid JSON: {_placed(error, text)}") from None
    except UnicodeDecodeError as error:
        raise UnreadableError(f"is not UTF-8: {error.reason} at byte {error.start}") from None
    if is_too_deep(document):
        raise UnreadableError(_TOO_DEEP)
    return document


def _as_object(document: Any) -> dict[str, Any]:
    if not isinstance(document, dict):
        raise UnreadableError("holds no JSON object")
    return document


def values_in(text: bytes) -> int:
    """How many values JSON holds at most, before it is decoded: each has a sign in front of it."""
    return 1 + sum(map(text.count, (b",", b"[", b"{")))


def fields_in(value: Any) -> Iterator[tuple[str, Any]]:
    """Every (name, value) of the objects in a JSON value, however deep, in no order."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            yield from item.items()
            waiting += item.values()
        elif isinstance(item, list):
            waiting += item


def unpack(data: bytes) -> bytes:
    """The JSON text of a binary level; never more than its header promises.

    Raises:
        UnreadableError: Another version, cut short, damaged, or larger than it says.
    """
    if len(data) < AELV_HEADER.size:
        raise UnreadableError("is cut short: its header needs 16 bytes")
    _, version, packed, length = AELV_HEADER.unpack_from(data)
    if version != AELV_VERSION:
        raise UnreadableError(f"has version {version} of the binary format; only 1 is known")
    body = data[AELV_HEADER.size :][:packed]
    if len(body) < packed:
        raise UnreadableError(f"is cut short: {packed:,} bytes are announced, {len(body):,} follow")
    if length > MAX_TEXT_BYTES:
        raise UnreadableError(f"announces {length:,} bytes of JSON; {MAX_TEXT_BYTES:,} are read")
    most = min(length * BYTES_A_CHARACTER, MAX_TEXT_BYTES)
    unpacker = zlib.decompressobj()
    try:
        text = unpacker.decompress(body, most + 1)
    except zlib.error as error:
        raise UnreadableError(f"cannot be unpacked: {error}") from None
    if len(text) > most or not unpacker.eof:
        raise UnreadableError(f"does not unpack to the {length:,} bytes that its header announces")
    return text


def is_too_deep(document: Any) -> bool:
    """Whether something is nested deeper than ``MAX_DEPTH``; level by level, without recursion."""
    level: list[Any] = [document] if isinstance(document, dict | list) else []
    for _ in range(MAX_DEPTH):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return False
    return True


def _placed(error: msgspec.MsgspecError, text: bytes) -> str:
    """The decoder's message with a line instead of a byte."""
    message = str(error).removeprefix("JSON is malformed: ")
    head, found, rest = message.partition("(byte ")
    if not found:
        return message
    line = text.count(b"\n", 0, int(rest.rstrip(")"))) + 1
    return f"{head}in line {line}"
