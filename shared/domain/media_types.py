"""The media type of a file, by its name: one table for whatever is served or embedded."""

from __future__ import annotations

import mimetypes
from pathlib import PurePosixPath
from typing import Final

UNKNOWN: Final = "application/octet-stream"
_TYPES: Final = {
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".wasm": "application/wasm",
    ".glb": "model/gltf-binary",
    ".gltf": "model/gltf+json",
    ".ogg": "audio/ogg",
    ".opus": "audio/ogg",
    ".m4a": "audio/mp4",
    ".flac": "audio/flac",
    ".mp3": "audio/mpeg",
    ".wav": "audio/wav",
    ".webm": "video/webm",
    ".mp4": "video/mp4",
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".svg": "image/svg+xml",
    ".ico": "image/x-icon",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
    ".ttf": "font/ttf",
    ".otf": "font/otf",
    ".ktx2": "image/ktx2",
    ".json": "application/json",
    ".html": "text/html",
    ".htm": "text/html",
    ".css": "text/css",
    ".xml": "application/xml",
    ".txt": "text/plain",
}
# Python's own table: what a machine adds to it would shape the artifact.
_KNOWN: Final = mimetypes.MimeTypes()


def media_type_of(path: str) -> str:
    """The type, without parameters; ``application/octet-stream`` where nobody knows it."""
    suffix = PurePosixPath(path).suffix.lower()
    return _TYPES.get(suffix) or _KNOWN.guess_type(f"file{suffix}")[0] or UNKNOWN
