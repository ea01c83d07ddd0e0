"""Where the packagers that make a film together keep it: its records in NATS, its files in S3.

A file has a name that nobody else gives: whoever died while writing one stands in nobody's way.
What is not deleted here when its film ends, because somebody died, is the sweeper's.
"""

from __future__ import annotations

import asyncio
import hashlib
import uuid
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import structlog

from services.packager.film.records import FilmPlan, Piece, SliceRecord
from services.packager.film.slice_record import of_no_use
from services.packager.processes.threads import in_thread
from services.packager.storage.multipart_upload import open_upload
from shared.errors import ExportError, StorageRefusedError, UnavailableError
from shared.jetstream.key_value import ConflictingWriteError, KeyValueStore
from shared.jetstream.topology import FILMS_BUCKET
from shared.storage import keys

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from nats.js import JetStreamContext

    from services.packager.film.records import FilmId
    from services.packager.storage.multipart_upload import PartSender
    from shared.domain.events import Failure
    from shared.storage.bucket import Storage

log = structlog.get_logger()

BUCKET: Final = FILMS_BUCKET.name
PLAN: Final = "plan"
BLOCK_BYTES: Final = 1 << 20


def plan_key(film: FilmId) -> str:
    """Where a film's plan is."""
    return f"{film.export_id}.{film.generation}.{PLAN}"


def slice_key(film: FilmId, number: int) -> str:
    """Where the record of a slice is."""
    return f"{film.export_id}.{film.generation}.{number}"


def piece_key(film: FilmId, name: str) -> str:
    """A new place for a file of the film's; its name tells people what it is."""
    return keys.film(
        film.project_id, film.export_id, film.generation, f"{uuid.uuid4().hex[:12]}-{name}"
    )


