"""A build that writes to a part while it is sent spoils its own upload, and nothing else."""

from __future__ import annotations

import os
from functools import partial
from random import Random
from typing import TYPE_CHECKING

import pytest

from services.packager.sandbox import channel
from services.packager.sandbox.lent_memory import LentMemory
from services.packager.storage.multipart_upload import MIN_PART_BYTES, open_upload
from shared.errors import StorageRefusedError
from shared.storage import keys
from shared.storage.bucket import Storage
from shared.storage.s3_client import ObjectMissingError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

KEY = keys.artifact("p1", "0" * 64, "game.zip")


class _Spoilt(Storage):
    """Something happens between a part's sum and its way to the storage."""

    def __init__(self, real: Storage, spoil: Callable[[], None], *, quick: bool) -> None:
        super().__init__(
            real._s3, real._presigner, real.bucket, quick=real._quick if quick else None
        )
        self._spoil = spoil

    async def put_part(
        self,
        key: str,
        upload_id: str,
        number: int,
        data: bytes | bytearray | memoryview,
        *,
        crc32c: str | None = None,
    ) -> str:
        self._spoil()
        return await super().put_part(key, upload_id, number, data, crc32c=crc32c)


@pytest.fixture
def lent() -> Iterator[tuple[LentMemory, list[int]]]:
    """Memory, and its files as the build has them."""
    memory = LentMemory(2, MIN_PART_BYTES)
    files = memory.hand_over()
    yield memory, files
    channel.close(files)


@pytest.mark.parametrize("quick", [True, False])
@pytest.mark.parametrize("size_bytes", [1_000, MIN_PART_BYTES])
async def test_a_part_that_changes_on_its_way_is_refused(
    storage: Storage, lent: tuple[LentMemory, list[int]], size_bytes: int, *, quick: bool
) -> None:
    """The sum that goes with it is of the bytes as they were handed over; nothing is left."""
    memory, files = lent
    rng = Random(size_bytes)
    os.pwrite(files[0], rng.randbytes(size_bytes), 0)
    at = rng.randrange(size_bytes)

    def spoil() -> None:
        os.pwrite(files[0], bytes([os.pread(files[0], 1, at)[0] ^ 1]), at)

    spoilt = _Spoilt(storage, spoil, quick=quick)
    with pytest.raises(StorageRefusedError):
        await _send(spoilt, memory.take(0, size_bytes))
    assert await storage.uploads("") == []
    with pytest.raises(ObjectMissingError):
        await storage.get(KEY)


async def _send(storage: Storage, part: memoryview) -> None:
    async with open_upload(
        storage, KEY, content_type="application/zip", expected_bytes=len(part)
    ) as sender:
        await sender.send(partial(_ready, part))
        await sender.finish()


async def _ready(part: memoryview) -> memoryview:
    return part
