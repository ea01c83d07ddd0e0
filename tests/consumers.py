"""When a consumer has nothing left to do."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from nats.js.errors import NotFoundError

from shared.jetstream import topology

if TYPE_CHECKING:
    from nats.js import JetStreamContext


async def at_rest(js: JetStreamContext, durable: str, stream: str = topology.EXPORTS) -> None:
    """Wait until a consumer has dealt with everything that was published before.

    What it counts as pending is not enough: in a cluster the server that leads it may be a message
    behind the stream. Nobody answers for a consumer while its servers elect a leader.
    """
    while True:
        with suppress(TimeoutError):
            info = await js.consumer_info(stream, durable)
            waits = info.num_pending or info.num_ack_pending
            last = await _last(js, stream, info.config.filter_subject or ">")
            if not waits and info.delivered and info.delivered.stream_seq >= last:
                return
        await asyncio.sleep(0.05)


async def _last(js: JetStreamContext, stream: str, subject: str) -> int:
    try:
        return (await js.get_last_msg(stream, subject)).seq or 0
    except NotFoundError:
        return 0
