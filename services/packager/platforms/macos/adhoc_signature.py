"""An ad-hoc signature names nobody, but seals every byte, and Apple's processors insist on one.

Source: Apple's xnu, osfmk/kern/cs_blobs.h; codesign's "code directory", version 2.4.
"""

from __future__ import annotations

import hashlib
import struct
from typing import Final

import msgspec

from services.packager.platforms.macos.macho import Layout, with_room

PAGE_BYTES: Final = 4_096
_PAGE_BITS: Final = 12
_HASH_BYTES, _SHA256 = 32, 2
_ADHOC: Final = 0x2
_MAIN_BINARY: Final = 1
_DIRECTORY: Final = struct.Struct(">9I4B4I4Q")
_VERSION_WITH_EXEC_SEGMENT: Final = 0x20400
_MAGIC_SIGNATURE, _MAGIC_DIRECTORY = 0xFADE_0CC0, 0xFADE_0C02
_MAGIC_REQUIREMENTS, _MAGIC_CMS = 0xFADE_0C01, 0xFADE_0B01
_SLOT_DIRECTORY, _SLOT_REQUIREMENTS, _SLOT_CMS = 0, 2, 0x10000
_NO_REQUIREMENTS: Final = struct.pack(">3I", _MAGIC_REQUIREMENTS, 12, 0)
_NO_CMS: Final = struct.pack(">2I", _MAGIC_CMS, 8)


class Sealed(msgspec.Struct, frozen=True):
    """What a program's signature covers beside the program."""

    identifier: str  # the bundle id
    info_plist: bytes
    code_resources: bytes


def signed(program: bytes, sealed: Sealed) -> bytes:
    """One slice with its signature behind it.

    Raises:
        TemplateError: There is no room for one.
    """
    # The signature is as long as the number of pages says, so it is made once for its length.
    room = len(_signature(program + bytes(PAGE_BYTES), sealed, text_bytes=0))
    code, signature_bytes = with_room(program, room)
    signature = _signature(code, sealed, text_bytes=Layout.read(code).text_bytes)
    return code + signature.ljust(signature_bytes, b"\0")


def _signature(code: bytes, sealed: Sealed, *, text_bytes: int) -> bytes:
    directory = _code_directory(code, sealed, text_bytes=text_bytes)
    blobs = (
        (_SLOT_DIRECTORY, directory),
        (_SLOT_REQUIREMENTS, _NO_REQUIREMENTS),
        (_SLOT_CMS, _NO_CMS),
    )
    at = 12 + 8 * len(blobs)
    index = b""
    for slot, blob in blobs:
        index += struct.pack(">2I", slot, at)
        at += len(blob)
    head = struct.pack(">3I", _MAGIC_SIGNATURE, at, len(blobs))
    return head + index + b"".join(blob for _, blob in blobs)


def _code_directory(code: bytes, sealed: Sealed, *, text_bytes: int) -> bytes:
    """The hash of every page, and before them those of what belongs to the program."""
    identifier = sealed.identifier.encode() + b"\0"
    special = [_hash(sealed.code_resources), _hash(_NO_REQUIREMENTS), _hash(sealed.info_plist)]
    pages = [_hash(code[at : at + PAGE_BYTES]) for at in range(0, len(code), PAGE_BYTES)]
    hashes_at = _DIRECTORY.size + len(identifier) + len(special) * _HASH_BYTES
    head = _DIRECTORY.pack(
        *(_MAGIC_DIRECTORY, hashes_at + len(pages) * _HASH_BYTES),
        *(_VERSION_WITH_EXEC_SEGMENT, _ADHOC),
        *(hashes_at, _DIRECTORY.size, len(special), len(pages), len(code)),
        *(_HASH_BYTES, _SHA256, 0, _PAGE_BITS),
        *(0, 0, 0, 0),  # spare, scatter, team, spare
        0,  # the limit of the code where 32 bits do not hold it
        *(0, text_bytes, _MAIN_BINARY),  # of the executable segment: begin, end, kind
    )
    return head + identifier + b"".join(special) + b"".join(pages)


def _hash(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()
