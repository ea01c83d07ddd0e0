from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import msgspec

from services.status.websocket import hub
from services.status.websocket.hub import Hub
from shared.jetstream.log_reader import StoredLine, read_lines
from shared.jetstream.topology import EXPORTS_BUCKET
from tests.integration.status.watching import (
    COMPLETED,
    REQUESTED,
    STARTED,
    Status,
    next_of,
    until_closed,
)
from tests.measured import measured
from tests.unit.sample_events import EXPORT

if TYPE_CHECKING:
    import aiohttp
    import pytest

OTHER = EXPORT.replace("1", "2")
OTHERS = 30
PATIENCE_S = 60  # far beyond what any machine takes; nothing is measured


async def test_one_slow_room_does_not_hold_up_another(
    status: Status, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the log of one export cannot be read to its end, another is told to its own."""
    asked, answer = asyncio.Event(), asyncio.Event()

    async def slow(nc: Any, export_id: str, **options: Any) -> list[StoredLine]:
        if export_id == EXPORT:
            asked.set()
            await answer.wait()
        return await read_lines(nc, export_id, **options)

    others = [msgspec.structs.replace(e, export_id=OTHER) for e in (REQUESTED, STARTED, COMPLETED)]
    await status.events.publish(REQUESTED)
    await status.events.publish(others[0])
    socket = await status.connect()
    other = await status.connect(export_id=OTHER)
    await next_of(socket, "export-status")
    await next_of(other, "export-status")
    monkeypatch.setattr("services.status.websocket.stored_export.read_lines", slow)
    async with asyncio.timeout(PATIENCE_S):
        await status.events.publish(COMPLETED)
        await asked.wait()
        for event in others[1:]:
            await status.events.publish(event)
        messages, code = await until_closed(other)
        assert (messages[-1]["state"]["status"], code) == ("completed", 1000)
        answer.set()
        messages, code = await until_closed(socket)
        assert (messages[-1]["state"]["status"], code) == ("completed", 1000)


async def test_a_reader_is_not_left_in_silence_by_a_room_that_fails(
    status: Status, monkeypatch: pytest.MonkeyPatch
) -> None:
    """1011 at once, so that the client comes back, instead of a socket that says nothing more."""

    async def broken(*_: Any, **__: Any) -> list[StoredLine]:
        raise RuntimeError("a bug")

    await status.events.publish(REQUESTED)
    socket = await status.connect()
    await next_of(socket, "export-status")
    monkeypatch.setattr("services.status.websocket.stored_export.read_lines", broken)
    await status.events.publish(COMPLETED)
    async with asyncio.timeout(PATIENCE_S):
        assert (await until_closed(socket))[1] == 1011


async def test_who_reads_nothing_is_cut_off_while_nats_does_not_answer(
    status: Status, monkeypatch: pytest.MonkeyPatch
) -> None:
    """4002, however long the look at where the waiting ones stand takes; others go on."""
    looking, stop = asyncio.Event(), status.stop

    async def look(_hub: Hub, _stop: asyncio.Event) -> None:
        looking.set()
        await stop.wait()

    monkeypatch.setattr(Hub, "_look_at_queues", look)
    monkeypatch.setattr(hub, "QUEUE_POSITION_S", 0.05)
    monkeypatch.setattr(hub, "SLOW_S", 0.5)
    closed = measured("export_websocket_closed_total", code="4002")
    await status.events.publish(REQUESTED)
    reader = await status.connect()
    _, stuck = await connect_and_read_nothing(status)
    heard = asyncio.create_task(until_line(reader, "after it"))
    async with asyncio.timeout(PATIENCE_S):
        await looking.wait()
        while measured("export_websocket_closed_total", code="4002") == closed:
            await status.log(*["x" * 50_000] * 20)
        await status.log("after it")
        await heard
    stuck.close()


async def connect_and_read_nothing(
    status: Status,
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A socket whose client has gone to sleep."""
    host, _, port = status.url.removeprefix("http://").partition(":")
    streams = await asyncio.open_connection(host, int(port), limit=1)
    streams[1].write(
        f"GET /export/{EXPORT}?ticket={status.ticket()} HTTP/1.1\r\nHost: {host}\r\n"
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
    )
    return streams


async def until_line(socket: aiohttp.ClientWebSocketResponse, message: str) -> None:
    """Read until that line of the log."""
    while (await next_of(socket, "log"))["message"] != message:
        pass


async def test_a_bucket_that_has_begun_anew_is_heard_from_its_first_revision_on(
    status: Status,
) -> None:
    """Revisions are given again then; the watcher of an export still sees it end."""
    js = status.nc.jetstream()
    await status.events.publish(REQUESTED)
    socket = await status.connect()
    await next_of(socket, "export-status")
    for number in range(10, 10 + OTHERS):
        other = msgspec.structs.replace(REQUESTED, export_id=f"{EXPORT[:-2]}{number:02}")
        await status.events.publish(other)
    while (await js.stream_info(EXPORTS_BUCKET.stream)).state.last_seq < OTHERS:  # noqa: ASYNC110
        await asyncio.sleep(0.02)
    await status.events.publish(STARTED)
    await next_of(socket, "export-status")
    config = (await js.stream_info(EXPORTS_BUCKET.stream)).config
    await js.delete_stream(EXPORTS_BUCKET.stream)
    await js.add_stream(config)
    await status.news.check()
    async with asyncio.timeout(PATIENCE_S):
        await status.events.publish(COMPLETED)
        messages, code = await until_closed(socket)
    assert (messages[-1]["state"]["status"], code) == ("completed", 1000)
