"""The table of resources names the package that it belongs to, in both of its encodings.

Source: AOSP, ``ResourceTypes.h``, ``ResTable_package``; ``aapt2/Resources.proto``, ``Package``.
"""

from __future__ import annotations

import struct
from typing import Final

from services.packager.platforms.android.wire_format import (
    Field,
    message,
    read_message,
    text,
    write_message,
)
from services.packager.platforms.android.xml_tree import ManifestError

_TABLE, _PACKAGE = 0x0002, 0x0200
_CHUNK: Final = struct.Struct("<HHI")
_NAME_AT: Final = 12  # in a package's chunk, behind its id
_NAME_BYTES: Final = 256
_PROTO_PACKAGE: Final = 2  # of ResourceTable
_PROTO_NAME: Final = 2  # of Package


def renamed_table(data: bytes, package: str) -> bytes:
    """``resources.arsc`` of another package; the name has room for 127 letters.

    Raises:
        ManifestError: It is no table of one package.
    """
    kind, at, size = _CHUNK.unpack_from(data)
    if kind != _TABLE or size != len(data):
        raise ManifestError("resources.arsc is no table of resources")
    while at < size:
        kind, _, chunk_bytes = _CHUNK.unpack_from(data, at)
        if kind == _PACKAGE:
            name = package.encode("utf-16-le").ljust(_NAME_BYTES, b"\0")
            start = at + _NAME_AT
            return data[:start] + name + data[start + _NAME_BYTES :]
        at += max(chunk_bytes, _CHUNK.size)
    raise ManifestError("resources.arsc has no package")


def renamed_proto_table(data: bytes, package: str) -> bytes:
    """``resources.pb`` of another package.

    Raises:
        ValueError: It is broken.
    """
    return write_message(
        message(_PROTO_PACKAGE, *_renamed(field.data, package))
        if field.number == _PROTO_PACKAGE
        else field
        for field in read_message(data)
    )


def _renamed(data: bytes, package: str) -> list[Field]:
    return [
        text(_PROTO_NAME, package) if field.number == _PROTO_NAME else field
        for field in read_message(data)
    ]
