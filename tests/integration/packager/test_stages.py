"""Where the time of a build has gone, as its event tells."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import pytest

from services.packager.handler import PackagerHandler
from services.packager.storage.object_fetcher import ObjectFetcher
from shared.domain.events import StageSeconds
from shared.jetstream.progress_reporter import ProgressReporter
from shared.storage.bucket import Storage
from shared.templates import BUILT
from tests.integration.packager.test_handler import PAGE, _requested
from tests.projects import BUILDS, store

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from nats.js import JetStreamContext

    from services.packager.storage.disk_cache import DiskCache
    from shared.domain.options import Platform

DELAY_S: Final = 0.4


class SlowStorage(Storage):
    """Gives a file a while after a build has asked for it, and takes a part after two of them."""

    def __init__(self, real: Storage) -> None:
        super().__init__(real._s3, real._presigner, real.bucket)
        self.asked = asyncio.Event()

    async def read(
        self, key: str, *, offset: int = 0, size_bytes: int | None = None
    ) -> AsyncGenerator[bytes, None]:
        """Later."""
        await self.asked.wait()
        await asyncio.sleep(DELAY_S)
        async for block in super().read(key, offset=offset, size_bytes=size_bytes):
            yield block

    async def put_part(
        self,
        key: str,
        upload_id: str,
        number: int,
        data: bytes | bytearray | memoryview,
        *,
        crc32c: str | None = None,
    ) -> str:
        """Later still."""
        await asyncio.sleep(2 * DELAY_S)
        return await super().put_part(key, upload_id, number, data, crc32c=crc32c)


@pytest.mark.parametrize("platform", ["source", "web"])
async def test_waiting_for_files_and_storing_parts_are_told_apart(
    platform: Platform,
    storage: Storage,
    cache: DiskCache,
    js: JetStreamContext,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A platform whose plan needs no file waits for them while it packs: that is fetching, too."""
    event = _requested(await store(storage, {"index.html": PAGE}), platform)
    slow = SlowStorage(storage)
    opened = ObjectFetcher.open

    async def seen(objects: ObjectFetcher, key: str) -> int:
        slow.asked.set()
        return await opened(objects, key)

    monkeypatch.setattr(ObjectFetcher, "open", seen)
    handler = PackagerHandler(slow, cache, BUILDS, BUILT)
    reporter = ProgressReporter(js, event.export_id, event.generation)
    (packaged,) = await handler(event, reporter)
    await reporter.close()
    stages = packaged.stages
    assert isinstance(stages, StageSeconds)
    assert stages.fetch_s >= 0.9 * DELAY_S  # by another clock
    assert stages.pack_s >= 1.8 * DELAY_S
    assert stages.plan_s > 0
    assert packaged.build_s == stages.build_s
