"""Pages that damage has reached cost an export time, at the worst one more attempt, and are mended.

What makers see of that are an attempt more and the same artifact.
"""

from __future__ import annotations

import asyncio
import hashlib
import random
from typing import TYPE_CHECKING, Final

import msgspec
import pytest

from services.packager.archive.compression import CompressionLevel
from services.packager.archive.pages import Kept, Page
from services.packager.build.packing import pages_of
from services.packager.storage.derived_files import ProjectDerivedFiles
from shared.domain.events import AttemptFailed, ExportPackaged, ExportRequested, ExportStarted
from shared.domain.project import decode_snapshot
from shared.jetstream.event_log import EventLog
from shared.settings import RetrySettings
from shared.storage import keys
from shared.worker.circuit_breaker import CircuitBreaker
from shared.worker.worker import Worker
from tests.integration.packager.test_handler import (
    _consumer,
    _download,
    _export,
    _requested,
    _until,
)
from tests.projects import store

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.js import JetStreamContext

    from services.packager.handler import PackagerHandler
    from services.packager.storage.disk_cache import DiskCache
    from shared.storage.bucket import Storage

SOUNDS: Final = {f"{n}.ogg": random.Random(n).randbytes(400_000) for n in range(6)}
TEXTS: Final = {f"{n}.js": f"let a{n} = {n};\n".encode() * 20_000 for n in range(6)}


async def test_a_wrong_page_costs_one_attempt(
    handler: PackagerHandler, storage: Storage, cache: DiskCache, nc: Client, js: JetStreamContext
) -> None:
    """It is whole and says another CRC: nothing of that attempt is offered; the next is right."""
    event = _requested(await store(storage, SOUNDS | TEXTS))
    first = await _export(handler, js, event)
    await handler.discard(first)
    assert _made_wrong(cache)

    events = EventLog(js)
    await events.publish(event)
    consumer = msgspec.structs.replace(_consumer("source"), retry=RetrySettings(base_delay_ms=10))
    stop = asyncio.Event()
    breaker = CircuitBreaker("source", storage.check)
    working = asyncio.create_task(Worker(nc, consumer, handler, breaker).run(stop))
    known = await _until(lambda all_: any(isinstance(f, ExportPackaged) for f in all_), events)
    stop.set()
    await working
    told = [ExportRequested, ExportStarted, AttemptFailed, ExportStarted, ExportPackaged]
    assert [type(event) for event in known] == told
    assert known[2].error.code == "object-lost"
    assert known[-1].artifact == first.artifact
    await _download(storage, known[-1])

    again = await _export(handler, js, event)  # at the first attempt
    assert again.artifact == first.artifact
    await handler.discard(again)


@pytest.mark.parametrize("seed", range(3))
async def test_a_flipped_page_costs_no_attempt(
    handler: PackagerHandler, storage: Storage, cache: DiskCache, js: JetStreamContext, seed: int
) -> None:
    """What is damaged of it is made again at once, and kept."""
    snapshot = await store(storage, SOUNDS | TEXTS)
    event = _requested(snapshot)
    first = await _export(handler, js, event)
    await handler.discard(first)
    stored = decode_snapshot(await storage.get(keys.snapshot("p1", snapshot)))
    objects = {cache.path(key) for key in stored.objects}
    derived = [path for path in sorted(cache.folder.glob("??/*")) if path not in objects]
    good = {path: path.read_bytes() for path in derived}
    rng = random.Random(seed)
    for path, data in good.items():
        flipped = bytearray(data)
        flipped[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        path.write_bytes(flipped)
    for _ in range(2):
        again = await _export(handler, js, event)
        assert again.artifact == first.artifact
        await handler.discard(again)
    assert {path: path.read_bytes() for path in good} == good


def _made_wrong(cache: DiskCache) -> int:
    """A page says another CRC of each sound that it knows; how many sounds those are."""
    pages = pages_of(ProjectDerivedFiles(cache, "p1"), CompressionLevel.BALANCED)
    hashes = [hashlib.sha256(data).hexdigest() for data in (SOUNDS | TEXTS).values()]
    for name in hashes:
        page = Page.decode(pages.open(name))
        wrong = {
            sha256: Kept(kept.crc32 ^ 1, b"")
            for sha256 in hashes
            if (kept := page.get(sha256)) and not kept.deflated
        }
        if wrong:
            pages.keep(name, page.renewed(wrong).encode())
            return len(wrong)
    return 0
