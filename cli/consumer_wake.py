"""Wakes a consumer that stalls, by the mildest means that can help."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from nats.js import api
from nats.js.errors import NotFoundError

from shared.errors import ConflictError
from shared.errors import NotFoundError as UnknownError
from shared.jetstream.api_subjects import consumer_step_down
from shared.jetstream.topology import EXPORTS, FILM_SLICES, FILMS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from nats.aio.client import Client
    from nats.js import JetStreamContext

TIMEOUT_S = 10.0


class _Answer(msgspec.Struct):
    success: bool = False
    error: dict[str, object] = {}


async def wake(nc: Client, durable: str, *, recreate: bool) -> AsyncIterator[str]:
    """Resume it where it is paused, else let another node lead it; or make it anew.

    Yields:
        What was done, one line each.

    Raises:
        NotFoundError: There is no such consumer.
        ConflictError: Only making it anew could help, or the leader does not go.
    """
    js = nc.jetstream()
    stream = FILMS if durable == FILM_SLICES else EXPORTS
    try:
        info = await js.consumer_info(stream, durable)
    except NotFoundError as error:
        raise UnknownError(f"no consumer {durable!r} of {stream}") from error
    if recreate:
        async for line in _recreate(js, durable, info):
            yield line
    elif info.paused:
        await js.resume_consumer(stream, durable)
        yield f"{durable} was paused, and goes on"
    elif info.cluster and info.cluster.replicas:
        reply = await nc.request(consumer_step_down(stream, durable), b"", timeout=TIMEOUT_S)
        answer = msgspec.json.decode(reply.data, type=_Answer)
        if not answer.success:
            raise ConflictError(f"{durable}: the leader does not step down: {answer.error}")
        yield f"{durable} was led by {info.cluster.leader}, which has stepped down"
    else:
        raise ConflictError(
            f"{durable} is not paused, and no other node could lead it: make it anew, with "
            "--recreate; what was handed out and is not acknowledged is handed out again"
        )


async def _recreate(
    js: JetStreamContext, durable: str, info: api.ConsumerInfo
) -> AsyncIterator[str]:
    """From behind what is acknowledged without a gap: what comes twice is recognised by workers.

    A work queue holds nothing else.
    """
    first = (info.ack_floor.stream_seq if info.ack_floor else 0) + 1
    config = info.config.evolve(pause_until=None)
    if info.stream_name != FILMS:
        config = config.evolve(
            deliver_policy=api.DeliverPolicy.BY_START_SEQUENCE, opt_start_seq=first
        )
    yield f"{durable} is made anew; it goes on at message {first} of {info.stream_name}"
    await js.delete_consumer(info.stream_name, durable)
    await js.add_consumer(info.stream_name, config)
    yield f"{durable} is there"
