"""Progress and log lines are chatter: they cost an export nothing, whatever their streams do.

A stream that is missing, full or slow is noticed by whoever writes to it or reads from it first, is
told once, and from then on nobody waits for it until it works again.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Final, TypeVar

import structlog

from shared.jetstream.errors import NatsUnavailableError
from shared.jetstream.topology import LOGS, PROGRESS
from shared.metrics import nats as metrics
from shared.metrics.born import born

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

log = structlog.get_logger()

FoundT = TypeVar("FoundT")

CHATTER: Final = (PROGRESS, LOGS)
PATIENCE_S: Final = 1.0  # what an export's end waits for its last lines, and a reader for an answer
LINGER_S: Final = 60.0  # what is not sent by then is still tried for so long, while nobody waits
MOST_LINGERING: Final = 100  # jobs whose lines are still tried; those of others are dropped
ELECTION_S: Final = 10.0  # so long a stream may be away because it elects a leader
REST_S: Final = 2.0  # between two questions to a stream that is away

for metric in (metrics.CHATTER_DROPPED, metrics.CHATTER_BEHIND, metrics.CHATTER_UNREADABLE):
    born(metric, stream=CHATTER)


class ChatterOutbox:
    """How the writers of one process stand with the streams; one for all its jobs."""

    def __init__(self) -> None:
        self._behind = dict.fromkeys(CHATTER, False)
        self._lingering: set[asyncio.Task[None]] = set()

    @property
    def behind(self) -> tuple[str, ...]:
        """The streams that do not take what is sent, or not in time."""
        return tuple(stream for stream, behind in self._behind.items() if behind)

    @property
    def patience_s(self) -> float:
        """What is worth waiting before an export goes on without its last lines, seconds."""
        return 0.0 if self.behind else PATIENCE_S

    def fell_behind(self, stream: str, reason: str) -> None:
        """A stream has refused something, or takes too long."""
        if not self._behind[stream]:
            log.warning("chatter.behind", stream=stream, error=reason)
        self._behind[stream] = True
        metrics.CHATTER_BEHIND.labels(stream).set(1)

    def delivered(self, stream: str) -> None:
        """A stream has taken something, in time."""
        if self._behind[stream]:
            log.info("chatter.delivered", stream=stream)
        self._behind[stream] = False
        metrics.CHATTER_BEHIND.labels(stream).set(0)

    def linger(self, sending: asyncio.Task[None]) -> None:
        """Let a job's last lines be tried for a while longer, or give them up."""
        if len(self._lingering) >= MOST_LINGERING:
            sending.cancel()
            return
        self._lingering.add(sending)
        sending.add_done_callback(self._lingering.discard)
        asyncio.get_running_loop().call_later(LINGER_S, sending.cancel)

    async def drain(self) -> None:
        """Before the process ends: wait a moment for what lingers, then give it up."""
        if self._lingering:
            _, late = await asyncio.wait(set(self._lingering), timeout=PATIENCE_S)
            for sending in late:
                sending.cancel()


class ChatterReads:
    """What readers do without where a stream does not answer.

    While it may be electing a leader they are told to come again, as progress that is there must
    not seem to fall. If it takes longer they read on without: no log, no percent.

    Args:
        clock: Seconds that only grow.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._away_since: dict[str, float] = {}
        self._rests_until = dict.fromkeys(CHATTER, 0.0)

    @property
    def away(self) -> tuple[str, ...]:
        """The streams that do not answer."""
        return tuple(self._away_since)

    async def read(
        self, stream: str, read: Callable[[], Awaitable[FoundT]], nothing: FoundT
    ) -> FoundT:
        """What ``read`` finds, or ``nothing`` where the stream has been away for too long.

        Raises:
            NatsUnavailableError: It is away, and may be back in a moment.
        """
        if self._clock() < self._rests_until[stream]:
            return self._without(stream, nothing, NatsUnavailableError(f"{stream} is away"))
        if stream in self._away_since:
            self._rests_until[stream] = self._clock() + REST_S  # the others need not try
        try:
            async with asyncio.timeout(PATIENCE_S if stream in self._away_since else None):
                found = await read()
        except (NatsUnavailableError, TimeoutError) as error:
            if stream not in self._away_since:
                log.warning("chatter.unreadable", stream=stream, error=str(error))
                metrics.CHATTER_UNREADABLE.labels(stream).set(1)
            self._away_since.setdefault(stream, self._clock())
            return self._without(stream, nothing, error)
        if self._away_since.pop(stream, None) is not None:
            log.info("chatter.readable", stream=stream)
            metrics.CHATTER_UNREADABLE.labels(stream).set(0)
            self._rests_until[stream] = 0.0
        return found

    def _without(self, stream: str, nothing: FoundT, error: Exception) -> FoundT:
        if self._clock() - self._away_since[stream] < ELECTION_S:
            raise NatsUnavailableError(f"{stream} does not answer: {error}") from error
        return nothing
