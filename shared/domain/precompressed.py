"""Precompressed files, as in Unity's web builds, are unpacked by browsers if the host says so."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Final, Literal

import msgspec

if TYPE_CHECKING:
    from collections.abc import Collection

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
