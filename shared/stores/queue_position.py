"""Why an export waits, where it stands in the queue of its platform, and when it may be done."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import msgspec

from shared.domain.events import now
from shared.domain.progress import QueuePosition
from shared.errors import UnavailableError
from shared.jetstream.errors import AWAY, NatsUnavailableError
from shared.jetstream.topology import EXPORTS, UPLOADER, packager_durable
from shared.jetstream.turn import Turn
from shared.stores.build_times import BuildTimes, RecentBuilds
from shared.stores.export_queue import LEISURE_S, ExportQueue
from shared.stores.worker_registry import Workers, obstacle

if TYPE_CHECKING:
    from nats.aio.client import Client

    from shared.domain.export_document import Document, Eta
    from shared.domain.waiting import Obstacle

HEARD_S: Final = 1.0  # how long the queue may take to hear of an export that was just asked for
LATELY_S: Final = 1.0  # how long it is known how a platform's workers get on: thousands may wait


class _Pace(msgspec.Struct, frozen=True):
    """How a platform's workers get on: builds in hand, whether one is idle, recent builds."""

    in_hand: int
    is_idle: bool
    times: RecentBuilds


class QueuePositions:
    """Tells where exports stand in the fair order of their platform, which workers go by."""

    def __init__(self, nc: Client, build_times: BuildTimes, workers: Workers) -> None:
        self._nc = nc
        self._build_times = build_times
        self._workers = workers
        self._queues: dict[str, ExportQueue] = {}
        self._paces: dict[str, tuple[float, _Pace]] = {}  # and until when that is known
        self._asking: defaultdict[str, Turn] = defaultdict(Turn)

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
        pace = await self._pace(platform)
        in_hand = max(pace.in_hand, running)
        if not pace.is_idle and not in_hand:
            return position, None
        return position, pace.times.eta(turns=0.0 if pace.is_idle else position / in_hand)

    async def _pace(self, platform: str) -> _Pace:
        """As of a moment ago: many ask at once, and one of them asks NATS."""
        clock = asyncio.get_running_loop().time
        async with self._asking[platform].taken():
            until, pace = self._paces.get(platform, (0.0, None))
            if pace is None or clock() >= until:
                pace = await self._pace_now(platform)
                self._paces[platform] = (clock() + LATELY_S, pace)
            return pace

    async def _pace_now(self, platform: str) -> _Pace:
        durable = packager_durable(platform)
        try:
            consumer = await self._nc.jetstream().consumer_info(EXPORTS, durable)
        except AWAY as error:
            raise NatsUnavailableError(f"{durable} does not answer: {error!r}") from error
        times = await self._build_times.of(platform)
        return _Pace(consumer.num_ack_pending or 0, bool(consumer.num_waiting), times)

    async def _position(self, document: Document) -> int:
        """Its place in the fair order; next, where it is about to be built."""
        platform = document.state.platform
        queue = self._queues.get(platform)
        if queue is None:
            queue = ExportQueue(self._nc, platform, leisure_s=LEISURE_S)
            self._queues[platform] = queue
        await queue.hear()
        await queue.reached(document.seq, patience_s=HEARD_S)
        return queue.position(document.state.id) or 1
