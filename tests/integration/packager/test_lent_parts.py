"""Parts are sent from memory that their build may still write: only what was summed up is taken."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from services.packager.sandbox import channel
from services.packager.sandbox.lent_memory import LentMemory
from services.packager.storage.multipart_upload import open_upload
from shared.errors import StorageRefusedError
from shared.storage.bucket import Part, Storage
from shared.storage.quick_calls import SMALL_BYTES

KEY = "artifacts/game/export/game.zip"

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize("size_bytes", [100, SMALL_BYTES, SMALL_BYTES + 1, 8 << 20])
@pytest.mark.parametrize("at", ["start", "end"])
async def test_what_changes_after_it_was_summed_up_is_refused(
    storage: Storage, monkeypatch: pytest.MonkeyPatch, size_bytes: int, at: str
) -> None:
    """By the storage, so that the export fails, and nothing of it is left."""
    lent = LentMemory(1, size_bytes)
    files = lent.hand_over()
    put_part = Storage.put_part

    async def overtaken(self: Storage, *what: Any, **more: Any) -> str:
        os.pwrite(files[0], b"!", 0 if at == "start" else size_bytes - 1)
        return await put_part(self, *what, **more)

    monkeypatch.setattr(Storage, "put_part", overtaken)

    async def build() -> None:
        async with open_upload(
            storage, KEY, content_type="application/zip", expected_bytes=size_bytes
        ) as sender:
            await sender.send(_of(lent.take(0, size_bytes)))
            await sender.finish()

    try:
        with pytest.raises(StorageRefusedError) as refused:
            await build()
        assert refused.value.code == "BadDigest"
        assert await storage.uploads("") == []
        assert await storage.head(KEY) is None
    finally:
        channel.close(files)


async def test_what_changes_after_it_was_stored_changes_nothing(storage: Storage) -> None:
    """The artifact is what was summed up."""
    lent = LentMemory(1, 1_000)
    files = lent.hand_over()
    os.pwrite(files[0], b"x" * 1_000, 0)
    try:
        async with open_upload(
            storage, KEY, content_type="application/zip", expected_bytes=1_000
        ) as sender:
            await (await sender.send(_of(lent.take(0, 1_000))))
            os.pwrite(files[0], b"!" * 1_000, 0)
            upload = await sender.finish()
            etags = [part.etag for part in upload.parts or ()]
            parts = [Part(number=1, etag=etags[0], size_bytes=1_000)]
            await storage.complete_upload(KEY, upload.upload_id, parts, crc32c=sender.crc32c)
        assert await storage.get(KEY) == b"x" * 1_000
    finally:
        channel.close(files)


def _of(part: memoryview) -> Callable[[], Any]:
    async def read() -> memoryview:
        return part

    return read
