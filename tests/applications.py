"""Applications taken apart, by nothing that made them."""

from __future__ import annotations

import io
import re
import struct
import tarfile
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.projects import Built

FOLDERS = {  # where the game lies, by the end of the artifact's name
    "-ios.zip": re.compile(r"[^/]+/www/(.+)"),
    ".apk": re.compile(r"assets/www/(.+)"),
    ".aab": re.compile(r"base/assets/www/(.+)"),
    ".ipa": re.compile(r"Payload/[^/]+\.app/www/(.+)"),
}
LOCATOR = b"AETHELPAYLOAD\0\x01\0"


def unpacked(built: Built) -> dict[str, bytes]:
    """The files of the artifact, by path."""
    if built.name.endswith((".zip", ".ipa", ".apk", ".aab")):
        with zipfile.ZipFile(io.BytesIO(built.data)) as archive:
            return {name: archive.read(name) for name in archive.namelist()}
    if built.name.endswith(".tar.gz"):
        with tarfile.open(fileobj=io.BytesIO(built.data)) as archive:
            return {
                member.name: file.read()
                for member in archive
                if (file := archive.extractfile(member))
            }
    return {built.name: built.data}


def program_in(built: Built) -> bytes:
    """The file that a player starts."""
    files = unpacked(built)
    if len(files) == 1:
        return next(iter(files.values()))
    (program,) = (
        data
        for path, data in files.items()
        if "/MacOS/" in path or path.endswith(f"/{path.rpartition('/')[0].rpartition('-')[0]}")
    )
    return program


def game_files(built: Built) -> dict[str, bytes]:
    """The files of the game, wherever its application carries them."""
    if folder := next((f for suffix, f in FOLDERS.items() if built.name.endswith(suffix)), None):
        named = ((folder.match(path), data) for path, data in unpacked(built).items())
        return {found[1]: data for found, data in named if found}
    with zipfile.ZipFile(io.BytesIO(game_in(built))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def game_in(built: Built) -> bytes:
    """The archive of the game, as the program finds it."""
    for path, data in unpacked(built).items():
        if path.endswith("/Resources/game.pak"):
            return data
    program = program_in(built)
    offset, size = struct.unpack_from("<QQ", program, program.index(LOCATOR) + len(LOCATOR))
    return program[offset : offset + size]


def config_in(built: Built) -> bytes:
    """What the shell, or a phone's runtime, is told."""
    files = game_files(built)
    return files.get("aethel-app.json") or files["aethel-shell.json"]
