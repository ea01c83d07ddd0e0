"""The handler reads the snapshot of a request and has its artifact built into the storage."""

from __future__ import annotations

import asyncio
import threading
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from functools import partial
from typing import TYPE_CHECKING, Final, Protocol

from msgspec import UNSET, UnsetType

from services.packager.build.build_log import report_selection
from services.packager.build.inputs import BuildInputs
from services.packager.build.progress import BuildProgress, megabytes
from services.packager.build.stage_clock import StageClock
from services.packager.build.stages import forecast
from services.packager.film.records import Built
from services.packager.processes.threads import beside_loop, entered_in_thread, in_thread
from services.packager.project.snapshot import Selection, Snapshots
from services.packager.registry.package_fetcher import PackageFetcher
from services.packager.request import Request
from services.packager.sandbox import launcher
from services.packager.sandbox.answers import Services
from services.packager.sandbox.messages import Job
from services.packager.sandbox.running_build import RunningBuild
from services.packager.signing.android.debug_key import DebugKeySource, kept_debug_key
from services.packager.signing.keys import NO_KEYS, KeyBrokenError
from services.packager.signing.opening import for_android, open_key
from services.packager.signing.tool import ToolBench
from services.packager.storage.derived_files import ProjectDerivedFiles
from services.packager.storage.object_fetcher import ObjectFetcher, ObjectLostError
from services.packager.storage.object_index import ObjectIndex
from shared.domain.entry_page import is_engine_project
from shared.domain.events import ExportPackaged, ExportRequested
from shared.domain.platforms import PLATFORMS, check_options
from shared.errors import UnknownPlatformError
from shared.tracing import spans

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence
    from pathlib import Path

    from services.packager.film.director import Director
    from services.packager.registry.npm_registry import NpmRegistry
    from services.packager.sandbox.answers import Packaged
    from services.packager.sandbox.build_server import BuildServer, Child
    from services.packager.signing.keys import SigningKeys
    from services.packager.signing.opening import OpenedKey
    from services.packager.storage.disk_cache import DiskCache
    from shared.domain.events import Event
    from shared.jetstream.progress_reporter import ProgressReporter
    from shared.storage.bucket import Storage


STEPS: Final = 100  # of Python for a file, about


class EarlierBuilds(Protocol):
    """Knows what has been built before."""

    async def completed(self, event: ExportRequested, inputs: str) -> bool:
        """Whether the export has ended with an artifact of the same inputs."""
        ...


