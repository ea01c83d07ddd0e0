"""The handler reads the snapshot of a request, plans its artifact and packs it into the storage."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

from services.packager.build.build_log import report_plan, report_selection
from services.packager.build.context import BuildContext
from services.packager.build.progress import BuildProgress, megabytes
from services.packager.build.running_build import RunningBuild, fetching
from services.packager.processes.threads import entered_in_thread, in_thread
from services.packager.project.snapshot import Selection, read_snapshot
from services.packager.request import Request
from services.packager.signing.keys import NO_KEYS
from shared import metrics
from shared.domain.events import ExportPackaged
from shared.domain.platforms import check_options
from shared.errors import UnknownPlatformError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from services.packager.build.plan import Exporter
    from services.packager.build.running_build import Packaged
    from services.packager.runtimes.registry import Templates
    from services.packager.signing.keys import SigningKeys
    from services.packager.storage.disk_cache import DiskCache
    from shared.domain.events import Event, ExportRequested
    from shared.jetstream.progress_reporter import ProgressReporter
    from shared.storage.bucket import Storage


class PackagerHandler:
    """Turns ``requested`` into ``packaged``; one handler serves all platforms of a process."""

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
        self._templates = templates
        self._signing = signing
        self._threads = threads
        # Apart from the loop's own: these threads wait for fetches, which need threads themselves.
        self._executor = ThreadPoolExecutor(max_workers=slots, thread_name_prefix="build")

    async def __call__(
        self, event: ExportRequested, reporter: ProgressReporter
    ) -> Sequence[ExportPackaged]:
        """Build the artifact; its upload waits for the uploader."""
        started = time.perf_counter()
        exporter = self._exporters.get(event.platform)
        if exporter is None:
            raise UnknownPlatformError(event.platform, self._exporters)
        check_options(event.platform, event.configuration, event.options)
        made = await self._build(event, exporter, reporter)
        metrics.ARTIFACT_BYTES.labels(event.platform).inc(made.artifact.size_bytes)
        reporter.log(f"Packed {made.artifact.file_name}: {megabytes(made.artifact.size_bytes)}")
        build_s = time.perf_counter() - started
        return [
            ExportPackaged(
                **event.identity, artifact=made.artifact, upload=made.upload, build_s=build_s
            )
        ]

    async def discard(self, event: Event) -> None:
        """Abort the upload that was announced; an attempt that is stopped has aborted its own."""
        if isinstance(event, ExportPackaged):
            await self._storage.abort_upload(event.artifact.key, event.upload.upload_id)

    async def _build(
        self, event: ExportRequested, exporter: Exporter, reporter: ProgressReporter
    ) -> Packaged:
        request = Request(
            platform=event.platform, configuration=event.configuration, options=event.options
        )
        snapshot = await read_snapshot(self._storage, event)
        selection = await in_thread(partial(Selection.of, snapshot, request.options))
        report_selection(reporter, selection)
        progress = BuildProgress(reporter)
        async with (
            entered_in_thread(self._cache.scratch()) as scratch,
            fetching(self._storage, self._cache, selection, progress) as objects,
        ):
            build = RunningBuild(
                request,
                selection,
                self._context(scratch, reporter, progress),
                objects=objects,
                progress=progress,
                storage=self._storage,
                executor=self._executor,
            )
            plan = await build.plan(exporter)
            report_plan(reporter, plan)
            return await build.pack(plan, once=f"{event.export_id}:{event.generation}")

    def _context(
        self, scratch: Path, reporter: ProgressReporter, progress: BuildProgress
    ) -> BuildContext:
        loop = asyncio.get_running_loop()
        return BuildContext(
            templates=self._templates,
            cache=self._cache,
            scratch=scratch,
            threads=self._threads,
            keys=self._signing,
            log=lambda line: loop.call_soon_threadsafe(reporter.log, line),
            waiting=progress.waiting,
        )
