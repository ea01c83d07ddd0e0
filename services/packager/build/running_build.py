"""A running build has a thread of its own, and the event loop works for it until both are stopped.

Planning and packing block in one thread of the build's own. That thread waits for the event loop,
which fetches the project's objects and sends the artifact's parts; the loop waits for the thread's
end and for nothing else. ``docs/packager.md`` draws them.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from services.packager.build.cache_key import build_key, plan_of
from services.packager.build.naming import file_name
from services.packager.build.packing import pack
from services.packager.processes.threads import in_thread
from services.packager.project.files import ProjectFiles
from services.packager.storage.multipart_upload import StoppedError, open_upload
from services.packager.storage.object_fetcher import ObjectFetcher
from services.packager.storage.object_index import ObjectIndex
from shared.domain.events import Artifact, PendingUpload
from shared.storage import keys

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from concurrent.futures import Executor

    from services.packager.build.context import BuildContext
    from services.packager.build.plan import BuildPlan, Exporter
    from services.packager.build.progress import BuildProgress
    from services.packager.project.snapshot import Selection
    from services.packager.request import Request
    from services.packager.storage.disk_cache import DiskCache
    from services.packager.storage.multipart_upload import PartSender
    from shared.storage.bucket import Storage


class Packaged(msgspec.Struct, frozen=True):
    """An artifact whose parts are in the storage, and the upload that waits to be completed."""

    artifact: Artifact
    upload: PendingUpload


class RunningBuild:
    """Runs the build's blocking work in a thread of ``executor``; used on the event loop.

    Args:
        request: What is built.
        selection: Of which files.
        context: What exporters get.
        objects: Where the files' bytes come from.
        progress: Who counts them.
        storage: Where the artifact goes.
        executor: Never the loop's own: its threads bring what these wait for.
    """

    def __init__(
        self,
        request: Request,
        selection: Selection,
        context: BuildContext,
        *,
        objects: ObjectFetcher,
        progress: BuildProgress,
        storage: Storage,
        executor: Executor,
    ) -> None:
        self._request = request
        self._selection = selection
        self._context = context
        self._objects = objects
        self._progress = progress
        self._storage = storage
        self._executor = executor
        self._sender: PartSender | None = None

    async def plan(self, exporter: Exporter) -> BuildPlan:
        """The complete plan of the artifact.

        Raises:
            ProjectError: The project cannot be exported.
        """
        work = partial(self._plan, exporter)
        return await in_thread(work, executor=self._executor, stop=self.stop)

    async def pack(self, plan: BuildPlan, *, once: str) -> Packaged:
        """Pack the artifact and send its parts; nothing of them is left where that fails.

        Args:
            plan: The artifact's.
            once: Names this very attempt, for artifacts that no other one makes again.

        Raises:
            ExportError: What the storage said, or what is wrong with the artifact.
        """
        name = file_name(plan, self._request)
        key = keys.artifact(self._selection.snapshot.project_id, self._key(plan, once), name)
        self._progress.begin_packing(plan)
        async with open_upload(
            self._storage, key, content_type=plan.content_type, expected_bytes=plan.size_bytes
        ) as sender:
            self._sender = sender
            work = partial(
                pack,
                plan,
                self._objects,
                sender.send,
                self._progress,
                part_bytes=sender.part_bytes,
                threads=self._context.threads,
                compression=self._request.options.compression,
            )
            try:
                packed = await in_thread(work, executor=self._executor, stop=self.stop)
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
        return Packaged(artifact, upload)

    def stop(self) -> None:
        """End every wait that the build's thread may be in; it then fails, and so ends."""
        self._context.stopping.set()
        self._objects.close()
        if self._sender:
            self._sender.stop()

    def _plan(self, exporter: Exporter) -> BuildPlan:
        """In the build's thread."""
        snapshot = self._selection.snapshot
        project = ProjectFiles(snapshot.project_id, self._selection.files, self._objects.open)
        return plan_of(exporter, project, self._request, self._context, snapshot=snapshot.id)

    def _key(self, plan: BuildPlan, once: str) -> str:
        return build_key(
            plan,
            snapshot=self._selection.snapshot.id,
            request=self._request,
            once=None if plan.reproducible else once,
        )


@asynccontextmanager
async def fetching(
    storage: Storage, cache: DiskCache, selection: Selection, progress: BuildProgress
) -> AsyncIterator[ObjectFetcher]:
    """Fetch objects ahead of their use and report the build's progress, until the block ends."""
    index = await in_thread(partial(ObjectIndex.of, selection.files))
    objects = ObjectFetcher(storage, cache, index, on_fetched=progress.fetched)
    progress.expect(
        fetch_bytes=await objects.missing_bytes(),
        pack_bytes=selection.size_bytes,
        files=len(selection.files),
    )
    background = [asyncio.create_task(objects.prefetch()), asyncio.create_task(progress.run())]
    try:
        yield objects
    finally:
        for task in background:
            task.cancel()
        await asyncio.gather(*background, objects.closed(), return_exceptions=True)
        progress.report()