class PackagerHandler:
    """Turns ``requested`` into ``packaged``; one handler serves all platforms of a process.

    Args:
        storage: Where projects come from and artifacts go.
        cache: Of objects and derived files.
        server: Starts the builds.
        templates: The folder of runtime templates.
        registry: Where packages come from; None: from nowhere.
        signing: The operators' keys.
        debug_keys: The projects' own; None: what needs one is refused.
        threads: Of each build.
        earlier: Spares builds whose artifact is there; None: everything is built.
        director: Makes films; None: none are made here.
    """

    def __init__(
        self,
        storage: Storage,
        cache: DiskCache,
        server: BuildServer,
        templates: Path,
        *,
        registry: NpmRegistry | None = None,
        signing: SigningKeys = NO_KEYS,
        debug_keys: DebugKeySource | None = None,
        threads: int = 2,
        earlier: EarlierBuilds | None = None,
        director: Director | None = None,
    ) -> None:
        self._storage = storage
        self._snapshots = Snapshots(storage)
        self._cache = cache
        self._server = server
        self._templates = templates
        self._registry = registry
        self._signing = signing
        self._debug_keys = debug_keys
        self._threads = threads
        self._earlier = earlier
        self._director = director
        self._build_inputs = BuildInputs(
            templates,
            {
                "build scripts": server.limits.own_programs,
                "registry": registry.key if registry else None,
            },
        )

    async def __call__(
        self, event: ExportRequested, reporter: ProgressReporter
    ) -> Sequence[ExportPackaged]:
        """Build the artifact, whose upload waits for the uploader; nothing where that had one."""
        stages = StageClock()
        check_options(event.platform, event.configuration, event.options)
        request = Request(
            platform=event.platform, configuration=event.configuration, options=event.options
        )
        key = await self._key(event, request)
        inputs = await in_thread(partial(self._inputs, event, request, key))
        if inputs and await self._completed(event, inputs):
            return []
        try:
            made = await self._make(event, request, key, reporter, stages)
        finally:
            reporter.idle_s = stages.idle_s()
        again = await in_thread(partial(self._inputs, event, request, key))
        if not made.reusable or inputs != again:
            inputs = UNSET  # what it was made of may have changed while it was
        reporter.log(f"Packed {made.artifact.file_name}: {megabytes(made.artifact.size_bytes)}")
        took = stages.seconds()
        return [
            ExportPackaged(
                **event.identity,
                artifact=made.artifact,
                upload=made.upload,
                build_s=took.build_s,
                stages=took,
                warnings=made.warnings if made.warnings.count else UNSET,
                inputs=inputs,
            )
        ]

    async def _key(self, event: ExportRequested, request: Request) -> OpenedKey | None:
        """What signs the artifact: an operator's key, or the project's own where it has one.

        Raises:
            KeyBrokenError: An operator has to mend it.
            NatsUnavailableError: The project's key cannot be had now.
        """
        key = await in_thread(partial(open_key, self._signing, request))
        if key or not PLATFORMS[request.platform].debug_keys:
            return key
        if self._debug_keys is None:
            raise KeyBrokenError(f"no debug keys are kept here, which {request.platform} needs")
        return for_android(await kept_debug_key(self._debug_keys, event.project_id), request)

    def _inputs(
        self, event: ExportRequested, request: Request, key: OpenedKey | None
    ) -> str | UnsetType:
        """The build inputs; none where a tool signs, as that gives other bytes each time."""
        signature = key.signed_by.identity if key else None
        if signature == "":
            return UNSET
        film = self._director.tools if self._director and request.platform == "video" else {}
        return self._build_inputs.of(
            request,
            project_id=event.project_id,
            snapshot=event.snapshot,
            signature=signature,
            film=film,
        )

    async def _completed(self, event: ExportRequested, inputs: str) -> bool:
        """Whether an earlier build of the same has ended this export already."""
        if self._earlier is None or event.fresh:
            return False
        return await self._earlier.completed(event, inputs)

    async def discard(self, event: Event) -> None:
        """Abort the upload that was announced; an attempt that is stopped has aborted its own.

        What a film is made of outlives its attempt, and goes when nobody wants the film any more.
        """
        if isinstance(event, ExportPackaged):
            await self._storage.abort_upload(event.artifact.key, event.upload.upload_id)
        elif isinstance(event, ExportRequested) and event.platform == "video" and self._director:
            await self._director.discard(event)

    async def _make(
        self,
        event: ExportRequested,
        request: Request,
        key: OpenedKey | None,
        reporter: ProgressReporter,
        stages: StageClock,
    ) -> Packaged:
        """Build what is asked for; for a film, what is filmed, and then the film.

        Raises:
            UnknownPlatformError: No films are made here.
        """
        progress = BuildProgress(reporter, stages)
        build = partial(self._build, event, request, key, progress, reporter=reporter)
        if request.platform != "video":
            return (await build()).packaged
        if self._director is None:
            raise UnknownPlatformError("video", PLATFORMS.keys() - {"video"})
        return await self._director.film(event, request, build, progress, reporter)

    async def _build(
        self,
        event: ExportRequested,
        request: Request,
        key: OpenedKey | None,
        progress: BuildProgress,
        *,
        reporter: ProgressReporter,
        intermediate: str = "",
    ) -> Built:
        with progress.stages.fetching():
            snapshot = await self._snapshots.read(event)
        select = partial(Selection.of, snapshot, request.options)
        selection = await (
            in_thread(select)  # nobody knows how long patterns take
            if request.options.exclude_patterns
            else beside_loop(select, size=len(snapshot.files) * STEPS)
        )
        report_selection(reporter, selection)
        job = Job(
            request=request,
            project_id=snapshot.project_id,
            snapshot=snapshot.id,
            files=selection.files,
            once=f"{event.export_id}:{event.generation}",
            signed_by=key.signed_by if key else None,
            threads=self._threads,
        )
        async with (
            self._noticing_losses(event),
            self._services(
                selection, request, key, progress, reporter=reporter, intermediate=intermediate
            ) as services,
            entered_in_thread(self._running(job)) as child,
        ):
            packaged = await RunningBuild(job, services, self._server, child).result()
            is_engine = is_engine_project({file.path for file in selection.files})
            return Built(packaged, "engine" if is_engine else "html5")

    @contextmanager
    def _running(self, job: Job) -> Iterator[Child]:
        """The build in a folder of its own; blocks."""
        templates = self._templates.absolute()
        with (
            self._cache.scratch() as scratch,
            self._server.running(job, scratch=scratch, templates=templates) as child,
        ):
            yield child

    @asynccontextmanager
    async def _noticing_losses(self, event: ExportRequested) -> AsyncIterator[None]:
        """Where an object is missing, its snapshot is not believed any more."""
        try:
            yield
        except ObjectLostError:
            self._snapshots.forget(event)
            raise

    @asynccontextmanager
    async def _services(
        self,
        selection: Selection,
        request: Request,
        key: OpenedKey | None,
        progress: BuildProgress,
        *,
        reporter: ProgressReporter,
        intermediate: str,
    ) -> AsyncIterator[Services]:
        """What the build may ask for, until the block ends; objects are fetched ahead of it."""
        stopping = threading.Event()
        loop = asyncio.get_running_loop()
        async with AsyncExitStack() as stack:
            signer = None
            if key is not None:
                folder = await stack.enter_async_context(entered_in_thread(self._cache.scratch()))
                bench = ToolBench(
                    launcher=launcher.COMMAND,
                    folder=folder,
                    timeout_s=self._signing.timeout_s,
                    stopping=stopping,
                    log=lambda line: loop.call_soon_threadsafe(reporter.log, line),
                    waiting=progress.waiting,
                )
                signer = key.signer(bench)
            objects = await stack.enter_async_context(
                fetching(
                    self._storage,
                    self._cache,
                    selection,
                    progress,
                    request=request,
                    signed=key is not None,
                )
            )
            yield Services(
                storage=self._storage,
                objects=objects,
                derived=ProjectDerivedFiles(self._cache, selection.snapshot.project_id),
                packages=PackageFetcher(self._registry, self._cache),
                progress=progress,
                reporter=reporter,
                signer=signer,
                stop_tools=stopping.set,
                intermediate=intermediate,
            )


async def _fetch(objects: ObjectFetcher, missing_bytes: int) -> None:
    with spans.leaf("fetch", {"aethel.missing_bytes": missing_bytes}):
        await objects.prefetch()


@asynccontextmanager
async def fetching(
    storage: Storage,
    cache: DiskCache,
    selection: Selection,
    progress: BuildProgress,
    *,
    request: Request,
    signed: bool = False,
) -> AsyncIterator[ObjectFetcher]:
    """Fetch objects ahead of their use and report the build's progress, until the block ends."""
    with progress.at_work():
        steps = len(selection.files) * STEPS
        index = await beside_loop(partial(ObjectIndex.of, selection.files), size=steps)
        objects = ObjectFetcher(storage, cache, index, on_fetched=progress.fetched)
        missing = await objects.missing_bytes()
        foresee = partial(forecast, selection.files, request, fetch_bytes=missing, signed=signed)
        progress.expect(await beside_loop(foresee, size=steps), fetch_bytes=missing)
        jobs = (_fetch(objects, missing), progress.run())
        background = [asyncio.create_task(job) for job in jobs]
        try:
            yield objects
        finally:
            for task in background:
                task.cancel()
            await asyncio.gather(*background, return_exceptions=True)
            await objects.closed()
