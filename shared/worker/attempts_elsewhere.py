"""Whether an attempt that began out of turn is under way, by its worker's sign of life.

No delivery tells: its message may come for the first time while another worker is at it.
"""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from shared.domain.events import now
from shared.errors import ConfigurationError
from shared.jetstream.errors import AWAY, NatsUnavailableError
from shared.stores.worker_registry import Workers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nats.js import JetStreamContext

    from shared.domain.events import ExportStarted
    from shared.stores.worker_registry import WorkerHeartbeat

UNHEARD: Final = timedelta(seconds=15)  # an attempt may be so young that no heartbeat names it yet
KNOWN_S: Final = 5.0  # how often workers say how they are


class AttemptsElsewhere:
    """Looks at the bucket ``workers``."""

    def __init__(self, js: JetStreamContext) -> None:
        self._js = js
        self._workers: Workers | None = None
        self._living: Sequence[WorkerHeartbeat] = ()
        self._living_until = 0.0

    async def alive(self, attempt: ExportStarted) -> bool:
        """Whether its worker lives and has it in hand.

        Raises:
            NatsUnavailableError: Nobody can tell.
        """
        for worker in await self._heartbeats():
            if worker.name == attempt.worker and worker.started_at <= attempt.at:
                return attempt.export_id in worker.in_hand or now() - attempt.at < UNHEARD
        return False

    async def _heartbeats(self) -> Sequence[WorkerHeartbeat]:
        if time.monotonic() >= self._living_until:
            try:
                self._workers = self._workers or await Workers.bind(self._js)
            except (*AWAY, ConfigurationError) as error:  # a server that starts knows no bucket yet
                raise NatsUnavailableError(f"cannot ask for workers: {error!r}") from error
            self._living = await self._workers.living()
            self._living_until = time.monotonic() + KNOWN_S
        return self._living
