"""What the status service counts of its sockets."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from prometheus_client import REGISTRY, generate_latest

from services.status.websocket.send_buffer import Outgoing, SendBuffer
from shared.domain.events import now
from shared.jetstream import topology
from shared.jetstream.log_reader import MAX_LINES
from tests.integration.status.watching import (
    COMPLETED,
    REQUESTED,
    STARTED,
    next_of,
    until_closed,
)
from tests.measured import measured, series
from tests.unit.sample_events import EXPORT

if TYPE_CHECKING:
    from tests.integration.status.watching import Status


def closed(code: object) -> float:
    """How many sockets have ended with a code."""
    return measured("export_websocket_closed_total", code=code)


def opened(how: str) -> float:
    """How many sockets were let in."""
    return measured("export_websocket_opened_total", how=how)


async def test_a_socket_is_counted_from_its_opening_to_its_end(status: Status) -> None:
    """Each message, how long news took, and the code."""
    new, done, news = opened("new"), closed(1000), measured("export_websocket_news_seconds_count")
    sent = measured("export_websocket_messages_total")
    await status.events.publish(REQUESTED)
    socket = await status.connect()
    await next_of(socket, "export-status")
    for event, seen in ((STARTED, "preparing"), (COMPLETED, "completed")):
        await status.events.publish(event)
        assert (await next_of(socket, "export-status"))["state"]["status"] == seen
    await until_closed(socket)
    assert opened("new") == new + 1
    assert closed(1000) == done + 1
    assert measured("export_websocket_messages_total") == sent + 4  # ready, and three states
    assert measured("export_websocket_news_seconds_count") == news + 2  # the first was there before


async def test_news_is_as_late_as_its_event_is(status: Status) -> None:
    """A fold that is behind is in it: whoever watches has waited for that, too."""
    js = status.nc.jetstream(timeout=60)
    await status.events.publish(REQUESTED)
    socket = await status.connect()
    await next_of(socket, "export-status")
    until = (now() + timedelta(hours=1)).isoformat()
    await js.pause_consumer(topology.EXPORTS, topology.STATUS, until)
    seconds = measured("export_websocket_news_seconds_sum")
    message = await status.events.message((await status.events.publish(STARTED)).seq)
    assert message is not None
    assert message.time is not None
    await asyncio.sleep(0.5)  # so late, whatever else takes time
    late = now() - message.time
    await js.resume_consumer(topology.EXPORTS, topology.STATUS)
    assert (await next_of(socket, "export-status"))["state"]["status"] == "preparing"
    while measured("export_websocket_news_seconds_sum") == seconds:  # noqa: ASYNC110 - it wakes nobody
        await asyncio.sleep(0.01)

    assert measured("export_websocket_news_seconds_sum") - seconds >= late.total_seconds()
    await socket.close()


async def test_whoever_comes_back_is_counted_apart(status: Status) -> None:
    """A client that names where it stopped; one that is not let in is no opened socket."""
    await status.events.publish(REQUESTED)
    resumed, new, forbidden = opened("resumed"), opened("new"), closed(4501)
    first = await status.connect()
    epoch = (await next_of(first, "ready"))["epoch"]
    again = await status.connect(f"ticket={status.ticket()}&epoch={epoch}&after_seq=0")
    await next_of(again, "ready")
    await until_closed(await status.connect("ticket=nonsense"))
    assert (opened("resumed"), opened("new")) == (resumed + 1, new + 1)
    assert closed(4501) == forbidden + 1


@pytest.mark.parametrize(("code", "counted"), [(1001, "1001"), (4999, "other"), (3123, "other")])
async def test_a_clients_code_makes_no_series(status: Status, code: int, counted: str) -> None:
    """Those that say something are told apart, all others are one."""
    await status.events.publish(REQUESTED)
    before, all_before = closed(counted), series(generate_latest(REGISTRY).decode())
    socket = await status.connect()
    await next_of(socket, "export-status")
    await socket.close(code=code)
    while closed(counted) == before:  # noqa: ASYNC110 - the counter wakes nobody
        await asyncio.sleep(0.01)
    assert closed(counted) == before + 1
    assert series(generate_latest(REGISTRY).decode()) == all_before


async def test_a_client_that_goes_without_a_word_is_counted(status: Status) -> None:
    """By the code that stands for it."""
    await status.events.publish(REQUESTED)
    before = closed(1006)
    socket = await status.connect()
    await next_of(socket, "export-status")
    transport = socket.get_extra_info("socket")
    assert transport is not None
    socket._response.connection.transport.abort()  # type: ignore[union-attr]
    while closed(1006) == before:  # noqa: ASYNC110 - the counter wakes nobody
        await asyncio.sleep(0.01)


async def test_lines_that_a_slow_client_does_not_get_are_counted() -> None:
    """Each of those that give way to newer ones."""
    before = measured("export_websocket_dropped_total")
    buffer = SendBuffer(EXPORT)
    event = {"type": "websocket.send", "text": "", "bytes": None}
    buffer.put_lines([Outgoing(event, seq) for seq in range(MAX_LINES + 3)])  # type: ignore[arg-type]
    assert measured("export_websocket_dropped_total") == before + 3
