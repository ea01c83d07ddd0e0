"""Replaying many letters: a job that is kept in a bucket, so that it outlives its gateway.

Whichever gateway is alive goes on with it from the last letter that was done; replaying that
one again changes nothing.
"""

from __future__ import annotations

import asyncio
import uuid
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Final, Literal

import msgspec
import structlog

from services.gateway.operators.dead_letters import Filter, Letter
from shared.domain.events import now
from shared.errors import ConflictError, ExportError, NotFoundError, UnavailableError
from shared.jetstream.key_value import ConflictingWriteError, KeyValueStore, Record
from shared.jetstream.topology import REPLAYS_BUCKET
from shared.tokens import User

if TYPE_CHECKING:
    from nats.js import JetStreamContext

    from services.gateway.operators.dead_letters import Letters
    from services.gateway.operators.replay import Replays

log = structlog.get_logger()

LOOK_S: Final = 5.0  # how often a gateway looks for jobs that nobody works on
LEASE: Final = timedelta(seconds=30)  # a job that was not touched for so long has lost its gateway
SHOWN: Final = 20  # outcomes of single letters

Outcome = Literal["replayed", "duplicate", "superseded", "refused"]


class Order(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be replayed, and how fast."""

    filter: Filter = Filter()
    limit: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 100
    max_per_second: Annotated[float, msgspec.Meta(ge=0.1, le=100)] = 5.0
    dry_run: bool = False
    stop_on_same_cause: bool = True
    reason: Annotated[str, msgspec.Meta(max_length=1_000)] = ""


class Done(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What came of one letter."""

    seq: int
    export_id: str | None
    outcome: Outcome
    detail: str = ""


class Job(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """An order and how far it is."""

    id: str
    by: User
    order: Order
    status: Literal["running", "done", "stopped"] = "running"
    detail: str = ""
    created_at: datetime
    updated_at: datetime
    matching: int  # letters, when it was ordered
    until_seq: int  # letters that come later are not its business
    cursor: int = 0  # the last letter that was looked at
    counts: dict[str, int] = {}  # by outcome
    causes: tuple[tuple[str, str, str], ...] = ()  # consumer, reason, cause of what was replayed
    last: tuple[Done, ...] = ()  # the newest outcomes

    @property
    def handled(self) -> int:
        """How many letters were looked at."""
        return sum(self.counts.values())

    def after(self, letter: Letter, done: Done) -> Job:
        """The job once a letter is done."""
        count = self.counts.get(done.outcome, 0) + 1
        fresh = done.outcome == "replayed" and letter.death not in self.causes
        return msgspec.structs.replace(
            self,
            cursor=letter.seq,
            counts={**self.counts, done.outcome: count},
            causes=(*self.causes, letter.death) if fresh else self.causes,
            last=(*self.last, done)[-SHOWN:],
            updated_at=now(),
        )

    @property
    def is_abandoned(self) -> bool:
        """Nobody has touched it for longer than anybody who works on it would."""
        return self.updated_at <= now() - LEASE

    def touched(self, at: datetime | None = None) -> Job:
        """The job with somebody at work on it."""
        return msgspec.structs.replace(self, updated_at=at or now())

    def ended(self, status: Literal["done", "stopped"], detail: str = "") -> Job:
        """The job when nothing more is to be done."""
        return msgspec.structs.replace(self, status=status, detail=detail, updated_at=now())


class Jobs:
    """Takes orders, and works on them one after the other."""

    def __init__(self, records: KeyValueStore[Job], letters: Letters, replays: Replays) -> None:
        self._store = records
        self._letters = letters
        self._replays = replays
        self._ordered = asyncio.Event()

    @classmethod
    async def bind(cls, js: JetStreamContext, letters: Letters, replays: Replays) -> Jobs:
        """Bind to the bucket."""
        return cls(await KeyValueStore.bind(js, REPLAYS_BUCKET.name, Job), letters, replays)

    async def order(self, order: Order, by: User) -> Job:
        """A new job; it begins at once."""
        until_seq = await self._letters.last_seq()
        found = [letter async for letter in self._letters.oldest(order.filter, until_seq=until_seq)]
        job = Job(
            id=uuid.uuid4().hex,
            by=by,
            order=order,
            created_at=now(),
            updated_at=now() - LEASE,
            matching=len(found),
            until_seq=until_seq,
        )
        await self._store.create(job.id, job)
        self._ordered.set()
        return job

    async def get(self, job_id: str) -> Job:
        """A job.

        Raises:
            NotFoundError: There is none.
        """
        found = await self._store.get(job_id)
        if found is None:
            raise NotFoundError(f"no replay job {job_id!r}")
        return found.value

    async def run(self, stop: asyncio.Event) -> None:
        """Work on jobs that nobody works on, until told to stop."""
        async with asyncio.TaskGroup() as working:
            while not stop.is_set():
                self._ordered.clear()
                for taken in await self._abandoned():
                    working.create_task(self._keep_working(taken, stop))
                woken = [asyncio.create_task(event.wait()) for event in (stop, self._ordered)]
                await asyncio.wait(woken, timeout=LOOK_S, return_when=asyncio.FIRST_COMPLETED)
                for task in woken:
                    task.cancel()

    async def _abandoned(self) -> list[Record[Job]]:
        """Jobs that are not done and that this gateway has taken just now."""
        taken = []
        try:
            for job_id in await self._store.keys():
                found = await self._store.get(job_id)
                if found and found.value.status == "running" and found.value.is_abandoned:
                    with suppress(ConflictingWriteError):  # another gateway was quicker
                        taken.append(await self._write(found.value.touched(), found.revision))
        except UnavailableError as error:
            log.warning("replays.waiting", error=str(error))
        return taken

    async def _keep_working(self, taken: Record[Job], stop: asyncio.Event) -> None:
        """Until the job is done; where it cannot go on now, somebody takes it again later."""
        log.info("replay.working", job=taken.value.id, cursor=taken.value.cursor)
        try:
            await self._work(taken, stop)
        except ConflictingWriteError:
            log.warning("replay.taken", job=taken.value.id)
        except UnavailableError as error:
            log.warning("replay.waiting", job=taken.value.id, error=str(error))
        except Exception as error:  # it must end neither this gateway nor, tried anew, the next
            log.exception("replay.failed", job=taken.value.id)
            detail = f"an error of ours, {type(error).__name__}: see the log line replay.failed"
            with suppress(ConflictingWriteError, UnavailableError):
                if found := await self._store.get(taken.value.id):
                    await self._write(found.value.ended("stopped", detail), found.revision)

    async def _work(self, at: Record[Job], stop: asyncio.Event) -> None:
        """Letter by letter; every step is written down before the next one."""
        job, order = at.value, at.value.order
        seen = job.until_seq
        letters = self._letters.oldest(order.filter, after_seq=job.cursor, until_seq=job.until_seq)
        async for letter in letters:
            if at.value.handled >= order.limit:
                break
            if order.stop_on_same_cause:
                seen, back = await self._came_back(at.value, seen)
                if back is not None:
                    detail = f"the same cause is back: dead letter {back}"
                    await self._write(at.value.ended("stopped", detail), at.revision)
                    return
            at = await self._write(
                at.value.after(letter, await self._one(letter, job)), at.revision
            )
            if await _pause(stop, 0.0 if order.dry_run else 1 / order.max_per_second):
                await self._write(at.value.touched(at=now() - LEASE), at.revision)
                return  # another gateway goes on, at once
        await self._write(at.value.ended("done"), at.revision)

    async def _write(self, job: Job, revision: int) -> Record[Job]:
        return Record(job, await self._store.replace(job.id, job, revision=revision))

    async def _one(self, letter: Letter, job: Job) -> Done:
        outcome: Outcome
        detail = ""
        try:
            replayed = await self._replays.replay(
                letter.seq, job.by, reason=job.order.reason, dry_run=job.order.dry_run
            )
            outcome = "duplicate" if replayed.duplicate else "replayed"
        except ConflictError as error:
            outcome = "superseded" if error.code == "superseded" else "refused"
            detail = str(error)
        except NotFoundError as error:
            outcome, detail = "superseded", str(error)
        except UnavailableError:
            raise
        except ExportError as error:
            outcome, detail = "refused", str(error)
        return Done(seq=letter.seq, export_id=letter.export_id, outcome=outcome, detail=detail)

    async def _came_back(self, job: Job, seen: int) -> tuple[int, int | None]:
        """The last letter that was looked at, and one that died of what was replayed, if any."""
        async for letter in self._letters.oldest(Filter(), after_seq=seen):
            if letter.death in job.causes:
                return letter.seq, letter.seq
            seen = letter.seq
        return seen, None


async def _pause(stop: asyncio.Event, seconds: float) -> bool:
    """Whether it was told to stop."""
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
    return stop.is_set()
