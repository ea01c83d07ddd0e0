"""Where an export stands in the queue of its platform."""

from __future__ import annotations

import uuid
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from nats.js import api

from shared.facts import AWAY
from shared.streams import EXPORTS, packager_durable

if TYPE_CHECKING:
    from nats.js import JetStreamContext

    from shared.state import Document

FORGOTTEN_AFTER_S: Final = 5.0


class Queue:
    """Counts what lies before a fact and was not delivered to any worker yet."""

    def __init__(self, js: JetStreamContext) -> None:
        self._js = js

    async def last(self, platform: str) -> int | None:
        """Where an export stands that has been asked for this moment: at the end."""
        with suppress(*AWAY):
            info = await self._js.consumer_info(EXPORTS, packager_durable(platform))
            return max(info.num_pending or 0, 1)
        return None

    async def position(self, document: Document) -> int | None:
        """1 is next; None where it does not queue, or waits for a time, or nobody can tell.

        The server counts what lies behind it, for a consumer that is never read; all that is
        pending less that is what lies before it, and itself.
        """
        state = document.state
        if state.status != "queued" or state.retry_at is not None:
            return None
        with suppress(*AWAY):
            mine = await self._js.consumer_info(EXPORTS, packager_durable(state.platform))
            if mine.delivered and document.beginning_seq <= mine.delivered.stream_seq:
                return 1
            behind = await self._behind(state.platform, document.beginning_seq)
            return max((mine.num_pending or 0) - behind, 1)
        return None

    async def _behind(self, platform: str, seq: int) -> int:
        name = f"behind-{uuid.uuid4().hex}"
        counting = await self._js.add_consumer(
            EXPORTS,
            api.ConsumerConfig(
                name=name,
                filter_subject=f"exports.requested.{platform}.*",
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
