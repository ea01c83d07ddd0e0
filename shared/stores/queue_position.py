"""Where an export stands in the queue of its platform, and when it may be done."""

from __future__ import annotations

import uuid
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from nats.js import api

from shared.domain.progress import NOWHERE, QueuePosition
from shared.errors import UnavailableError
from shared.jetstream.errors import AWAY
from shared.jetstream.topology import EXPORTS, packager_durable, requests_for

if TYPE_CHECKING:
    from nats.js import JetStreamContext

    from shared.domain.export_document import Document
    from shared.stores.build_times import BuildTimes

FORGOTTEN_AFTER_S: Final = 5.0


class QueuePositions:
    """Counts what lies before an event and was not delivered to any worker yet."""

    def __init__(self, js: JetStreamContext, build_times: BuildTimes) -> None:
        self._js = js
        self._build_times = build_times

    async def last(self, platform: str) -> int | None:
        """Where an export stands that has been asked for this moment: at the end."""
        with suppress(*AWAY):
            info = await self._js.consumer_info(EXPORTS, packager_durable(platform))
            return max(info.num_pending or 0, 1)
        return None

    async def of(self, document: Document) -> QueuePosition:
        """By what the server knows of its platform's consumer.

        Where no worker stands idle, as many exports as are in hand are built side by side; where
        nobody works at all, nobody can tell when it ends.
        """
        state = document.state
        if state.status != "queued" or state.retry_at is not None:
            return NOWHERE
        with suppress(*AWAY, UnavailableError):
            consumer = await self._js.consumer_info(EXPORTS, packager_durable(state.platform))
            position = await self._position(consumer, document)
            in_hand = consumer.num_ack_pending or 0
            if not consumer.num_waiting and not in_hand:
                return QueuePosition(position)
            turns = 0.0 if consumer.num_waiting else position / in_hand
            times = await self._build_times.of(state.platform)
            return QueuePosition(position, times.eta(turns=turns))
        return NOWHERE

    async def _position(self, consumer: api.ConsumerInfo, document: Document) -> int:
        """All that is pending less what lies behind it, for a consumer that is never read."""
        seq = document.start_seq
        if consumer.delivered and seq <= consumer.delivered.stream_seq:
            return 1
        behind = await self._behind(document.state.platform, seq)
        return max((consumer.num_pending or 0) - behind, 1)

    async def _behind(self, platform: str, seq: int) -> int:
        name = f"behind-{uuid.uuid4().hex}"
        counting = await self._js.add_consumer(
            EXPORTS,
            api.ConsumerConfig(
                name=name,
                filter_subject=requests_for(platform),
                deliver_policy=api.DeliverPolicy.BY_START_SEQUENCE,
                opt_start_seq=seq + 1,
                ack_policy=api.AckPolicy.NONE,
                inactive_threshold=FORGOTTEN_AFTER_S,
                mem_storage=True,
                num_replicas=1,
            ),
        )
        await self._js.delete_consumer(EXPORTS, name)
        return counting.num_pending or 0
