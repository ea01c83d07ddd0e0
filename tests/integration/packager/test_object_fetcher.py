"""Objects of an export: what is opened comes first, and nobody hoards descriptors."""

from __future__ import annotations

import asyncio
import os
import random
from functools import partial
from typing import TYPE_CHECKING, Final

from services.packager.build.progress import BuildProgress
from services.packager.project.snapshot import Selection
from services.packager.request import Request
from services.packager.sandbox import channel
from services.packager.sandbox.answers import Answers
from services.packager.sandbox.messages import Job, Open
from services.packager.storage.file_slice import damaged
from services.packager.storage.object_fetcher import (
    CHECKED_AHEAD,
    CHECKED_AHEAD_BYTES,
    HANDED_OVER,
    ObjectFetcher,
)
from services.packager.storage.object_index import ObjectIndex
from shared.domain.options import ExportOptions
from shared.domain.project import decode_snapshot
from shared.jetstream.progress_reporter import ProgressReporter
from shared.storage import keys
from tests.integration.packager.test_handler import EXPORT
from tests.projects import store

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pytest
    from nats.js import JetStreamContext

    from services.packager.handler import PackagerHandler
    from services.packager.storage.disk_cache import DiskCache
    from shared.domain.project import Snapshot, StoredFile
    from shared.storage.bucket import Storage

ALONE_BYTES: Final = 70_000  # a file that has an object for itself


async def _stored(storage: Storage, sizes: Sequence[int]) -> tuple[str, Snapshot]:
    noise = random.Random(7)
    files = {f"{place:03}.png": noise.randbytes(size) for place, size in enumerate(sizes)}
    name = await store(storage, files)
    return name, decode_snapshot(await storage.get(keys.snapshot("p1", name)))


async def _cached(storage: Storage, cache: DiskCache, files: Sequence[StoredFile]) -> None:
    for file in files:
        data = await storage.get(file.object)
        with cache.writing(file.object, len(data)) as descriptor:
            os.write(descriptor, data)


async def test_looking_ahead_hashes_what_is_small_and_fetches_nothing(
    storage: Storage, cache: DiskCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is asked for is hashed first; a neighbour that has gone since stays away."""
    sizes = [ALONE_BYTES, CHECKED_AHEAD_BYTES + 1, *[ALONE_BYTES] * CHECKED_AHEAD]
    _, snapshot = await _stored(storage, sizes)
    await _cached(storage, cache, snapshot.files)
    hashed: list[str] = []

    def seen(source: Path | int, files: Sequence[StoredFile]) -> StoredFile | None:
        hashed.extend(file.path for file in files)
        return damaged(source, files)

    monkeypatch.setattr("services.packager.storage.object_fetcher.damaged", seen)
    fetched: list[int] = []
    index = ObjectIndex.of(snapshot.files)
    objects = ObjectFetcher(storage, cache, index, on_fetched=fetched.append)
    assert await objects.missing_bytes() == 0
    first, _, gone, *others = snapshot.files
    cache.drop(gone.object)
    os.close(await objects.open(first.object))
    await asyncio.gather(*objects._checking, *objects._tasks.values())
    near = [file.path for file in others[: CHECKED_AHEAD - 2]]
    assert (hashed[0], sorted(hashed[1:]), fetched) == (first.path, near, [])
    os.close(await objects.open(gone.object))
    assert sum(fetched) == ALONE_BYTES
    await objects.closed()


async def test_who_asks_and_does_not_read_gets_one_descriptor_an_answer(
    handler: PackagerHandler, storage: Storage, js: JetStreamContext, cache: DiskCache
) -> None:
    """Sixteen for who reads, as the files on their way count against all builds' packager."""
    name, snapshot = await _stored(storage, [ALONE_BYTES] * 40)
    await _cached(storage, cache, snapshot.files)
    asked = Request(platform="web", configuration="release", options=ExportOptions())
    selection = Selection.of(snapshot, asked.options)
    job = Job(
        request=asked,
        project_id="p1",
        snapshot=name,
        files=selection.files,
        once="",
        signed_by=None,
        threads=1,
    )
    reporter = ProgressReporter(js, EXPORT, 1)
    ours, theirs = channel.pair()
    progress = BuildProgress(reporter)
    async with handler._services(
        selection, asked, None, progress, reporter=reporter, intermediate=""
    ) as services:
        answers = Answers(job, services, partial(channel.unread, ours))
        counts = []
        for _ in range(2):
            for number in range(8):
                question = Open(number, snapshot.files[number].path, checked=False)
                answer, opened = await answers.to(question, ())
                channel.send(ours, answer, opened)
                channel.close(opened)
            for _ in range(8):
                files = channel.receive(theirs)[1]
                counts.append(len(files))
                channel.close(files)
    await reporter.close()
    ours.close()
    theirs.close()
    assert counts == [HANDED_OVER, *[1] * 7] * 2
