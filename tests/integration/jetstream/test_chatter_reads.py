"""Readers of progress and log lines, on streams that are away."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest
from prometheus_client import REGISTRY

from shared.jetstream.chatter import ELECTION_S, REST_S, ChatterReads
from shared.jetstream.errors import NatsUnavailableError
from shared.jetstream.log_reader import StoredLine, read_lines
from shared.jetstream.topology import LOGS, STREAMS

if TYPE_CHECKING:
    from nats.aio.client import Client

EXPORT = "01234567-89ab-7def-8123-456789abcdef"


class Clock:
    """Stands still until it is told otherwise."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


async def test_readers_do_without_a_stream_that_stays_away(nc: Client) -> None:
    """At first it may be electing; who comes later reads on without.

    It is asked every now and then, by one reader.
    """
    clock, asked = Clock(), 0
    reads = ChatterReads(clock)

    async def lines() -> list[StoredLine]:
        nonlocal asked
        asked += 1
        return await read_lines(nc, EXPORT)

    nothing: list[StoredLine] = []
    read = partial(reads.read, LOGS, lines, nothing)
    assert await read() == []
    await nc.jetstream().delete_stream(LOGS)
    for _ in range(2):
        with pytest.raises(NatsUnavailableError):
            await read()
    clock.now += ELECTION_S
    asked = 0
    for _ in range(10):
        assert await read() == []
    assert (asked, reads.away) == (1, (LOGS,))
    assert REGISTRY.get_sample_value("export_chatter_unreadable", {"stream": LOGS}) == 1
    (stream,) = (stream for stream in STREAMS if stream.name == LOGS)
    await nc.jetstream().add_stream(stream)
    clock.now += REST_S
    assert await read() == []
    assert (asked, reads.away) == (2, ())
    assert REGISTRY.get_sample_value("export_chatter_unreadable", {"stream": LOGS}) == 0
