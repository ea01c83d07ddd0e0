"""The files of an artifact that has no directory of its own, in a document beside it."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec

MOST_BYTES: Final = 16 << 20  # of the document; what would be longer is not written

Size = Annotated[int, msgspec.Meta(ge=0)]
FilePath = Annotated[str, msgspec.Meta(min_length=1, max_length=4_096)]


class ListedFile(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One file; sizes in bytes, the packed one null where files are compressed as one stream."""

    path: FilePath
    size: Size
    packed_size: Size | None


class ListedFiles(msgspec.Struct, frozen=True):
    """All of them, by path: ``{"files": [[path, size, packedSize], …]}``."""

    files: tuple[ListedFile, ...]


def encode_files(files: tuple[ListedFile, ...]) -> bytes | None:
    """The document; None where it would be too long."""
    document = msgspec.json.encode(ListedFiles(files))
    return document if len(document) <= MOST_BYTES else None


def decode_files(document: bytes) -> tuple[ListedFile, ...]:
    """What a document says (raises msgspec.ValidationError: it is none of ours)."""
    return msgspec.json.decode(document, type=ListedFiles).files
