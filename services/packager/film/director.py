"""The director makes a film: has its slices shot by whoever is free, and makes one file of them.

What was done is kept in the storage until the film has been handed on: a director that follows one
who died finds the site and the slices, and goes on.
"""

from __future__ import annotations

import asyncio
import hashlib
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import TYPE_CHECKING, Final

import msgspec
import structlog

from services.packager.build.stages import film_costs
from services.packager.film.assembler import Assembler, kept_alive
from services.packager.film.encoding.errors import SliceDamagedError
from services.packager.film.film_notes import FilmNotes
from services.packager.film.film_store import piece_key
from services.packager.film.film_time import check_times
from services.packager.film.film_verdict import judge
from services.packager.film.records import FilmId, FilmPlan, Piece
from services.packager.film.shooting import Shooting
from services.packager.film.slices import cut
from shared.domain.events import ExportFailed, ExportPackaged, Failure, decode_event
from shared.domain.video.spec import spec_of
from shared.errors import ExportError, UnavailableError
from shared.jetstream.event_log import EventLog
from shared.jetstream.topology import events_named
from shared.tracing import spans

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from nats.aio.client import Client
    from nats.aio.msg import Msg

    from services.packager.build.progress import BuildProgress
    from services.packager.film.film_store import FilmStore
    from services.packager.film.film_time import FilmTimes
    from services.packager.film.interfaces import Cutter, FilmStudio, SiteBuild
    from services.packager.request import Request
    from services.packager.sandbox.answers import Packaged
    from services.packager.storage.disk_cache import DiskCache
    from shared.domain.events import Event, ExportRequested
    from shared.jetstream.progress_reporter import ProgressReporter

log = structlog.get_logger()

PACKAGED: Final = events_named(ExportPackaged.name)
FAILED: Final = events_named(ExportFailed.name)
PLATFORM: Final = "video"
SITE: Final = "site.zip"
PAUSES_S: Final = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 4.0)  # an announcement may come before its event


class Director:
    """Makes the films of one process; any number at a time.

    Args:
        nc: A connection.
        store: What is kept of films.
        studio: Makes one file of slices.
        cache: Where they lie meanwhile.
        tools: The versions of all that shapes a film beside its site.
        at_once: Films whose site is built, or which are made one file, at a time.
        times: What a slice may take.
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
        at_once: int,
        times: FilmTimes,
        into: Cutter = cut,
    ) -> None:
        self.tools = tools
        self._cut = into
        self._times = times
        self._nc = nc
        self._store = store
        self._assembler = Assembler(store, studio, cache)
        self._events = EventLog(nc.jetstream())
        self._turns = asyncio.Semaphore(at_once)
        self._made: dict[str, FilmId] = {}  # by export, until the stream has them
        self._erasing: dict[FilmId, asyncio.Task[None]] = {}

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Erase what films were made of once they have been handed on, while the block lasts.

        Those that have failed, too, whoever had them in hand: it may be dead, or has given up what
        it would have tried again.
        """
        async with AsyncExitStack() as stack:
            for subject, hear in ((PACKAGED, self._on_packaged), (FAILED, self._on_failed)):
                subscription = await self._nc.subscribe(subject, cb=hear)
                stack.push_async_callback(subscription.unsubscribe)
            try:
                yield
            finally:
                await asyncio.gather(*self._erasing.values())

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
            async with self._in_turn(progress, reporter):
                plan = await self._planned(event, request, build)
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

    async def _planned(self, event: Event, request: Request, build: SiteBuild) -> FilmPlan:
        """Have the site built, and decide how the film is cut."""
        film, spec = FilmId.of(event), spec_of(request.options)
        built = await build(intermediate=piece_key(film, SITE))
        site = built.packaged.artifact
        piece = Piece(key=site.key, size_bytes=site.size_bytes, sha256=site.sha256)
        try:
            upload = built.packaged.upload
            await self._store.complete(site.key, upload.upload_id, crc32c=site.crc32c)
            slices = self._cut(spec, built.game)
            check_times(spec, built.game, slices, self._times)
            plan = FilmPlan(
                film=film,
                user_id=event.user_id,
                spec=spec,
                site=piece,
                game=built.game,
                slices=slices,
                build_key=self._build_key(built.packaged.build_key),
                file_name=site.file_name,
                warnings=built.packaged.warnings,
                reusable=built.packaged.reusable,
            )
            kept = await self._store.keep_plan(plan)
        except BaseException:
            await asyncio.shield(self._store.forget_site(film, piece))
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
                async with self._in_turn(progress, reporter):
                    return await self._assembler.assembled(plan, records, progress, reporter, notes)
            except SliceDamagedError as error:
                if error.number >= len(plan.slices):
                    raise
                why = Failure(code=error.code, message=str(error), retryable=True)
                log.warning("slice.damaged", slice=error.number, error=error.reason)
                await self._store.remake(plan.film, error.number, why)

    @asynccontextmanager
    async def _in_turn(
        self, progress: BuildProgress, reporter: ProgressReporter
    ) -> AsyncIterator[None]:
        """Wait until few others of this process's films need its memory and cores."""
        progress.stages.idle(is_idle=True)
        try:
            async with kept_alive(reporter):
                await self._turns.acquire()
        finally:
            progress.stages.idle(is_idle=False)
        try:
            yield
        finally:
            self._turns.release()

    async def _on_packaged(self, message: Msg) -> None:
        """A film of ours is announced to be handed on."""
        film = self._made.get(message.subject.rpartition(".")[2])
        if film is not None:
            self._erase_once(film, ExportPackaged)

    async def _on_failed(self, message: Msg) -> None:
        """A film is announced to have failed, of ours or not."""
        with suppress(msgspec.MsgspecError):
            event = decode_event(message.data)
            if event.platform == PLATFORM:
                self._erase_once(FilmId.of(event), ExportFailed)

    def _erase_once(self, film: FilmId, end: type[Event]) -> None:
        if film not in self._erasing:
            erasing = asyncio.create_task(self._erase_ended(film, end))
            self._erasing[film] = erasing
            erasing.add_done_callback(lambda _: self._erasing.pop(film))

    async def _erase_ended(self, film: FilmId, end: type[Event]) -> None:
        """Erase it once the stream has that; one without a leader does not take what is said."""
        for pause_s in PAUSES_S:
            with suppress(UnavailableError):
                stored = await self._events.of(film.export_id)
                if any(
                    isinstance(event, end) and event.generation == film.generation
                    for _, event in stored
                ):
                    self._made.pop(film.export_id, None)
                    await self._store.try_to_erase(film)
                    return
            await asyncio.sleep(pause_s)
