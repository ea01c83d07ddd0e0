"""Every call of S3 is measured, with how it went wrong, and every byte that goes and comes."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING

import msgspec
import pytest

from shared.errors import StorageRefusedError
from shared.service.health import storage_check
from shared.storage.bucket import Part, open_storage
from shared.storage.ranged_reads import open_ranged_reads
from shared.storage.s3_client import ObjectMissingError, StorageUnavailableError
from tests.measured import measured

if TYPE_CHECKING:
    from shared.settings import S3Settings
    from shared.storage.bucket import Storage

KEY = "projects/p/blobs/a"


def calls(operation: str) -> float:
    """How often it was called."""
    return measured("export_storage_request_seconds_count", operation=operation)


def errors(operation: str, kind: str) -> float:
    """How often that went wrong."""
    return measured("export_storage_errors_total", operation=operation, kind=kind)


async def test_calls_and_bytes_are_measured(storage: Storage) -> None:
    """By operation; an object's bytes count as they come, in whatever way it is read."""
    puts, gets, missing = calls("PutObject"), calls("GetObject"), errors("GetObject", "missing")
    written = measured("export_storage_written_bytes_total")
    read = measured("export_storage_read_bytes_total")
    await storage.put(KEY, b"0123456789")
    assert await storage.get(KEY) == b"0123456789"
    assert b"".join([block async for block in storage.read(KEY, offset=5)]) == b"56789"
    async with open_ranged_reads(storage) as reads:
        assert await reads.read(KEY, 2, 3) == b"234"
        with pytest.raises(ObjectMissingError):
            await reads.read("projects/p/blobs/nothing", 0, 1)
    with pytest.raises(ObjectMissingError):
        await storage.get("projects/p/blobs/nothing")
    assert calls("PutObject") == puts + 1
    assert calls("GetObject") == gets + 5
    assert errors("GetObject", "missing") == missing + 2
    assert measured("export_storage_written_bytes_total") == written + 10
    assert measured("export_storage_read_bytes_total") == read + 10 + 5 + 3


async def test_a_refusal_and_an_absence_are_told_apart(
    storage: Storage, s3_settings: S3Settings
) -> None:
    """An upload that is completed with parts it has not; a server that is not there."""
    refused = errors("CompleteMultipartUpload", "refused")
    upload = await storage.start_upload(KEY, content_type="text/plain")
    await storage.put_part(KEY, upload, 1, b"a")
    with pytest.raises(StorageRefusedError):
        await storage.complete_upload(KEY, upload, [Part(number=1, etag='"0"', size_bytes=1)])
    assert errors("CompleteMultipartUpload", "refused") == refused + 1
    away, gone = errors("HeadObject", "unavailable"), errors("GetObject", "unavailable")
    nowhere = msgspec.structs.replace(s3_settings, endpoint="http://127.0.0.1:9")
    async with open_storage(nowhere) as unreachable, open_ranged_reads(unreachable) as reads:
        with pytest.raises(StorageUnavailableError):
            await unreachable.head(KEY)
        with pytest.raises(StorageUnavailableError):
            await reads.read(KEY, 0, 1)
    assert errors("HeadObject", "unavailable") == away + 1
    assert errors("GetObject", "unavailable") == gone + 3


async def test_a_storage_that_hangs_is_seen_by_those_who_ask_whether_it_is_there(
    s3_settings: S3Settings,
) -> None:
    """It accepts a connection and says nothing; whoever has waited long enough has counted it."""
    asked, gone = calls("GetObject"), errors("GetObject", "unavailable")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        hanging = msgspec.structs.replace(
            s3_settings, endpoint=f"http://127.0.0.1:{silent.getsockname()[1]}"
        )
        async with open_storage(hanging) as storage:
            asking = asyncio.ensure_future(storage_check(storage)())
            taken, _ = await asyncio.to_thread(silent.accept)
            asking.cancel()
            with taken, pytest.raises(asyncio.CancelledError):
                await asking
    assert (calls("GetObject"), errors("GetObject", "unavailable")) == (asked + 1, gone + 1)
