"""The work on one bulk replay: its canaries, then the rest, one letter after the other.

Every step is written down before the next one; replaying a letter again changes nothing.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from services.gateway.operators.bulk_replay import LEASE, ReplayResult
from services.gateway.operators.dead_letter_view import DeadLetterFilter
from shared.domain.events import now
from shared.errors import ConflictError, ExportError, NotFoundError, UnavailableError
from shared.jetstream.key_value import Record

if TYPE_CHECKING:
    from services.gateway.operators.bulk_replay import BulkReplay, Outcome
    from services.gateway.operators.canaries import Canaries
    from services.gateway.operators.dead_letter_view import DeadLetter
    from services.gateway.operators.dead_letters import DeadLetters
    from services.gateway.operators.replay import DeadLetterReplayer
    from shared.jetstream.key_value import KeyValueStore

CANARY_LOOK_S: Final = 0.5


class StoppingError(Exception):
    """This gateway ends; another one goes on at once."""


async def replace(
    store: KeyValueStore[BulkReplay], at: Record[BulkReplay], job: BulkReplay
) -> Record[BulkReplay]:
    """Write a step down, unless another gateway has come between (ConflictingWriteError)."""
    return Record(job, await store.replace(job.id, job, revision=at.revision))


class BulkReplayWork:
    """One gateway at work."""

    def __init__(
        self,
        store: KeyValueStore[BulkReplay],
        letters: DeadLetters,
        *,
        replayer: DeadLetterReplayer,
        canaries: Canaries,
        stop: asyncio.Event,
    ) -> None:
        self._store = store
        self._letters = letters
        self._replayer = replayer
        self._canaries = canaries
        self._stop = stop

    async def run(self, at: Record[BulkReplay]) -> None:
        """Go on from where it is.

        Raises:
            StoppingError: This gateway ends.
            ConflictingWriteError: Another gateway works on it.
            UnavailableError: It cannot go on now.
        """
        if at.value.phase == "canaries":
            at = await self._run_canaries(at)
            at = await self._write(at, at.value.without_canaries_running())
        await self._replay_rest(at)

    async def _run_canaries(self, at: Record[BulkReplay]) -> Record[BulkReplay]:
        """The first of each cause to its end, and another one where that was inconclusive."""
        at = await self._send_canaries(at)
        while at.value.causes("running"):
            if outcomes := await self._canaries.look(at.value):
                at = await self._write(at, at.value.with_outcomes(outcomes))
                at = await self._send_canaries(at)
                continue
            if at.value.updated_at <= now() - LEASE / 3:
                at = await self._write(at, at.value.touched())
            await self._pause(at, CANARY_LOOK_S)
        return at

    async def _send_canaries(self, at: Record[BulkReplay]) -> Record[BulkReplay]:
        """One for each cause that has none yet, or only inconclusive ones."""
        looked_at, request = 0, at.value.request
        async for letter in self._letters.oldest(request.filter, until_seq=at.value.until_seq):
            if looked_at >= request.limit:
                break
            looked_at += 1
            known = at.value.causes("running", "passed", "failed")
            if letter.group_key in known or at.value.has_canary(letter):
                continue
            if canary := await self._canaries.send(letter, at.value):
                at = await self._write(at, at.value.with_canary(canary))
                await self._pause(at, 1 / request.max_per_second)
        return at

    async def _replay_rest(self, at: Record[BulkReplay]) -> None:
        """Letter by letter; every step is written down before the next one."""
        request, until_seq = at.value.request, at.value.until_seq
        seen, held = until_seq, at.value.causes("failed")
        letters = self._letters.oldest(
            request.filter, after_seq=at.value.cursor, until_seq=until_seq
        )
        async for letter in letters:
            if at.value.handled >= request.limit:
                break
            if at.value.has_canary(letter):
                continue
            if letter.group_key in held:
                result = ReplayResult(seq=letter.seq, export_id=letter.export_id, outcome="held")
                at = await self._write(at, at.value.after(letter, result))
                continue
            seen, back = await self._came_back(at.value, seen)
            if back is not None:
                await self._write(
                    at, at.value.stopped(f"the same cause is back: dead letter {back}")
                )
                return
            result = await self._replay(letter, at.value)
            at = await self._write(at, at.value.after(letter, result))
            await self._pause(at, 0.0 if request.dry_run else 1 / request.max_per_second)
        await self._write(at, at.value.finished())

    async def _replay(self, letter: DeadLetter, job: BulkReplay) -> ReplayResult:
        outcome: Outcome
        detail = ""
        try:
            replayed = await self._replayer.replay(
                letter.seq, job.by, reason=job.request.reason, dry_run=job.request.dry_run
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
        return ReplayResult(
            seq=letter.seq, export_id=letter.export_id, outcome=outcome, detail=detail
        )

    async def _came_back(self, job: BulkReplay, seen: int) -> tuple[int, int | None]:
        """The last letter that was looked at, and a new one of a cause whose canary had passed."""
        passed = job.causes("passed")
        if passed:
            async for letter in self._letters.oldest(DeadLetterFilter(), after_seq=seen):
                if letter.group_key in passed:
                    return letter.seq, letter.seq
                seen = letter.seq
        return seen, None

    async def _write(self, at: Record[BulkReplay], job: BulkReplay) -> Record[BulkReplay]:
        return await replace(self._store, at, job)

    async def _pause(self, at: Record[BulkReplay], seconds: float) -> None:
        """Wait a moment.

        Raises:
            StoppingError: Told to stop meanwhile; whoever looks next takes the job.
        """
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stop.wait(), seconds)
        if self._stop.is_set():
            await self._write(at, at.value.touched(at=now() - LEASE))
            raise StoppingError
