"""Canaries of a bulk replay: replaying the first letter of each cause, and seeing how it ends."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from services.gateway.operators.bulk_replay import Canary, CanaryOutcome
from shared.domain.events import ExportFailed, StartEvent, TerminalEvent
from shared.errors import ExportError, NotFoundError, UnavailableError

if TYPE_CHECKING:
    from services.gateway.exports.exports import Exports
    from services.gateway.operators.bulk_replay import BulkReplay
    from services.gateway.operators.dead_letter_view import DeadLetter
    from services.gateway.operators.replay import DeadLetterReplayer
    from shared.domain.export_document import Document


class Canaries:
    """Sends canaries and looks what has come of them."""

    def __init__(self, replayer: DeadLetterReplayer, exports: Exports) -> None:
        self._replayer = replayer
        self._exports = exports

    async def send(self, letter: DeadLetter, job: BulkReplay) -> Canary | None:
        """Replay a letter; None where that cannot be done.

        One that this very job had replayed before its gateway was killed is taken up again.
        """
        try:
            replayed = await self._replayer.replay(letter.seq, job.by, reason=job.request.reason)
        except UnavailableError:
            raise
        except ExportError:
            return None
        document = replayed.document
        if replayed.duplicate and not _started_by(job, letter, document):
            return None
        return Canary(
            consumer=letter.consumer,
            reason=letter.reason,
            cause=letter.cause,
            seq=letter.seq,
            export_id=document.state.id,
            project_id=document.state.project_id,
            generation=document.generation,
        )

    async def look(self, job: BulkReplay) -> dict[int, tuple[CanaryOutcome, str]]:
        """What has come of those that were running, by their sequences."""
        running = [canary for canary in job.canaries if canary.outcome == "running"]
        found = await asyncio.gather(*map(self._outcome, running))
        return {
            canary.seq: (outcome, detail)
            for canary, (outcome, detail) in zip(running, found, strict=True)
            if outcome != "running"
        }

    async def _outcome(self, canary: Canary) -> tuple[CanaryOutcome, str]:
        try:
            document = await self._exports.get(canary.project_id, canary.export_id)
        except NotFoundError:
            return "inconclusive", "its export was erased"
        if document.generation != canary.generation:
            return "inconclusive", "its export was started again"
        state = document.state
        if not state.ended:
            return "running", ""
        if state.status == "completed":
            return "passed", ""
        ends = [event for event in document.events.values() if isinstance(event, TerminalEvent)]
        if isinstance(ends[0], ExportFailed) and not ends[0].by_project:
            letter = f"dead letter {state.dead_letter}" if state.dead_letter else state.error
            return "failed", letter or ""
        return "inconclusive", f"its export is {state.status}"


def _started_by(job: BulkReplay, letter: DeadLetter, document: Document) -> bool:
    """Whether the export's current generation comes from this letter, and began with this job."""
    starts = [event for event in document.events.values() if isinstance(event, StartEvent)]
    began = any(event.replay_of == letter.seq and event.at >= job.created_at for event in starts)
    return document.replay_of == letter.seq and began
