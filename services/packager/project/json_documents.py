"""JSON that anybody may have written is read within bounds, and never fatal to the process."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING, Any, Final

import msgspec

if TYPE_CHECKING:
    from services.packager.project.files import ProjectFiles

MAX_TEXT_BYTES: Final = 64 << 20  # of one document: the largest levels have a tenth of that
AELV: Final = b"AELV"
AELV_HEADER: Final = struct.Struct("<4sIII")  # magic, version, bytes of zlib data, length of text
AELV_VERSION: Final = 1
BYTES_A_CHARACTER: Final = 4  # files count bytes or characters


class UnreadableError(Exception):
    """Why a document cannot be read."""


def read_json(project: ProjectFiles, path: str) -> dict[str, Any]:
    """The JSON object in a file of the project.

    Raises:
        UnreadableError: What is wrong with it.
    """
    size = project.files[path].size
    if size > MAX_TEXT_BYTES:
        raise UnreadableError(f"has {size:,} bytes; at most {MAX_TEXT_BYTES:,} are read")
    return parse(project.read(path, max_bytes=MAX_TEXT_BYTES))


def parse(data: bytes) -> dict[str, Any]:
    """The JSON object in a text or binary (``.aelv``) document.

    Raises:
        UnreadableError: What is wrong with it.
    """
    text = unpack(data) if data.startswith(AELV) else data
    try:
        document = msgspec.json.decode(text.removeprefix(b"\xef\xbb\xbf"))
    except RecursionError:
        raise UnreadableError("is nested deeper than any editor writes it") from None
    except msgspec.MsgspecError as error:
        raise UnreadableError(f"is not valid JSON: {_placed(error, text)}") from None
    except UnicodeDecodeError as error:
        raise UnreadableError(f"is not UTF-8: {error.reason} at byte {error.start}") from None
    if not isinstance(document, dict):
        raise UnreadableError("holds no JSON object")
    return document


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
    unpacker = zlib.decompressobj()
    try:
        text = unpacker.decompress(body, length * BYTES_A_CHARACTER + 1)
    except zlib.error as error:
        raise UnreadableError(f"cannot be unpacked: {error}") from None
    if len(text) > length * BYTES_A_CHARACTER or not unpacker.eof:
        raise UnreadableError(f"does not unpack to the {length:,} bytes that its header announces")
    return text


def _placed(error: msgspec.MsgspecError, text: bytes) -> str:
    """The decoder's message with a line instead of a byte."""
    message = str(error).removeprefix("JSON is malformed: ")
    head, found, rest = message.partition("(byte ")
    if not found:
        return message
    line = text.count(b"\n", 0, int(rest.rstrip(")"))) + 1
    return f"{head}in line {line}"
