"""What the packager does with one request: read the snapshot, plan, pack into the storage."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

import structlog

from services.packager.build.build_log import tell_plan, tell_selection
from services.packager.build.cache_key import build_key, plan_of
from services.packager.build.context import BuildContext
from services.packager.build.naming import file_name
from services.packager.build.packing import pack
from services.packager.build.progress import Progress, megabytes
from services.packager.processes.threads import in_thread
from services.packager.project.files import ProjectFiles, selected
from services.packager.project.snapshot import read_snapshot
from services.packager.request import Request
from services.packager.signing.keys import NO_KEYS
from services.packager.storage.multipart_upload import StoppedError, open_upload
from services.packager.storage.object_fetcher import Objects
from shared import metrics
from shared.domain.events import Artifact, ExportPackaged
from shared.domain.platforms import check_options
from shared.errors import UnknownPlatformError
from shared.storage import keys

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping, Sequence
    from pathlib import Path

    from services.packager.build.plan import Exporter, Plan
    from services.packager.runtimes.registry import Templates
    from services.packager.signing.keys import SigningKeys
    from services.packager.storage.disk_cache import DiskCache
    from shared.domain.events import Event, ExportRequested, PendingUpload
    from shared.domain.project import StoredFile
    from shared.jetstream.progress_reporter import ProgressReporter
    from shared.storage.bucket import Storage

log = structlog.get_logger()


class PackagerHandler:
    """Turns ``requested`` into ``packaged``. One for all platforms of a process."""

    def __init__(
        self,
        storage: Storage,
        cache: DiskCache,
        exporters: Mapping[str, Exporter],
        templates: Templates,
        *,
        signing: SigningKeys = NO_KEYS,
        threads: int = 2,
        slots: int = 8,
    ) -> None:
        self._storage = storage
        self._cache = cache
        self._exporters = exporters
        self.templates = templates
        self.signing = signing
        self._threads = threads
        # Apart from the default one: these threads wait for fetches, which need threads themselves.
        self._executor = ThreadPoolExecutor(max_workers=slots, thread_name_prefix="pack")

    async def __call__(
        self, event: ExportRequested, reporter: ProgressReporter
    ) -> Sequence[ExportPackaged]:
        """Build the artifact; its upload waits for the uploader."""
        return [await self._build(event, reporter)]

    async def discard(self, event: Event) -> None:
        """Parts that were announced; an attempt that is stopped has aborted its own upload."""
        if isinstance(event, ExportPackaged):
            await self._storage.abort_upload(event.artifact.key, event.upload.upload_id)

    async def _build(self, event: ExportRequested, reporter: ProgressReporter) -> ExportPackaged:
        started = time.perf_counter()
        exporter = self._exporters.get(event.platform)
        if exporter is None:
            raise UnknownPlatformError(event.platform, self._exporters)
        check_options(event.platform, event.configuration, event.options)
        request = Request(
            platform=event.platform, configuration=event.configuration, options=event.options
        )
        snapshot = await read_snapshot(self._storage, event)
        # Seconds for many files and many patterns.
        files = await in_thread(partial(selected, snapshot.files, request.options))
        tell_selection(reporter, snapshot, files)
        progress = Progress(reporter)
        with self._cache.scratch() as scratch:
            context = self._bench(scratch, reporter, progress)
            async with self._objects(files, progress) as objects:
                project = ProjectFiles(snapshot.project_id, files, objects.open)
                work = partial(plan_of, exporter, project, request, context, snapshot=snapshot.id)
                plan = await self._planned(work, objects, context)
                tell_plan(reporter, plan)
                artifact, upload = await self._pack(
                    event, plan, request, objects=objects, progress=progress, context=context
                )
        metrics.ARTIFACT_BYTES.labels(event.platform).inc(artifact.size_bytes)
        reporter.log(f"Packed {artifact.file_name}: {megabytes(artifact.size_bytes)}")
        build_s = time.perf_counter() - started
        return ExportPackaged(**event.identity, artifact=artifact, upload=upload, build_s=build_s)

    def _bench(self, scratch: Path, reporter: ProgressReporter, progress: Progress) -> BuildContext:
        loop = asyncio.get_running_loop()

        def log_line(line: str) -> None:
            loop.call_soon_threadsafe(reporter.log, line)

        return BuildContext(
            templates=self.templates,
            cache=self._cache,
            scratch=scratch,
            threads=self._threads,
            keys=self.signing,
            log=log_line,
            waiting=progress.waiting,
        )

    @asynccontextmanager
    async def _objects(
        self, files: Sequence[StoredFile], progress: Progress
    ) -> AsyncIterator[Objects]:
        """Objects come ahead of their use and progress is told, until the block ends."""
        objects = Objects(self._storage, self._cache, files, on_fetched=progress.fetched)
        progress.expect(
            fetch_bytes=objects.missing_bytes(),
            pack_bytes=sum(file.size for file in files),
            files=len(files),
        )
        background = [asyncio.create_task(objects.prefetch()), asyncio.create_task(progress.run())]
        try:
            yield objects
        finally:
            for task in background:
                task.cancel()
            await asyncio.gather(*background, objects.closed(), return_exceptions=True)
            progress.tell()

    async def _planned(
        self, work: Callable[[], Plan], objects: Objects, context: BuildContext
    ) -> Plan:
        def stop() -> None:
            context.stopping.set()
            objects.close()

        return await in_thread(work, executor=self._executor, stop=stop)

    async def _pack(
        self,
        event: ExportRequested,
        plan: Plan,
        request: Request,
        *,
        objects: Objects,
        progress: Progress,
        context: BuildContext,
    ) -> tuple[Artifact, PendingUpload]:
        name = file_name(plan, request)
        once = None if plan.reproducible else f"{event.export_id}:{event.generation}"
        build = build_key(plan, snapshot=event.snapshot, request=request, once=once)
        key = keys.artifact(event.project_id, build, name)
        progress.begin_packing(plan)
        async with open_upload(
            self._storage, key, content_type=plan.content_type, expected_bytes=plan.size_bytes
        ) as sender:

            def stop() -> None:
                context.stopping.set()
                objects.close()
                sender.stop()

            work = partial(
                pack,
                plan,
                objects,
                sender.send,
                progress,
                part_bytes=sender.part_bytes,
                threads=self._threads,
                compression=request.options.compression,
            )
            try:
                packed = await in_thread(work, executor=self._executor, stop=stop)
            except StoppedError:
                await sender.finish()  # raises what stopped it
                raise
            upload = await sender.finish()
        artifact = Artifact(
            key=key,
            file_name=name,
            content_type=plan.content_type,
            size_bytes=packed.size_bytes,
            sha256=packed.sha256,
            crc32c=packed.crc32c,
        )
        return artifact, upload
