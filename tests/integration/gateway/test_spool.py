from __future__ import annotations

import asyncio
import io
import struct
import tempfile
import zipfile
from contextlib import ExitStack, asynccontextmanager
from http import HTTPStatus
from itertools import count
from typing import TYPE_CHECKING

import aiohttp
import pytest

from services.gateway.projects.blob_uploads import AT_A_TIME, BlobUploads
from services.gateway.projects.spool import Spool, SpoolFullError
from services.gateway.projects.zip_directory import ZipError
from services.gateway.projects.zip_import import ZipImports
from shared.domain.events import now
from shared.domain.project import Project
from shared.errors import TooLargeError
from tests.integration.gateway.conftest import LIMITS, open_gateway

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from nats.aio.client import Client

    from shared.storage.bucket import Storage
    from tests.integration.gateway.conftest import Caller, Gateway

IMPORT = "/api/projects/game/import"
ROOM = 1 << 20


async def body(*chunks: bytes) -> AsyncIterator[bytes]:
    """As a client sends it."""
    for chunk in chunks:
        yield chunk


def packed(**files: bytes) -> bytes:
    """A ZIP that is as large as what it holds."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


async def test_a_spool_never_holds_more_than_its_budget() -> None:
    """Announced or not; what cannot ever fit is told apart, and the end of each makes room."""
    spool = Spool(200)
    with pytest.raises(TooLargeError):
        async with spool.receive("ann", body(), announced_bytes=101):
            pass
    with pytest.raises(TooLargeError):
        async with spool.receive("ann", body(b"x" * 60, b"x" * 60), announced_bytes=0):
            pass
    assert spool.used_bytes == 0
    async with spool.receive("ann", body(b"x" * 30, b"y" * 70), announced_bytes=50) as file:
        file.seek(0)
        assert file.read() == b"x" * 30 + b"y" * 70
        assert spool.used_bytes == 100
        for announced_bytes, chunk in ((51, b""), (0, b"x" * 51), (30, b"x" * 51)):
            with pytest.raises(SpoolFullError):
                async with spool.receive("bob", body(chunk), announced_bytes=announced_bytes):
                    pass
        assert spool.used_bytes == 100
        async with spool.receive("bob", body(b"x"), announced_bytes=40):
            assert spool.used_bytes == 101
    assert spool.used_bytes == 0


async def half_an_import(
    caller: Caller, announced_bytes: int
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection on which all of a ZIP but its end was sent."""
    port = int(caller.url.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(
        f"POST /api/projects/slow/import HTTP/1.1\r\nHost: x\r\n"
        f"Authorization: {caller.headers['Authorization']}\r\n"
        f"Content-Length: {announced_bytes}\r\n\r\n".encode()
    )
    writer.write(bytes(announced_bytes - 100))
    await writer.drain()
    return reader, writer


@asynccontextmanager
async def spool_full(caller: Caller, data: bytes) -> AsyncIterator[None]:
    """Somebody's slow import leaves no room for ``data`` while the block lasts.

    Where ours came before all of it was there, the slow one found no room and is answered: it is
    sent again, with more time.
    """
    for tries in count():
        reader, writer = await half_an_import(caller, ROOM // 2)
        refused = asyncio.create_task(reader.read(1))
        try:
            await asyncio.sleep(0.1 * tries)
            while not refused.done():
                status, problem = await caller.call("POST", IMPORT, data=data)
                if status == HTTPStatus.SERVICE_UNAVAILABLE and not refused.done():
                    yield
                    return
                assert status in {201, 503}, problem
        finally:
            refused.cancel()
            writer.close()


async def test_a_zip_that_finds_no_room_may_come_again(nc: Client, storage: Storage) -> None:
    """503 with Retry-After while others fill the disk, 413 for what could never lie there."""
    async with (
        open_gateway(nc, storage, spool_bytes=ROOM) as gateway,
        aiohttp.ClientSession() as session,
    ):
        ann = gateway.user("ann")
        data = packed(index=b"<p>" * 1_000)
        async with spool_full(ann, data):
            answer = await session.post(gateway.url + IMPORT, data=data, headers=ann.headers)
            problem = await answer.json(content_type=None)
            assert (problem["code"], answer.headers["Retry-After"]) == ("spool-full", "30")
            large = await ann.call("POST", IMPORT, data=io.BytesIO(packed(a=b"x" * ROOM)))
            assert (large[0], large[1]["code"]) == (413, "too-large")
        while (await ann.call("POST", IMPORT, data=data))[0] == HTTPStatus.SERVICE_UNAVAILABLE:
            pass


# Its end says that it holds one file, and where; only who reads on finds nothing there.
BROKEN = b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, 1, 1, 46, 0, 0)


async def test_imports_wait_for_a_place_once_they_are_whole(storage: Storage) -> None:
    """As much else of the same user is being stored; another user's goes ahead."""
    uploads = BlobUploads(storage, max_file_bytes=LIMITS.file_bytes)
    imports = ZipImports(uploads, Spool(ROOM), LIMITS)
    project = Project(id="game", name="", owner="ann", created_at=now(), updated_at=now())
    with ExitStack() as busy:
        for _ in range(AT_A_TIME // 2):
            await busy.enter_context(uploads.visit("ann")).enter()
        waiting = asyncio.create_task(
            imports.receive(project, "ann", body(BROKEN), announced_bytes=len(BROKEN))
        )
        with pytest.raises(ZipError):
            await imports.receive(project, "bob", body(BROKEN), announced_bytes=len(BROKEN))
        assert not waiting.done()
    with pytest.raises(ZipError):
        await waiting


async def test_a_single_file_never_lies_on_the_disk(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A large one is on its way into the storage before its hash is known; sent twice, too."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    ann = gateway.user("ann")
    large = bytes(range(256)) * (18 << 12)
    for name, data in (("large.bin", large), ("again.bin", large), ("small.txt", b"small")):
        status, problem = await ann.call(
            "PUT", f"/api/projects/game/files/{name}", data=io.BytesIO(data)
        )
        assert status == 201, problem
    for name, data in (("large.bin", large), ("again.bin", large), ("small.txt", b"small")):
        status, came = await ann.call("GET", f"/api/projects/game/files/{name}")
        assert (status, came == data) == (200, True)
    assert await gateway.storage.uploads("") == []


async def test_a_single_file_that_is_too_large_leaves_nothing(gateway: Gateway) -> None:
    """Also where its size was not announced."""

    async def endless() -> AsyncIterator[bytes]:
        for _ in range((LIMITS.file_bytes >> 20) + 1):
            yield bytes(1 << 20)

    path = "/api/projects/game/files/large.bin"
    status, _ = await gateway.user("ann").call("PUT", path, data=endless())
    assert status == 413
    assert [item async for item in gateway.storage.objects("")] == []
    assert await gateway.storage.uploads("") == []
