"""Precompressed files, as in Unity's web builds, are unpacked by browsers if the host says so."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from services.packager.build.plan import Note

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_LOADER: Final = ".loader.js"
_PART: Final = re.compile(r"\.(framework\.js|wasm|data|symbols\.json)\.(br|gz)\Z")
_TYPES: Final = {
    "framework.js": "text/javascript",
    "wasm": "application/wasm",
    "data": "application/octet-stream",
    "symbols.json": "application/json",
}
_CODINGS: Final[dict[str, Literal["br", "gzip"]]] = {"br": "br", "gz": "gzip"}


class Precompressed(msgspec.Struct, frozen=True):
    """What a host has to say of a file."""

    coding: Literal["br", "gzip"]  # Content-Encoding
    media_type: str


def precompressed(paths: Collection[str]) -> dict[str, Precompressed]:
    """The files that lie beside a Unity loader and are compressed, by path.

    Other ``.gz`` files are their page's own business: it may unpack them itself.
    """
    folders = {posixpath.dirname(path) for path in paths if path.endswith(_LOADER)}
    return {
        path: Precompressed(_CODINGS[part[2]], _TYPES[part[1]])
        for path in sorted(paths)
        if (part := _PART.search(path)) and posixpath.dirname(path) in folders
    }


def host_notes(files: Mapping[str, Precompressed]) -> list[Note]:
    """One warning: not every host says what these files need."""
    if not files:
        return []
    first, *others = files
    more = f" (and {len(others)} more)" if others else ""
    message = (
        f"is compressed{more}: the game starts only where the host sends it with Content-Encoding: "
        f"{files[first].coding}. _headers and serve.json say so to hosts that read them; for "
        "others switch Decompression Fallback on in Unity's publishing settings, or compression "
        "off, and build again"
    )
    return [Note(file=first, message=message)]
