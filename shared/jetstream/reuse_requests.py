"""Asks the uploader whether an export can end with an earlier artifact.

A request, not a message of a stream: whatever becomes of it, the export still waits in its own
stream, and is built where no answer says that it has ended.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import msgspec
import nats.errors
import structlog

from shared.domain.reuse import PATIENCE_S, ReuseAnswer, ReuseQuestion
from shared.jetstream.errors import AWAY
from shared.jetstream.topology import REUSE
from shared.tracing.context import TraceContext, current

if TYPE_CHECKING:
    from nats.aio.client import Client

    from shared.domain.events import ExportRequested

log = structlog.get_logger()

SILENT_S: Final = 30.0  # for which nobody asks again who was not answered


class ReuseRequests:
    """Asks for the exports of one process."""

    def __init__(self, nc: Client) -> None:
        self._nc = nc
        self._silent_until = 0.0

    async def completed(self, event: ExportRequested, inputs: str) -> bool:
        """Whether the export has ended with an artifact of the same inputs; no answer is a no."""
        clock = asyncio.get_running_loop().time
        if clock() < self._silent_until:
            return False
        question = msgspec.json.encode(ReuseQuestion(event=event, inputs=inputs))
        here = current() or TraceContext.of_id(event.export_id)
        try:
            answer = await self._nc.request(
                REUSE, question, timeout=PATIENCE_S, headers=dict(here.headers)
            )
            return msgspec.json.decode(answer.data, type=ReuseAnswer).completed
        except nats.errors.NoRespondersError:  # no uploader runs, or only older ones
            return False
        except (*AWAY, msgspec.MsgspecError) as error:
            self._silent_until = clock() + SILENT_S
            log.warning("reuse.unanswered", error=repr(error))
            return False
