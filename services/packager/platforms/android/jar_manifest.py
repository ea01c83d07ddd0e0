"""A signed JAR lists the hash of each of its files, and the hashes of that list, which are signed.

Source: "JAR File Specification", "Signed JAR File".
"""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Final

from services.packager.archive.member import Member

if TYPE_CHECKING:
    from collections.abc import Iterable

MANIFEST: Final = "META-INF/MANIFEST.MF"
SIGNATURE_FILE: Final = "META-INF/AETHEL.SF"
_CREATED_BY: Final = "Created-By: Aethel"
_LINE_BYTES: Final = 70  # before the end of a line


def jar_manifest(members: Iterable[Member]) -> list[Member]:
    """``MANIFEST.MF`` and the file to sign, for members whose hashes are known."""
    sections = {
        member.path: _section(member.path, bytes.fromhex(member.sha256)) for member in members
    }
    manifest = _lines("Manifest-Version: 1.0", _CREATED_BY) + b"".join(sections.values())
    signed = [
        _lines("Signature-Version: 1.0", _CREATED_BY, _digest("-Manifest", _sha256(manifest)))
    ]
    signed += [_section(path, _sha256(section)) for path, section in sections.items()]
    return [
        Member.of_bytes(MANIFEST, manifest),
        Member.of_bytes(SIGNATURE_FILE, b"".join(signed)),
    ]


def _section(path: str, digest: bytes) -> bytes:
    return _lines(f"Name: {path}", _digest("", digest))


def _digest(of: str, digest: bytes) -> str:
    return f"SHA-256-Digest{of}: {base64.b64encode(digest).decode()}"


def _lines(*lines: str) -> bytes:
    return b"".join(map(_wrapped, lines)) + b"\r\n"


def _wrapped(line: str) -> bytes:
    """Cut between letters; what continues a line begins with a space."""
    data = line.encode()
    pieces = []
    while len(data) > _LINE_BYTES:
        cut = _LINE_BYTES
        while data[cut] & 0xC0 == 0x80:  # noqa: PLR2004 - within a letter
            cut -= 1
        pieces.append(data[:cut])
        data = b" " + data[cut:]
    return b"".join(piece + b"\r\n" for piece in (*pieces, data))


def _sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()
