"""The assembler makes one file of all slices of a film, and sends it as the artifact's parts."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Final

from services.packager.film.encoding.errors import SliceDamagedError
from services.packager.film.film_store import DamagedPieceError, send_file
from services.packager.film.studio.shot import FinishedShare
from services.packager.processes.threads import entered_in_thread, in_thread
from services.packager.sandbox.answers import Packaged
from services.packager.storage.multipart_upload import open_upload
from shared.domain.events import Artifact
from shared.metrics import films as metrics
from shared.storage import keys
from shared.storage.s3_client import ObjectMissingError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from pathlib import Path

    from services.packager.build.progress import BuildProgress
    from services.packager.film.film_notes import FilmNotes
    from services.packager.film.film_store import FilmStore
    from services.packager.film.interfaces import FilmStudio
    from services.packager.film.records import FilmPlan, SliceRecord
    from services.packager.film.studio.shot import Told
    from services.packager.storage.disk_cache import DiskCache
    from shared.jetstream.progress_reporter import ProgressReporter

ALIVE_S: Final = 5.0  # between two signs of life


class Assembler:
    """Makes films of slices that are stored.

    Args:
        store: What is kept of films.
        studio: Makes one file of slices.
        cache: Where they lie meanwhile.
    """

    def __init__(self, store: FilmStore, studio: FilmStudio, cache: DiskCache) -> None:
        self._store = store
        self._studio = studio
        self._cache = cache

    async def assembled(
        self,
        plan: FilmPlan,
        records: Sequence[SliceRecord],
        progress: BuildProgress,
        reporter: ProgressReporter,
        notes: FilmNotes,
    ) -> Packaged:
        """Make the film; its parts are stored, and wait to be completed.

        Raises:
            SliceDamagedError: A slice is not what it should be, or is not there any more.
            FilmGoneError: None is, as the film has been handed on.
            ExportError: What else stands in the way.
        """
        progress.finishing(0.0)
        began = time.perf_counter()
        async with entered_in_thread(self._cache.scratch()) as folder:
            await in_thread(partial(folder.chmod, 0o755))
            async with kept_alive(reporter):
                slices, sound = await self._fetched(plan, records, folder)
            output = folder / f"film.{plan.spec.ending}"

            def tell(told: Told) -> None:
                if isinstance(told, FinishedShare):
                    progress.finishing(told.share)

            finished = await self._studio.finish(plan.spec, slices, sound, output, tell)
            metrics.FINISH_SECONDS.observe(time.perf_counter() - began)
            notes.add(finished.notes)
            async with kept_alive(reporter):
                return await self._sent(plan, output, reporter, notes)

    async def _fetched(
        self, plan: FilmPlan, records: Sequence[SliceRecord], folder: Path
    ) -> tuple[list[Path], Path | None]:
        """The files of the pictures in their order, and that of the sound."""
        slices: list[Path] = []
        sound = None
        for number, (piece, record) in enumerate(zip(plan.slices, records, strict=True)):
            if record.shot is None:
                raise AssertionError("all of them are shot")
            path = folder / f"{number}-{record.shot.name}"
            try:
                await self._store.fetch(record.shot.piece, path)
            except (DamagedPieceError, ObjectMissingError) as error:
                await self._store.require(plan)
                raise SliceDamagedError(number, str(error)) from error
            if piece.kind == "sound":
                sound = path
            else:
                slices.append(path)
        return slices, sound

    async def _sent(
        self, plan: FilmPlan, output: Path, reporter: ProgressReporter, notes: FilmNotes
    ) -> Packaged:
        key = keys.artifact(plan.film.project_id, plan.build_key, plan.file_name)
        size_bytes = (await in_thread(output.stat)).st_size
        async with open_upload(
            self._store.storage,
            key,
            content_type=plan.spec.content_type,
            expected_bytes=size_bytes,
            on_left=reporter.leave_parts,
        ) as sender:
            sha256 = await send_file(sender, output, size_bytes)
            upload = await sender.finish()
        artifact = Artifact(
            key=key,
            file_name=plan.file_name,
            content_type=plan.spec.content_type,
            size_bytes=size_bytes,
            sha256=sha256,
            crc32c=sender.crc32c,
        )
        return Packaged(artifact, upload, notes.warnings, plan.reusable, plan.build_key)


@asynccontextmanager
async def kept_alive(reporter: ProgressReporter) -> AsyncIterator[None]:
    """Say that a film goes on while nothing of it can be told, until the block ends."""

    async def say() -> None:
        while True:
            reporter.alive()
            await asyncio.sleep(ALIVE_S)

    saying = asyncio.create_task(say())
    try:
        yield
    finally:
        saying.cancel()
