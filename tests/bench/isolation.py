"""What the sandbox costs: builds in processes of their own, beside the same work in a thread.

The peer fetches, plans, packs and sends with the same parts of the packager, in this process.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final, cast

from services.packager.build.cache_key import plan_of
from services.packager.build.context import BuildContext
from services.packager.build.packing import pack
from services.packager.build.progress import BuildProgress
from services.packager.handler import PackagerHandler, fetching
from services.packager.platforms import exporters
from services.packager.processes.threads import in_thread
from services.packager.project.files import ProjectFiles
from services.packager.project.snapshot import Selection, read_snapshot
from services.packager.storage.derived_files import ProjectDerivedFiles
from services.packager.storage.disk_cache import DiskCache
from services.packager.storage.file_slice import FileSlice
from services.packager.storage.multipart_upload import open_upload
from shared.domain.events import ExportRequested, now
from shared.domain.options import ExportOptions
from shared.jetstream.progress_reporter import ProgressReporter
from shared.settings import NatsSettings
from shared.templates import BUILT
from tests.bench.measurement import Measurement
from tests.bench.project import mixed_project
from tests.projects import BUILDS, TEMPLATES, request, store
from tests.servers import empty_bucket, empty_nats, from_packages

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from nats.js import JetStreamContext

    from services.packager.archive.unread import Buffer
    from services.packager.build.plan import BuildPlan
    from services.packager.storage.multipart_upload import PartSender
    from services.packager.storage.object_fetcher import ObjectFetcher
    from shared.domain.project import StoredFile
    from shared.storage.bucket import Storage
    from tests.servers import Servers

EXPORT: Final = "0197b0a0-0000-7000-8000-000000000000"
TINY: Final = {"index.html": b"<!doctype html><title>tiny</title>tiny"}
TINY_ROUNDS: Final = 21
LARGE_ROUNDS: Final = 5


def measure(cache: Path) -> Iterator[Measurement]:
    """The cost of a tiny export in milliseconds, and of a large one in per cent."""
    project = mixed_project(cache)
    files = {
        path.relative_to(project).as_posix(): path.read_bytes()
        for path in sorted(project.rglob("*"))
        if path.is_file()
    }
    with tempfile.TemporaryDirectory() as folder, from_packages(Path(folder)) as servers:
        yield from asyncio.run(_measure(servers, files, Path(folder)))


async def _measure(servers: Servers, files: dict[str, bytes], folder: Path) -> list[Measurement]:
    async with (
        empty_nats(NatsSettings(url=servers.nats_url)) as nc,
        empty_bucket(servers.s3) as storage,
    ):
        js = nc.jetstream()
        tiny = await _compared(storage, js, folder / "tiny", TINY, TINY_ROUNDS)
        large = await _compared(storage, js, folder / "large", files, LARGE_ROUNDS)
    return [
        Measurement(name="isolation.tiny", value=(tiny[0] - tiny[1]) * 1000, unit="ms", target=60),
        Measurement(
            name="isolation.large", value=100 * (large[0] / large[1] - 1), unit="%", target=3
        ),
    ]


async def _compared(
    storage: Storage, js: JetStreamContext, folder: Path, files: dict[str, bytes], rounds: int
) -> tuple[float, float]:
    """Seconds in the sandbox and in a thread, in turns, with a warm cache."""
    cache = DiskCache(folder, 8 << 30)
    snapshot = await store(storage, files)
    event = ExportRequested(
        export_id=EXPORT,
        project_id="p1",
        user_id="u",
        platform="source",
        configuration="release",
        options=ExportOptions(),
        snapshot=snapshot,
        created_at=now(),
    )
    handler = PackagerHandler(storage, cache, BUILDS, BUILT)
    inside, outside = [], []
    for _ in range(rounds):
        reporter = ProgressReporter(js, EXPORT, 1)
        inside.append(await _seconds(partial(_sandboxed, handler, event, reporter, storage)))
        outside.append(await _seconds(partial(_in_a_thread, storage, cache, event, reporter)))
        await reporter.close()
    return statistics.median(inside[1:]), statistics.median(outside[1:])


async def _seconds(run: Callable[[], Awaitable[None]]) -> float:
    started = time.perf_counter()
    await run()
    return time.perf_counter() - started


async def _sandboxed(
    handler: PackagerHandler, event: ExportRequested, reporter: ProgressReporter, storage: Storage
) -> None:
    (made,) = await handler(event, reporter)
    await storage.abort_upload(made.artifact.key, made.upload.upload_id)


async def _in_a_thread(
    storage: Storage, cache: DiskCache, event: ExportRequested, reporter: ProgressReporter
) -> None:
    snapshot = await read_snapshot(storage, event)
    selection = await in_thread(partial(Selection.of, snapshot, event.options))
    progress = BuildProgress(reporter)
    loop = asyncio.get_running_loop()
    async with fetching(storage, cache, selection, progress, request=request("source")) as objects:
        bridge = _Bridge(objects, loop)
        plan = await in_thread(partial(_planned, selection, cache, bridge))
        async with open_upload(
            storage, "bench/peer", content_type=plan.content_type, expected_bytes=plan.size_bytes
        ) as sender:
            await in_thread(partial(_packed, plan, bridge, sender, loop))
            upload = await sender.finish()
        await storage.abort_upload("bench/peer", upload.upload_id)


class _Bridge:
    """The project's files, for a thread."""

    def __init__(self, objects: ObjectFetcher, loop: asyncio.AbstractEventLoop) -> None:
        self._objects = objects
        self._loop = loop

    def open(
        self,
        file: StoredFile,
        *,
        on_read: Callable[[int], None] | None = None,
        checked: bool = True,
    ) -> BinaryIO:
        del checked
        opened = asyncio.run_coroutine_threadsafe(self._objects.open(file.object), self._loop)
        return cast("BinaryIO", FileSlice(opened.result(), file, on_read))

    def packed(self, path: str) -> None:
        self._loop.call_soon_threadsafe(self._objects.packed, path)


def _planned(selection: Selection, cache: DiskCache, bridge: _Bridge) -> BuildPlan:
    with cache.scratch() as scratch:
        context = BuildContext(
            templates=TEMPLATES, derived=ProjectDerivedFiles(cache, "p1"), scratch=scratch
        )
        project = ProjectFiles("p1", selection.files, bridge.open)
        asked = request("source")
        exporter = exporters()["source"]
        return plan_of(exporter, project, asked, context, snapshot=selection.snapshot.id)


def _packed(
    plan: BuildPlan, bridge: _Bridge, sender: PartSender, loop: asyncio.AbstractEventLoop
) -> None:
    async def ready(part: bytes) -> bytes:
        return part

    def send(part: Buffer) -> None:
        handed = sender.send(partial(ready, bytes(part)))
        asyncio.run_coroutine_threadsafe(handed, loop).result()

    pack(
        plan,
        bridge,
        send,
        _Unwatched(),
        part_bytes=sender.part_bytes,
        threads=2,
        compression=ExportOptions().compression,
    )


class _Unwatched:
    def packed(self, size_bytes: int) -> None:
        """Nobody watches."""

    def file_packed(self) -> None:
        """Likewise."""

    def built(self) -> None:
        """Likewise."""
