"""The event loop never waits for a disk: heartbeats, cancels and progress go on beside it."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

import msgspec
import pytest

from services.packager.handler import PackagerHandler
from services.packager.inventory import InventoryWatch
from services.packager.runtimes.build import buildable
from services.packager.runtimes.registry import Templates
from services.packager.signing.keys import SigningKeys
from services.packager.storage.disk_cache import DiskCache
from shared.domain.project import decode_snapshot
from shared.storage import keys
from shared.templates import BUILT
from tests.integration.packager.disk_watch import DISK_WATCH
from tests.integration.packager.test_handler import PAGE, _export, _project, _requested
from tests.projects import BUILDS, store
from tests.signing import program

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from nats.js import JetStreamContext

    from shared.storage.bucket import Storage


@pytest.mark.parametrize("found", ["nothing", "everything", "damage"])
async def test_an_export_touches_the_disk_in_threads_only(
    storage: Storage, js: JetStreamContext, tmp_path: Path, found: str
) -> None:
    """Whatever the cache has: looking, fetching, dropping, making room, scratch folders."""
    cache = DiskCache(tmp_path / "cache", 12 << 20)  # less than the project: room has to be made
    handler = PackagerHandler(storage, cache, BUILDS, BUILT)
    snapshot = await store(storage, {**_project(), "index.html": PAGE})
    event = _requested(snapshot, "linux")
    if found != "nothing":
        await _export(handler, js, event)
    if found == "damage":
        stored = decode_snapshot(await storage.get(keys.snapshot("p1", snapshot)))
        for key in stored.objects:
            cache.path(key).write_bytes(bytes(16 << 20))
    with DISK_WATCH.of_this_thread(tmp_path, BUILT) as seen:
        await _export(handler, js, event)
    assert seen == []


async def test_a_cancelled_export_removes_its_scratch_folders_in_a_thread(
    storage: Storage, js: JetStreamContext, tmp_path: Path
) -> None:
    """What a stopped build and its tools have left may be large."""
    began = tmp_path / "began"
    program(tmp_path / "keys/linux/default/sign", f"#!/bin/sh\ntouch {began}; sleep 1000\n")
    cache = DiskCache(tmp_path / "cache", 1 << 30)
    keys = SigningKeys(tmp_path / "keys", timeout_s=1_000)
    handler = PackagerHandler(storage, cache, BUILDS, BUILT, signing=keys)
    event = _requested(await store(storage, _project() | {"index.html": PAGE}), "linux")
    with DISK_WATCH.of_this_thread(tmp_path / "cache") as seen:
        task = asyncio.create_task(_export(handler, js, event))
        while not task.done() and not await asyncio.to_thread(began.exists):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert seen == []
    assert list((tmp_path / "cache" / "work").iterdir()) == []


class _SlowKeys(SigningKeys, frozen=True):
    """A folder on a disk that answers when it is let."""

    asked: threading.Event = msgspec.field(default_factory=threading.Event)
    answer: threading.Event = msgspec.field(default_factory=threading.Event)

    def by_platform(self, platforms: Iterable[str]) -> dict[str, tuple[str, ...]]:
        self.asked.set()
        self.answer.wait()
        return super().by_platform(platforms)


async def test_the_heartbeat_never_waits_for_keys_and_templates(tmp_path: Path) -> None:
    """It says what was seen last, while the disk is being looked at."""
    (tmp_path / "keys" / "macos" / "default").mkdir(parents=True)
    slow = _SlowKeys(tmp_path / "keys")
    watch = InventoryWatch(Templates(BUILT), slow, ("macos",))
    with DISK_WATCH.of_this_thread(tmp_path, BUILT) as seen:
        looking = asyncio.create_task(watch.refresh())
        await asyncio.to_thread(slow.asked.wait)
        assert watch.latest.signing_keys == {}
        slow.answer.set()
        await looking
    assert seen == []
    assert watch.latest.signing_keys == {"macos": ("default",)}
    assert watch.latest.templates.keys() == {*buildable()}
