"""Snapshots that are read, kept for a moment, and forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from services.packager.project.snapshot import KEPT, KEPT_S, Snapshots
from services.packager.storage.object_fetcher import ObjectLostError
from shared.domain.events import ExportRequested, now
from shared.domain.options import ExportOptions
from shared.jetstream.progress_reporter import ProgressReporter
from shared.storage import keys
from tests.projects import store

if TYPE_CHECKING:
    from nats.js import JetStreamContext

    from services.packager.handler import PackagerHandler
    from services.packager.storage.disk_cache import DiskCache
    from shared.storage.bucket import Storage

PAGE = b"<!doctype html><title>Kept</title>"


def _requested(snapshot: str) -> ExportRequested:
    return ExportRequested(
        export_id="01234567-89ab-7def-8123-456789abcdef",
        project_id="p1",
        user_id="u",
        platform="source",
        configuration="release",
        options=ExportOptions(),
        snapshot=snapshot,
        created_at=now(),
    )


async def _lose(storage: Storage, snapshot: str) -> None:
    await storage.delete([keys.snapshot("p1", snapshot)])


async def test_a_snapshot_that_was_just_read_is_not_read_again(storage: Storage) -> None:
    """Until a minute is over; other projects, and those that came too long ago, are."""
    clock = 0.0
    snapshots = Snapshots(storage, clock=lambda: clock)
    names = [await store(storage, {"index.html": PAGE, "n": b"%d" % n}) for n in range(KEPT + 1)]
    for name in names:
        assert (await snapshots.read(_requested(name))).id == name
        await _lose(storage, name)
    assert (await snapshots.read(_requested(names[-1]))).id == names[-1]
    with pytest.raises(ObjectLostError):
        await snapshots.read(_requested(names[0]))
    clock += KEPT_S
    with pytest.raises(ObjectLostError):
        await snapshots.read(_requested(names[-1]))


async def test_who_misses_an_object_believes_the_snapshot_no_more(
    storage: Storage, handler: PackagerHandler, js: JetStreamContext, cache: DiskCache
) -> None:
    """It may lie elsewhere by now: the next attempt reads where."""
    event = _requested(await store(storage, {"index.html": PAGE}))

    async def export() -> None:
        reporter = ProgressReporter(js, event.export_id, event.generation)
        try:
            (packaged,) = await handler(event, reporter)
            await handler.discard(packaged)
        finally:
            await reporter.close()

    await export()
    objects = [one.key async for one in storage.objects("projects/")]
    await storage.delete(objects)
    await export()  # from what is kept
    for key in objects:
        cache.drop(key)
    with pytest.raises(ObjectLostError, match=r"^(?!the snapshot)"):
        await export()
    with pytest.raises(ObjectLostError, match=r"^the snapshot"):
        await export()
