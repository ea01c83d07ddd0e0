"""Bulk replays: whichever gateway is alive takes those that nobody works on."""

from __future__ import annotations

import asyncio
import uuid
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import msgspec
import structlog

from services.gateway.operators.bulk_replay import LEASE, BulkReplay
from services.gateway.operators.bulk_replay_work import BulkReplayWork, StoppingError, replace
from services.gateway.operators.canaries import Canaries
from shared.domain.events import now
from shared.errors import NotFoundError, UnavailableError
from shared.jetstream.key_value import ConflictingWriteError, KeyValueStore, Record
from shared.jetstream.topology import REPLAYS_BUCKET

if TYPE_CHECKING:
    from nats.js import JetStreamContext

    from services.gateway.exports.exports import Exports
    from services.gateway.operators.audit_log import AuditLog
    from services.gateway.operators.bulk_replay import BulkReplayRequest
    from services.gateway.operators.dead_letters import DeadLetters
    from services.gateway.operators.replay import DeadLetterReplayer
    from shared.tokens import User

log = structlog.get_logger()

LOOK_S: Final = 5.0  # how often a gateway looks for jobs that nobody works on


class BulkReplays:
    """Takes requests for bulk replays, and those whose gateway is gone."""

    def __init__(
        self,
        store: KeyValueStore[BulkReplay],
        letters: DeadLetters,
        *,
        audit_log: AuditLog,
        replayer: DeadLetterReplayer,
        exports: Exports,
    ) -> None:
        self._store = store
        self._letters = letters
        self._audit_log = audit_log
        self._replayer = replayer
        self._canaries = Canaries(replayer, exports)
        self._requested = asyncio.Event()

    @classmethod
    async def bind(
        cls,
        js: JetStreamContext,
        letters: DeadLetters,
        *,
        audit_log: AuditLog,
        replayer: DeadLetterReplayer,
        exports: Exports,
    ) -> BulkReplays:
        """Bind to the bucket."""
        store = await KeyValueStore.bind(js, REPLAYS_BUCKET.name, BulkReplay)
        return cls(store, letters, audit_log=audit_log, replayer=replayer, exports=exports)

    async def create(self, request: BulkReplayRequest, by: User) -> BulkReplay:
        """A new bulk replay; it begins at once.

        Raises:
            UnavailableError: It is not recorded in the audit log, so it does not begin.
        """
        await self._audit_log.record(
            "replay-many", by, reason=request.reason, order=msgspec.to_builtins(request)
        )
        until_seq = await self._letters.last_seq()
        matching = self._letters.oldest(request.filter, until_seq=until_seq)
        job = BulkReplay(
            id=uuid.uuid4().hex,
            by=by,
            request=request,
            phase="canaries" if request.stop_on_same_cause and not request.dry_run else "rest",
            created_at=now(),
            updated_at=now() - LEASE,
            matching=len([letter async for letter in matching]),
            until_seq=until_seq,
        )
        await self._store.create(job.id, job)
        self._requested.set()
        return job

    async def get(self, job_id: str) -> BulkReplay:
        """A bulk replay as it stands.

        Raises:
            NotFoundError: There is none.
        """
        found = await self._store.get(job_id)
        if found is None:
            raise NotFoundError(f"no replay job {job_id!r}")
        return found.value

    async def run(self, stop: asyncio.Event) -> None:
        """Work on those that nobody works on, until told to stop."""
        async with asyncio.TaskGroup() as working:
            while not stop.is_set():
                self._requested.clear()
                for taken in await self._abandoned():
                    working.create_task(self._keep_working(taken, stop))
                woken = [asyncio.create_task(event.wait()) for event in (stop, self._requested)]
                await asyncio.wait(woken, timeout=LOOK_S, return_when=asyncio.FIRST_COMPLETED)
                for task in woken:
                    task.cancel()

    async def _abandoned(self) -> list[Record[BulkReplay]]:
        """Those that are not done and that this gateway has taken just now."""
        taken = []
        try:
            for job_id in await self._store.keys():
                found = await self._store.get(job_id)
                if found and found.value.status == "running" and found.value.is_abandoned:
                    with suppress(ConflictingWriteError):  # another gateway was quicker
                        taken.append(await replace(self._store, found, found.value.touched()))
        except UnavailableError as error:
            log.warning("replays.waiting", error=str(error))
        return taken

    async def _keep_working(self, taken: Record[BulkReplay], stop: asyncio.Event) -> None:
        """Work until it is done; where that is impossible now, somebody takes it again later."""
        job_id = taken.value.id
        log.info("replay.working", job=job_id, phase=taken.value.phase, cursor=taken.value.cursor)
        try:
            await self._work(stop).run(taken)
        except ConflictingWriteError:
            log.warning("replay.taken", job=job_id)
        except UnavailableError as error:
            log.warning("replay.waiting", job=job_id, error=str(error))
        except StoppingError:
            log.info("replay.handed-on", job=job_id)
        except Exception as error:  # it must end neither this gateway nor, tried anew, the next
            log.exception("replay.failed", job=job_id)
            detail = f"an error of ours, {type(error).__name__}: see the log line replay.failed"
            with suppress(ConflictingWriteError, UnavailableError):
                if found := await self._store.get(job_id):
                    await replace(self._store, found, found.value.stopped(detail))

    def _work(self, stop: asyncio.Event) -> BulkReplayWork:
        return BulkReplayWork(
            self._store,
            self._letters,
            replayer=self._replayer,
            canaries=self._canaries,
            stop=stop,
        )
