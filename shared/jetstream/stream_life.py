"""Which life of a stream this is: one that was lost and made again, or brought back, is another."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from shared.jetstream.errors import AWAY, NatsUnavailableError
from shared.jetstream.snapshots import RESTORED_AT

if TYPE_CHECKING:
    from nats.aio.client import Client

StreamLife = tuple[datetime | None, str]  # when it was made, and brought back: that keeps the first


async def look_at(nc: Client, stream: str) -> tuple[StreamLife, int]:
    """The life of a stream, and the last sequence it has given.

    Raises:
        NatsUnavailableError: It does not answer.
    """
    try:
        info = await nc.jetstream().stream_info(stream)
    except AWAY as error:
        raise NatsUnavailableError(f"{stream} does not answer: {error!r}") from error
    restored = (info.config.metadata or {}).get(RESTORED_AT, "")
    return (info.created, restored), info.state.last_seq
