"""Whether what was packed is still there to be committed, as far as S3 tells without a read."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from msgspec import UNSET

from shared.storage.bucket import Part
from shared.storage.s3_client import ObjectMissingError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.domain.events import Artifact, ExportPackaged
    from shared.storage.bucket import Storage


async def can_be_committed(storage: Storage, event: ExportPackaged) -> bool:
    """Whether all parts are there, or somebody has made an object of them already."""
    try:
        parts = await storage.list_parts(event.artifact.key, event.upload.upload_id)
    except ObjectMissingError:
        return await is_committed(storage, event.artifact)
    return are_the_parts(event, parts)


async def is_committed(storage: Storage, artifact: Artifact) -> bool:
    """Whether the object under the key is this artifact."""
    found = await storage.head(artifact.key)
    return (
        found is not None
        and found.size_bytes == artifact.size_bytes
        and found.crc32c in {None, artifact.crc32c}
    )


async def announced_parts(storage: Storage, event: ExportPackaged) -> list[Part]:
    """The parts as the packager had them from the storage, or as it lists them now.

    Those that are named need not be there any more: the storage compares their ETags with what it
    has, before it makes an object of them.

    Raises:
        ObjectMissingError: There is no such upload any more.
    """
    upload = event.upload
    if upload.parts is UNSET:
        return await storage.list_parts(event.artifact.key, upload.upload_id)
    return [
        Part(number=number, etag=part.etag, size_bytes=part.size_bytes)
        for number, part in enumerate(upload.parts, 1)
    ]


def are_the_parts(event: ExportPackaged, parts: Sequence[Part]) -> bool:
    """Whether number, sizes and ETags are those that the packager announced."""
    upload, artifact = event.upload, event.artifact
    last = artifact.size_bytes - upload.part_bytes * (upload.part_count - 1)
    expected = [upload.part_bytes] * (upload.part_count - 1) + [last]
    etags = hashlib.sha256("".join(f"{part.etag}\n" for part in parts).encode()).hexdigest()
    return [part.size_bytes for part in parts] == expected and etags == upload.parts_sha256
