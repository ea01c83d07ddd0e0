"""Starting a generation: its build minutes are reserved, then its first event is published."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from msgspec import UNSET

from shared.domain.build_minutes import LIMITS, MOST_OPEN, required_minutes
from shared.domain.events import ExportRequested, StartEvent
from shared.domain.log_keys import keys_of
from shared.jetstream.event_log import EventLog, FirstEvent
from shared.metrics import http as metrics
from shared.metrics.born import OTHER

if TYPE_CHECKING:
    from nats.js import JetStreamContext

    from services.gateway.http.idempotency import Start
    from shared.domain.build_minutes import PlanName
    from shared.stores.quota import Quota
    from shared.tokens import User

log = structlog.get_logger()


class GenerationStarter:
    """Used for requests, retries and replays alike."""

    def __init__(
        self,
        js: JetStreamContext,
        quota: Quota,
        *,
        default_plan: PlanName,
        pending_exports: int,
    ) -> None:
        self._events = EventLog(js)
        self._quota = quota
        self._default_plan = default_plan
        self._pending_exports = pending_exports

    def plan(self, user: User) -> str:
        """The plan of a token, or the default one where it names none that is known."""
        return user.plan if user.plan in LIMITS else self._default_plan

    async def begin(self, start: Start, user: User | None, *, repeated: bool = False) -> FirstEvent:
        """Reserve and publish.

        Args:
            start: The generation's first event.
            user: Whose plan limits it; None for an operator, who is not limited.
            repeated: It may have been accepted, and even have ended, before.

        Returns:
            The event that started the generation: another one where somebody was quicker, or
            this very one where the same request was.

        Raises:
            QuotaExceededError, TooManyRequestsError, UnavailableError: It was not started.
        """
        if repeated and (accepted := await self.accepted(start)):
            return accepted
        plan = self.plan(user) if user else None
        await self._quota.reserve(
            start,
            limit=LIMITS[plan] if plan else None,
            most_open=(self._pending_exports if user else 0) or MOST_OPEN,
        )
        first = await self._events.publish_first(start)
        if first.event.user_id != start.user_id:
            await self._quota.release(start)
        if not first.by_another:
            seconds = 60 * required_minutes(start)
            metrics.BUILD_SECONDS_RESERVED.labels(plan or OTHER).inc(seconds)
            _log_start(start)
        return first

    async def accepted(self, start: Start) -> FirstEvent | None:
        """What started this generation, by whomever; None where nothing has."""
        for seq, event in await self._events.of(start.export_id):
            if isinstance(event, StartEvent) and event.message_id == start.message_id:
                log.info("export.asked-again", **keys_of(start))
                return FirstEvent(event, seq, by_another=True)
        return None


def _log_start(start: Start) -> None:
    """The line of a generation that exists from now on."""
    keys = {**keys_of(start), "user_id": start.user_id, "platform": start.platform}
    if start.replay_of is not UNSET:
        log.info("export.replayed", dead_letter=start.replay_of, **keys)
    elif start.generation > 1:
        log.info("export.retried", upload_only=not isinstance(start, ExportRequested), **keys)
    elif isinstance(start, ExportRequested):
        keys |= {"configuration": start.configuration, "snapshot": start.snapshot}
        log.info("export.accepted", **keys)
