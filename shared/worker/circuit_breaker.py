"""The circuit breaker: when the jobs of most projects fail of one cause, no more are taken.

The fault is not theirs then: a release with a bug, or a missing template, would fail the whole
queue. It takes several projects and more than one user to open it, so that nobody's own exports
keep those of others from being built; what lies in a project's own data is no cause at all
(``ExportError.of_project``). While the breaker is open one job at a time is tried, at growing
intervals, new ones first; the first that succeeds, or fails of something else, closes it. An outage
(a server that is away) opens it too; there, asking the server is enough of a try.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import OrderedDict
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Final, NamedTuple

import structlog

from shared.errors import UnavailableError
from shared.metrics import work as metrics
from shared.stores.worker_registry import OUTAGE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

log = structlog.get_logger()

WINDOW: Final = 10  # projects, the latest, each with the outcome of its latest job
LEAST: Final = 5  # of them, with the same cause, and more than half
LEAST_USERS: Final = 2  # that these were asked for by: a user has as many projects as they like
FIRST_PAUSE_S: Final = 5.0
LONGEST_PAUSE_S: Final = 300.0
OUTAGE_PAUSE_S: Final = 1.0
CHECK_TIMEOUT_S: Final = 10.0  # a storage that hangs tells nobody


class WorkStoppedError(UnavailableError):
    """What ``/readyz`` says while the breaker is open."""

    code = "work-stopped"
    title = "No work is taken"


class ServerAwayError(UnavailableError):
    """A server that the work needs is not there, or hangs."""

    public = "a server that is needed does not answer: the export waits for it"


class Verdict(NamedTuple):
    """How the latest job of a project ended."""

    user_id: str
    cause: str | None  # None: well


class CircuitBreaker:
    """One for each consumer of a process.

    Args:
        consumer: Its durable's name.
        check: Asks the servers that the work needs; raises while one is away.
        clock: Seconds, monotonic.
    """

    def __init__(
        self,
        consumer: str,
        check: Callable[[], Awaitable[None]],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.cause: str | None = None  # why it is open
        self._consumer = consumer
        self._check = check
        self._clock = clock
        self._latest: OrderedDict[str, Verdict] = OrderedDict()  # by project
        self._outage = False
        self._tell_at = -math.inf
        self._pause_s = FIRST_PAUSE_S
        self._next_try_at = 0.0
        self._trying = False
        metrics.BREAKER_OPEN.labels(consumer).set(0)

    async def ready(self) -> None:
        """For ``/readyz``.

        Raises:
            WorkStoppedError: It is open.
        """
        if self.stopped_by is not None:
            raise WorkStoppedError(f"{self._consumer} takes no work: {self.stopped_by}")

    @property
    def stopped_by(self) -> str | None:
        """Why no work is taken; None while it is."""
        return self.cause or (OUTAGE if self._outage else None)

    def succeeded(self, *, project_id: str, user_id: str) -> None:
        """A job ended well, or by its maker's fault: our side works."""
        self._remember(project_id, Verdict(user_id, None))
        self._close()

    def failed(self, cause: str, *, project_id: str, user_id: str) -> bool:
        """A job failed by ours.

        Returns:
            True where that is not held against the job: most fail like it.
        """
        trying, before = self._trying, self.cause
        self._remember(project_id, Verdict(user_id, cause))
        if before == cause:
            if trying:
                self._pause_s = min(self._pause_s * 2, LONGEST_PAUSE_S)
                self._next_try_at = self._clock() + self._pause_s
            return not trying
        if before is not None:
            self._close()
        alike = [verdict for verdict in self._latest.values() if verdict.cause == cause]
        if len(alike) < LEAST or len(alike) <= len(self._latest) / 2:
            return False
        if len({verdict.user_id for verdict in alike}) < LEAST_USERS:
            return False
        self._open(cause)
        return True

    def outage(self) -> None:
        """A server was away; nobody's fault."""
        self._outage = True

    @asynccontextmanager
    async def admitted(self, stop: asyncio.Event) -> AsyncIterator[None]:
        """Wait until work may be taken (or ``stop``); hold this while it is done."""
        await self._servers_back(stop)
        while self.cause is not None and not stop.is_set():
            if not self._trying and self._clock() >= self._next_try_at:
                break
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), OUTAGE_PAUSE_S)
        mine = self._trying = self.cause is not None
        try:
            yield
        finally:
            if mine:
                self._trying = False

    async def away(self) -> UnavailableError | None:
        """Why one of the servers that the work needs is not there; None where all are."""
        try:
            await asyncio.wait_for(self._check(), CHECK_TIMEOUT_S)
        except Exception as error:  # noqa: BLE001 - whatever it is, the server is not there
            reason = f"no answer for {CHECK_TIMEOUT_S:g} s"
            return ServerAwayError(reason if isinstance(error, TimeoutError) else str(error))
        return None

    async def _servers_back(self, stop: asyncio.Event) -> None:
        while self._outage and not stop.is_set():
            away = await self.away()
            if away is None:
                self._outage = False
            self._show()  # another job may have found the server back meanwhile
            if away is not None:
                self._tell(away)
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), OUTAGE_PAUSE_S)

    def _tell(self, away: UnavailableError) -> None:
        """One of those who wait tells it for all of them."""
        if self._clock() >= self._tell_at:
            self._tell_at = self._clock() + OUTAGE_PAUSE_S
            log.warning("work.waits", consumer=self._consumer, error=str(away))

    def _show(self) -> None:
        metrics.BREAKER_OPEN.labels(self._consumer).set(self.stopped_by is not None)

    def _remember(self, project_id: str, verdict: Verdict) -> None:
        self._latest.pop(project_id, None)
        self._latest[project_id] = verdict
        if len(self._latest) > WINDOW:
            self._latest.popitem(last=False)

    def _open(self, cause: str) -> None:
        self.cause = cause
        self._pause_s = FIRST_PAUSE_S
        self._next_try_at = self._clock() + self._pause_s
        self._show()
        log.error("breaker.opened", consumer=self._consumer, cause=cause)

    def _close(self) -> None:
        if self.cause is None:
            return
        log.info("breaker.closed", consumer=self._consumer, cause=self.cause)
        self.cause = None
        self._latest.clear()
        self._show()