async def send_file(sender: PartSender, path: Path, size_bytes: int) -> str:
    """Send all parts of a file; its SHA-256."""
    digest = hashlib.sha256()
    with await in_thread(lambda: path.open("rb")) as file:

        def next_part() -> bytes:
            part = file.read(sender.part_bytes)
            digest.update(part)
            return part

        for _ in range(max(-(-size_bytes // sender.part_bytes), 1)):
            await sender.send(lambda: in_thread(next_part))
    return digest.hexdigest()


class DamagedPieceError(ExportError):
    """A file of the film's is not what was stored; it may be read well another time."""

    code = "film-damaged"
    title = "A piece of the film is not what was stored"
    retryable = True


class FilmGoneError(ExportError):
    """The film's plan is gone: its site and slices are, or will be."""

    code = "film-gone"
    title = "What the film is made of is gone"
    retryable = True


class FilmStore:
    """Reads and writes everything that is kept of films."""

    def __init__(
        self,
        storage: Storage,
        plans: KeyValueStore[FilmPlan],
        slices: KeyValueStore[SliceRecord],
    ) -> None:
        self.storage = storage
        self._plans = plans
        self._slices = slices

    @classmethod
    async def bind(cls, js: JetStreamContext, storage: Storage) -> FilmStore:
        """Bind to the bucket."""
        plans = await KeyValueStore.bind(js, BUCKET, FilmPlan)
        return cls(storage, plans, await KeyValueStore.bind(js, BUCKET, SliceRecord))

    async def plan(self, film: FilmId) -> FilmPlan | None:
        """A film's plan; None where it is not wanted any more, or not planned yet."""
        found = await self._plans.get(plan_key(film))
        return found.value if found else None

    async def require(self, plan: FilmPlan) -> None:
        """Go on only where a film still has this plan.

        Raises:
            FilmGoneError: It has another one or none: another director has handed it on, or the
                bucket was lost.
        """
        found = await self.plan(plan.film)
        if found is None or found.site != plan.site:
            raise FilmGoneError("what the film is made of is gone; it is begun anew")

    async def keep_plan(self, plan: FilmPlan) -> FilmPlan:
        """Keep a plan, unless there is one: that one is answered, and counts."""
        try:
            await self._plans.create(plan_key(plan.film), plan)
        except ConflictingWriteError:
            return await self.plan(plan.film) or plan
        return plan

    async def forget_site(self, film: FilmId, site: Piece) -> None:
        """Delete a site that is no plan's; where nobody can tell, it stays for the sweeper."""
        with suppress(UnavailableError):
            plan = await self.plan(film)
            if plan is None or plan.site != site:
                await self.delete([site])

    async def slice(self, film: FilmId, number: int) -> SliceRecord:
        """How far a slice is."""
        found = await self._slices.get(slice_key(film, number))
        return found.value if found else SliceRecord()

    async def slices(self, plan: FilmPlan) -> list[SliceRecord]:
        """How far all of them are, by their numbers."""
        numbers = range(len(plan.slices))
        return list(await asyncio.gather(*(self.slice(plan.film, number) for number in numbers)))

    async def change(
        self, film: FilmId, number: int, decide: Callable[[SliceRecord], SliceRecord | None]
    ) -> SliceRecord:
        """Change a slice's record, unless it is over; what it is now."""

        def unless_over(found: SliceRecord | None) -> SliceRecord | None:
            record = found or SliceRecord()
            return None if record.over else decide(record)

        return await self._slices.change(slice_key(film, number), unless_over) or SliceRecord()

    async def remake(self, film: FilmId, number: int, why: Failure) -> SliceRecord:
        """Have a slice that was stored made again; its file goes. What its record is now."""
        before = await self.slice(film, number)
        if before.shot is not None:
            await self.delete([before.shot.piece])

        def again(found: SliceRecord | None) -> SliceRecord | None:
            return of_no_use(found, why) if found is not None and found.state == "done" else None

        return await self._slices.change(slice_key(film, number), again) or SliceRecord()

    async def store(self, key: str, path: Path, content_type: str) -> Piece:
        """Store a file; nothing of it is left where that fails."""
        size_bytes = (await in_thread(path.stat)).st_size
        async with open_upload(
            self.storage, key, content_type=content_type, expected_bytes=size_bytes
        ) as sender:
            sha256 = await send_file(sender, path, size_bytes)
            upload = await sender.finish()
            await self.complete(key, upload.upload_id, crc32c=sender.crc32c)
        return Piece(key=key, size_bytes=size_bytes, sha256=sha256)

    async def complete(self, key: str, upload_id: str, *, crc32c: str) -> None:
        """Make a file of the parts that were sent."""
        parts = await self.storage.list_parts(key, upload_id)
        await self.storage.complete_upload(key, upload_id, parts, crc32c=crc32c)

    async def fetch(self, piece: Piece, path: Path) -> None:
        """Write a stored file to a path, which is not there yet.

        Raises:
            DamagedPieceError: It is another one than was stored.
            ObjectMissingError: It is gone, with its film.
        """
        digest, size_bytes = hashlib.sha256(), 0
        with await in_thread(lambda: path.open("xb")) as file:
            async for block in self.storage.read(piece.key):
                size_bytes += len(block)
                digest.update(block)
                await in_thread(lambda block=block: file.write(block))  # type: ignore[misc]
        if (size_bytes, digest.hexdigest()) != (piece.size_bytes, piece.sha256):
            raise DamagedPieceError(f"{piece.key} is not what was stored")

    async def erase(self, film: FilmId) -> None:
        """Delete a film with all that it has: first its plan, so that nobody goes on with it.

        Raises:
            UnavailableError: NATS or S3 does not answer; then the rest is the sweeper's.
        """
        plan = await self.plan(film)
        if plan is None:
            return
        await self._plans.delete(plan_key(film))
        records = await self.slices(plan)
        await self.delete([plan.site, *(record.shot.piece for record in records if record.shot)])
        for number in range(len(plan.slices)):
            await self._slices.delete(slice_key(film, number))

    async def erase_slice(self, film: FilmId, number: int) -> None:
        """Delete what is kept of a slice whose film is over."""
        record = await self.slice(film, number)
        if record.shot is not None:
            await self.delete([record.shot.piece])
        await self._slices.delete(slice_key(film, number))

    async def delete(self, pieces: Sequence[Piece]) -> None:
        """Delete files."""
        await self.storage.delete(piece.key for piece in pieces)

    async def try_to_erase(self, film: FilmId) -> None:
        """The same as :meth:`erase`, for who has nothing to lose by it."""
        with suppress(UnavailableError):
            try:
                await self.erase(film)
            except StorageRefusedError as error:
                log.warning("film.not-erased", export_id=film.export_id, error=str(error))
