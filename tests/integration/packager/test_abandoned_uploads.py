"""What a build that is stopped leaves of its upload: nothing, or word of it for the sweeper."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec
import pytest

from services.packager.storage import multipart_upload
from services.packager.storage.multipart_upload import open_upload
from shared.errors import StorageRefusedError
from shared.storage.bucket import open_storage
from shared.storage.s3_client import ObjectMissingError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from shared.settings import S3Settings
    from shared.storage.bucket import Storage

KEY = "artifacts/game/export/game.zip"
METHODS = (b"PUT ", b"POST ", b"DELETE ")  # what does not begin so is a body
PART_BYTES = 1 << 20
PATIENCE_S = 30.0  # the client itself would wait for minutes


class Relay:
    """Between a client and the storage; it passes answers and parts on, or keeps them."""

    def __init__(self, endpoint: str) -> None:
        self._host, self._port = urlsplit(endpoint).hostname, urlsplit(endpoint).port
        self.answers = asyncio.Event()
        self.asked = asyncio.Event()
        self.parts = asyncio.Event()
        self.part_kept = asyncio.Event()
        self.methods: list[bytes] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        storage, out = await asyncio.open_connection(self._host, self._port)
        pump = asyncio.create_task(self._answer(storage, writer))
        requests: asyncio.Queue[bytes] = asyncio.Queue()
        asking = asyncio.create_task(self._ask(requests, out))
        body = 0
        while data := await reader.read(65_536):
            self.asked.set()
            body += len(data)
            if data.startswith(METHODS):
                body = 0
                self.methods.append(data.partition(b" ")[0])
            if body >= PART_BYTES:
                self.part_kept.set()
            requests.put_nowait(data)
        requests.put_nowait(b"")
        await asking
        pump.cancel()
        for each in (out, writer):
            each.close()

    async def _ask(self, requests: asyncio.Queue[bytes], out: asyncio.StreamWriter) -> None:
        while data := await requests.get():
            if not data.startswith(METHODS):
                await self.parts.wait()
            out.write(data)
            await out.drain()

    async def _answer(self, storage: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await storage.read(65_536):
            await self.answers.wait()
            writer.write(data)


@asynccontextmanager
async def relayed(settings: S3Settings) -> AsyncIterator[tuple[Relay, Storage]]:
    """The storage behind a relay."""
    relay = Relay(settings.endpoint)
    server = await asyncio.start_server(relay.serve, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    through = msgspec.structs.replace(settings, endpoint=f"http://{host}:{port}")
    async with server, open_storage(through) as storage:
        yield relay, storage


@pytest.mark.parametrize("hangs_from_the_start", [True, False])
async def test_an_upload_is_given_up_where_the_storage_hangs(
    s3_settings: S3Settings,
    storage: Storage,
    monkeypatch: pytest.MonkeyPatch,
    *,
    hangs_from_the_start: bool,
) -> None:
    """Before it has begun, or before it is aborted; the sweeper finds what is left."""
    monkeypatch.setattr(multipart_upload, "CLEANUP_S", 0.5)
    settings = msgspec.structs.replace(s3_settings, bucket=storage.bucket)
    async with relayed(settings) as (relay, slow):
        if not hangs_from_the_start:
            relay.answers.set()
        begun, left = asyncio.Event(), asyncio.Event()

        async def build() -> None:
            async with open_upload(
                slow, KEY, content_type="application/zip", expected_bytes=1, on_left=left.set
            ):
                begun.set()
                await asyncio.Event().wait()

        task = asyncio.create_task(build())
        await (relay.asked if hangs_from_the_start else begun).wait()
        relay.answers.clear()
        task.cancel()
        done, _ = await asyncio.wait({task}, timeout=PATIENCE_S)
        assert done
        assert task.cancelled()
        assert left.is_set()


async def test_a_part_on_its_way_does_not_outlive_its_upload(
    s3_settings: S3Settings, storage: Storage
) -> None:
    """A storage that takes it after the abort would keep the upload for it."""

    async def part() -> bytes:
        return bytes(PART_BYTES)

    settings = msgspec.structs.replace(s3_settings, bucket=storage.bucket)
    async with relayed(settings) as (relay, slow):
        relay.answers.set()

        async def build() -> None:
            async with open_upload(
                slow, KEY, content_type="application/zip", expected_bytes=1
            ) as sender:
                await sender.send(part)
                await asyncio.Event().wait()

        task = asyncio.create_task(build())
        await relay.part_kept.wait()
        task.cancel()
        await asyncio.wait({task}, timeout=0.3)
        assert b"DELETE" not in relay.methods
        relay.parts.set()
        await asyncio.wait({task})
        assert task.cancelled()
        assert relay.methods[-1] == b"DELETE"
    assert await storage.uploads(KEY) == []


@pytest.mark.parametrize("parts", [0, 1, 5])
async def test_an_upload_that_is_refused_ends_with_its_first_part(
    s3_settings: S3Settings, parts: int
) -> None:
    """It begins beside the build, which is told what the storage has said."""
    left = asyncio.Event()

    async def part() -> bytes:
        return b"a"

    async def build() -> None:
        async with open_upload(
            nowhere, KEY, content_type="application/zip", expected_bytes=1, on_left=left.set
        ) as sender:
            for _ in range(parts):
                await sender.send(part)
            await sender.finish()

    settings = msgspec.structs.replace(s3_settings, bucket="no-such-bucket")
    async with open_storage(settings) as nowhere:
        with pytest.raises((StorageRefusedError, ObjectMissingError), match="NoSuchBucket"):
            await build()
    assert not left.is_set()
