"""A finished bundle is read back: programs, their signatures, the seal, the game."""

from __future__ import annotations

import hashlib
import plistlib
import struct
from typing import TYPE_CHECKING, Final

from services.packager.archive.compress_jobs import blocks_of
from services.packager.archive.concatenated import piece_bytes
from services.packager.build.integrity import SelfCheckError
from services.packager.desktop.verify import check_archive
from services.packager.platforms.macos.bundle import GAME, INFO, SEAL, folder, program_path
from services.packager.platforms.macos.macho import Layout, slices_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from services.packager.application.app_identity import AppIdentity
    from services.packager.archive.concatenated import Piece
    from services.packager.archive.member import Member

_DIRECTORY_SLOT: Final = 0
_HASHES: Final = {1: "sha1", 2: "sha256"}


def check(members: Sequence[Member], identity: AppIdentity, game: Sequence[Piece]) -> None:
    """Check that every slice parses, and that its pages and the sealed files fit its signature.

    The seal has to fit the game, whoever has signed.

    Raises:
        SelfCheckError: What is wrong.
    """
    prefix = f"{folder(identity)}/Contents/"
    files = {member.path.removeprefix(prefix): member for member in members}
    sealed = {1: _content(files, INFO), 3: _content(files, SEAL)}
    program = _content(files, program_path(identity))
    try:
        for code in slices_of(program):
            _check_slice(code, sealed)
        seal = plistlib.loads(sealed[3])["files2"][GAME]["hash2"]
    except (ValueError, struct.error, KeyError, plistlib.InvalidFileException) as error:
        raise SelfCheckError(f"the application for macOS is broken: {error}") from error
    digest = hashlib.sha256()
    with files[GAME].open() as file:
        for block in blocks_of(files[GAME], file):
            digest.update(block)
        if digest.digest() != seal:
            raise SelfCheckError("the game is not what the application is sealed with")
        size = sum(map(piece_bytes, game))
        check_archive(file, game, offset=0, size_bytes=size)


def _content(files: Mapping[str, Member], path: str) -> bytes:
    if path not in files:
        raise SelfCheckError(f"the application for macOS has no {path}")
    with files[path].open() as file:
        return file.read()


def _check_slice(code: bytes, sealed: Mapping[int, bytes]) -> None:
    layout = Layout.read(code)
    at, size = layout.signature
    if not size or at + size != len(code):
        raise SelfCheckError("a program for macOS does not end with its signature")
    directory = _directory(code[at:])
    hashes_at, special_count, page_count, limit = struct.unpack_from(">I4x3I", directory, 16)
    hash_bytes, kind, _, page_bits = struct.unpack_from("4B", directory, 36)

    def holds(number: int, data: bytes) -> bool:
        start = hashes_at + number * hash_bytes
        digest = hashlib.new(_HASHES[kind], data).digest()
        return directory[start : start + hash_bytes] == digest[:hash_bytes]

    if limit != at or special_count < max(sealed) or page_count != -(-limit >> page_bits):
        raise SelfCheckError("the signature of a program for macOS covers another program")
    if not all(holds(-slot, data) for slot, data in sealed.items()):
        raise SelfCheckError("a program for macOS is sealed to another bundle")
    pages = (
        code[start : min(start + (1 << page_bits), limit)]
        for start in range(0, limit, 1 << page_bits)
    )
    if not all(holds(number, page) for number, page in enumerate(pages)):
        raise SelfCheckError("a page of a program for macOS is not what it was signed with")


def _directory(signature: bytes) -> bytes:
    """The first of its code directories."""
    (count,) = struct.unpack_from(">I", signature, 8)
    for number in range(count):
        slot, at = struct.unpack_from(">2I", signature, 12 + 8 * number)
        if slot == _DIRECTORY_SLOT:
            return signature[at:]
    raise SelfCheckError("a signature for macOS has no code directory")
