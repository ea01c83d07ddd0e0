"""Why an export waits, where it stands in the queue of its platform, and when it may be done."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from shared.domain.events import now
from shared.domain.progress import QueuePosition
from shared.errors import UnavailableError
from shared.jetstream.errors import AWAY
from shared.jetstream.topology import EXPORTS, UPLOADER, packager_durable
from shared.stores.build_times import BuildTimes
from shared.stores.export_queue import ExportQueue
from shared.stores.worker_registry import Workers, obstacle

if TYPE_CHECKING:
    from nats.aio.client import Client

    from shared.domain.export_document import Document, Eta
    from shared.domain.waiting import Obstacle

HEARD_S: Final = 1.0  # how long the queue may take to hear of an export that was just asked for


class QueuePositions:
    """Tells where exports stand in the fair order of their platform, which workers go by."""

    def __init__(self, nc: Client, build_times: BuildTimes, workers: Workers) -> None:
        self._nc = nc
        self._build_times = build_times
        self._workers = workers
        self._queues: dict[str, ExportQueue] = {}

    @classmethod
    async def bind(cls, nc: Client, workers: Workers | None = None) -> QueuePositions:
        """Bind to the buckets of build times and, where they are not given, of workers."""
        js = nc.jetstream()
        return cls(nc, await BuildTimes.bind(js), workers or await Workers.bind(js))

    async def of_new(self, document: Document) -> int | None:
        """The position of an export that has been asked for this moment."""
        with suppress(*AWAY, UnavailableError):
            return await self._position(document)
        return None

    async def of(self, document: Document) -> QueuePosition:
        """What can be told of an export that waits; nothing of one that does not."""
        position, eta = None, None
        wait = document.wait
        if wait is not None and wait.stage == "build" and wait.retry_at is None:
            with suppress(*AWAY, UnavailableError):
                position, eta = await self._in_queue(document)
        return QueuePosition(position, eta, await self.reason(document))

    async def reason(self, document: Document) -> Obstacle | None:
        """Why an export waits; None where it does not, or nobody can tell."""
        wait = document.wait
        if wait is None:
            return None
        durable = UPLOADER if wait.stage == "upload" else packager_durable(wait.platform)
        with suppress(*AWAY, UnavailableError):
            return wait.obstacle(obstacle(durable, await self._workers.lately()), now())
        return None

    async def _in_queue(self, document: Document) -> tuple[int, Eta | None]:
        """Position and estimate, by what the server knows of the platform's consumer.

        Where no worker stands idle, as many exports as are in hand are built side by side; where
        nobody works at all, nobody can tell when it ends.
        """
        platform = document.state.platform
        position = await self._position(document)
        running = len(self._queues[platform].running)  # at the same moment
        durable = packager_durable(platform)
        consumer = await self._nc.jetstream().consumer_info(EXPORTS, durable)
        in_hand = max(consumer.num_ack_pending or 0, running)
        if not consumer.num_waiting and not in_hand:
            return position, None
        turns = 0.0 if consumer.num_waiting else position / in_hand
        times = await self._build_times.of(platform)
        return position, times.eta(turns=turns)

    async def _position(self, document: Document) -> int:
        """Its place in the fair order; next, where it is about to be built."""
        platform = document.state.platform
        queue = self._queues.setdefault(platform, ExportQueue(self._nc, platform))
        await queue.hear()
        await queue.reached(document.seq, patience_s=HEARD_S)
        return queue.position(document.state.id) or 1
