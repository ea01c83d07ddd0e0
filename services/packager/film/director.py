"""The director makes a film: has its slices shot by whoever is free, and makes one file of them.

What was done is kept in the storage until the film has been handed on: a director that follows one
who died finds the site and the slices, and goes on.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Final

import msgspec
import structlog

from services.packager.build.stages import film_costs
from services.packager.film.encoding.errors import SliceDamagedError
from services.packager.film.film_notes import FilmNotes
from services.packager.film.film_store import piece_key, send_file
from services.packager.film.film_verdict import judge
from services.packager.film.records import FilmId, FilmPlan, Piece
from services.packager.film.shooting import Shooting
from services.packager.film.slices import cut
from services.packager.film.studio.shot import FinishedShare
from services.packager.processes.threads import entered_in_thread, in_thread
from services.packager.sandbox.answers import Packaged
from services.packager.storage.multipart_upload import open_upload
from shared.domain.events import Artifact, Failure
from shared.domain.video.spec import spec_of
from shared.errors import ExportError
from shared.jetstream.topology import events_named
from shared.metrics import films as metrics
from shared.storage import keys
from shared.tracing import spans

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence
    from pathlib import Path

    from nats.aio.client import Client
    from nats.aio.msg import Msg

    from services.packager.build.progress import BuildProgress
    from services.packager.film.film_store import FilmStore
    from services.packager.film.interfaces import Cutter, FilmStudio, SiteBuild
    from services.packager.film.records import SliceRecord
    from services.packager.film.studio.shot import Told
    from services.packager.request import Request
    from services.packager.storage.disk_cache import DiskCache
    from shared.domain.events import Event, ExportRequested
    from shared.jetstream.progress_reporter import ProgressReporter

log = structlog.get_logger()

PACKAGED: Final = events_named("packaged")
SITE: Final = "site.zip"


class Director:
    """Makes the films of one process; any number at a time.

    Args:
        nc: A connection.
        store: What is kept of films.
        studio: Makes one file of slices.
        cache: Where they lie meanwhile.
        tools: The versions of all that shapes a film beside its site.
        into: Cuts a film into slices.
    """

    def __init__(
        self,
        nc: Client,
        store: FilmStore,
        studio: FilmStudio,
        cache: DiskCache,
        *,
        tools: Mapping[str, str],
        into: Cutter = cut,
    ) -> None:
        self.tools = tools
        self._cut = into
        self._nc = nc
        self._store = store
        self._studio = studio
        self._cache = cache
        self._made: dict[str, FilmId] = {}  # by export, until the stream has them
        self._erasing: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Erase what films were made of once they have been handed on, while the block lasts."""
        async with AsyncExitStack() as stack:
            subscription = await self._nc.subscribe(PACKAGED, cb=self._on_packaged)
            stack.push_async_callback(subscription.unsubscribe)
            try:
                yield
            finally:
                await asyncio.gather(*self._erasing)

    async def film(
        self,
        event: ExportRequested,
        request: Request,
        build: SiteBuild,
        progress: BuildProgress,
        reporter: ProgressReporter,
    ) -> Packaged:
        """Make the film of an export; its parts are stored, and wait to be completed.

        Raises:
            ExportError: What is wrong with the project, or what stood in the way.
        """
        film = FilmId.of(event)
        plan = await self._store.plan(film)
        if plan is None:
            plan = await self._planned(film, request, build)
        else:
            reporter.log("The film is gone on with where it was left.")
        progress.expect_film(film_costs(plan.spec))
        try:
            async with progress.at_film():
                with spans.span("film", {"aethel.slices": len(plan.slices)}):
                    packaged = await self._filmed(plan, progress, reporter)
        except ExportError as error:
            if not error.retryable:
                await self._store.try_to_erase(film)
            raise
        self._made[film.export_id] = film
        return packaged

    async def discard(self, event: Event) -> None:
        """Delete what there is of a film that nobody wants.

        Raises:
            UnavailableError: NATS or S3 does not answer.
        """
        await self._store.erase(FilmId.of(event))

    async def _planned(self, film: FilmId, request: Request, build: SiteBuild) -> FilmPlan:
        """Have the site built, and decide how the film is cut."""
        spec = spec_of(request.options)
        built = await build(intermediate=piece_key(film, SITE))
        site = built.packaged.artifact
        piece = Piece(key=site.key, size_bytes=site.size_bytes, sha256=site.sha256)
        try:
            upload = built.packaged.upload
            await self._store.complete(site.key, upload.upload_id, crc32c=site.crc32c)
            plan = FilmPlan(
                film=film,
                spec=spec,
                site=piece,
                game=built.game,
                slices=self._cut(spec, built.game),
                build_key=self._build_key(built.packaged.build_key),
                file_name=site.file_name,
                warnings=built.packaged.warnings,
                reusable=built.packaged.reusable,
            )
            kept = await self._store.keep_plan(plan)
        except BaseException:
            await asyncio.shield(self._store.delete([piece]))
            raise
        if kept.site != piece:  # somebody else was quicker
            await self._store.delete([piece])
        return kept

    def _build_key(self, site_key: str) -> str:
        """A SHA-256 over all that shapes the film."""
        inputs = {"site": site_key, "film": dict(self.tools)}
        return hashlib.sha256(msgspec.json.encode(inputs, order="deterministic")).hexdigest()

    async def _filmed(
        self, plan: FilmPlan, progress: BuildProgress, reporter: ProgressReporter
    ) -> Packaged:
        """Shoot and finish; a slice that turns out to be damaged is shot again."""
        notes = FilmNotes(plan.warnings, reporter)
        shooting = Shooting(self._nc, self._store, plan, progress, reporter)
        while True:
            records = await shooting.all_shot()
            judge(plan, records)
            notes.add(note for record in records if record.shot for note in record.shot.notes)
            try:
                return await self._finished(plan, records, progress, reporter, notes)
            except SliceDamagedError as error:
                why = Failure(code=error.code, message=str(error), retryable=True)
                log.warning("slice.damaged", slice=error.number, error=error.reason)
                await self._store.remake(plan.film, error.number, why)

    async def _finished(
        self,
        plan: FilmPlan,
        records: Sequence[SliceRecord],
        progress: BuildProgress,
        reporter: ProgressReporter,
        notes: FilmNotes,
    ) -> Packaged:
        """Make one file of the slices, and send it as the artifact's parts."""
        progress.finishing(0.0)
        began = time.perf_counter()
        async with entered_in_thread(self._cache.scratch()) as folder:
            await in_thread(partial(folder.chmod, 0o755))
            slices, sound = await self._fetched(plan, records, folder)
            output = folder / f"film.{plan.spec.ending}"

            def tell(told: Told) -> None:
                if isinstance(told, FinishedShare):
                    progress.finishing(told.share)

            finished = await self._studio.finish(plan.spec, slices, sound, output, tell)
            metrics.FINISH_SECONDS.observe(time.perf_counter() - began)
            notes.add(finished.notes)
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
            await self._store.fetch(record.shot.piece, path)
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

    async def _on_packaged(self, message: Msg) -> None:
        """A film of ours is handed on, as soon as the stream has that."""
        film = self._made.pop(message.subject.rpartition(".")[2], None)
        if film is not None:
            erasing = asyncio.create_task(self._store.try_to_erase(film))
            self._erasing.add(erasing)
            erasing.add_done_callback(self._erasing.discard)
