"""The container of glTF 2.0 models holds a JSON document, and bytes that it describes."""

from __future__ import annotations

import base64
import binascii
import struct
from typing import TYPE_CHECKING, Any, Final

import msgspec

from services.packager.optimizing.gltf import UnsuitableError
from services.packager.project.json_documents import parse

if TYPE_CHECKING:
    from collections.abc import Mapping

ALIGNMENT: Final = 4
_VERSION: Final = 2
_HEADER: Final = struct.Struct("<4sII")  # magic, version, length
_CHUNK: Final = struct.Struct("<II")  # length, type
_MAGIC: Final = b"glTF"
_JSON: Final = 0x4E4F534A
_BINARY: Final = 0x004E4942
_BASE64: Final = ";base64"


def read(data: bytes) -> tuple[dict[str, Any], bytes | None]:
    """The document of a ``.glb`` or ``.gltf``, and the binary chunk of a ``.glb`` that has one.

    Raises:
        UnsuitableError: It is broken, of another version, or has chunks of other kinds.
        UnreadableError: Its document cannot be read.
    """
    text, binary = _chunks(data) if data.startswith(_MAGIC) else (data, None)
    return parse(text), binary


def write(document: Mapping[str, Any], binary: bytearray) -> bytes:
    """A ``.glb`` (section 4.4 of the specification)."""
    text = padded(msgspec.json.encode(document), b" ")
    pieces: list[bytes | bytearray] = [_CHUNK.pack(len(text), _JSON), text]
    if binary:
        filler = bytes(-len(binary) % ALIGNMENT)
        pieces += [_CHUNK.pack(len(binary) + len(filler), _BINARY), binary, filler]
    length = _HEADER.size + sum(map(len, pieces))
    return b"".join((_HEADER.pack(_MAGIC, _VERSION, length), *pieces))


def bytes_of(uri: str) -> bytes | None:
    """What a ``data:`` URI holds; None for any other.

    Raises:
        UnsuitableError: It is not in base64.
    """
    if not uri.startswith("data:"):
        return None
    head, _, text = uri.partition(",")
    if not head.endswith(_BASE64):
        raise UnsuitableError("a data: URI that is not in base64")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise UnsuitableError(f"a data: URI that is not in base64: {error}") from None


def media_type(uri: str) -> str:
    """What a ``data:`` URI says that it holds."""
    return uri.removeprefix("data:").partition(",")[0].removesuffix(_BASE64)


def padded(data: bytes, filler: bytes = b"\0") -> bytes:
    """Up to where the next part may begin."""
    return data + filler * (-len(data) % ALIGNMENT)


def _chunks(data: bytes) -> tuple[bytes, bytes | None]:
    found: dict[int, bytes] = {}
    try:
        _, version, length = _HEADER.unpack_from(data)
        at = _HEADER.size
        while at < length:
            size, kind = _CHUNK.unpack_from(data, at)
            at += _CHUNK.size
            chunk = data[at : at + size]
            if len(chunk) < size or kind in found:
                raise UnsuitableError("is cut short, or has a chunk twice")
            found[kind] = chunk
            at += size
    except struct.error as error:
        raise UnsuitableError(f"is cut short: {error}") from None
    if version != _VERSION or at != len(data) or found.keys() - {_BINARY} != {_JSON}:
        raise UnsuitableError("is another version, has other chunks, or data behind its end")
    return found[_JSON], found.get(_BINARY)
