from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from services.status.document_news import DocumentNews
from services.status.websocket.hub import Hub
from services.status.websocket.room import Room
from services.status.websocket.send_buffer import Outgoing, SendBuffer
from services.status.websocket.stored_export import StoredExport
from shared.domain.export_document import Document, fold
from shared.domain.export_view import Links
from shared.domain.progress import LogLine
from shared.jetstream.chatter import ChatterReads
from shared.jetstream.errors import NatsUnavailableError
from shared.jetstream.key_value import KeyValueStore, Record
from shared.jetstream.log_reader import StoredLine, read_lines
from shared.stores.queue_position import QueuePositions
from tests.unit.sample_events import EXPORT

if TYPE_CHECKING:
    from nats.aio.client import Client

from tests.integration.status.watching import (
    COMPLETED,
    REQUESTED,
    TOKENS,
    Status,
    next_of,
    until_closed,
)


async def test_the_last_log_lines_come_before_the_end(status: Status) -> None:
    """However close the lines and the terminal event are to each other."""
    await status.events.publish(REQUESTED)
    socket = await status.connect()
    await next_of(socket, "export-status")
    await status.log(*(f"line {n}" for n in range(50)))
    await status.events.publish(COMPLETED)
    messages, _ = await until_closed(socket)
    assert [m["message"] for m in messages if m["type"] == "log"] == [
        f"line {n}" for n in range(50)
    ]
    assert messages[-1]["type"] == "export-status"


async def test_the_log_resumes_without_loss_or_repetition(status: Status) -> None:
    """With epoch and sequence of what was read last."""
    await status.events.publish(REQUESTED)
    await status.log("a", "b", "c")
    socket = await status.connect()
    epoch = (await next_of(socket, "ready"))["epoch"]
    seq = (await next_of(socket, "log"))["seq"]
    await socket.close()
    await status.log("d")
    socket = await status.connect(f"ticket={status.ticket()}&epoch={epoch}&after_seq={seq}")
    assert [(await next_of(socket, "log"))["message"] for _ in range(3)] == ["b", "c", "d"]
    await socket.close()


@pytest.mark.parametrize("query", ["epoch=other&after_seq=1", "epoch={epoch}&after_seq=999"])
async def test_another_life_of_the_log_starts_over_with_a_gap(status: Status, query: str) -> None:
    """A lost stream can come back with lower sequences: nothing is passed off as a continuation."""
    await status.events.publish(REQUESTED)
    await status.log("a")
    epoch = (await next_of(await status.connect(), "ready"))["epoch"]
    socket = await status.connect(f"ticket={status.ticket()}&" + query.format(epoch=epoch))
    await next_of(socket, "gap")
    assert (await next_of(socket, "log"))["message"] == "a"
    await socket.close()


async def test_no_line_is_lost_while_the_service_starts(nc: Client) -> None:
    """A visitor who comes before the hub listens gets what is written until it does."""
    js = nc.jetstream()
    exports = await KeyValueStore.bind(js, "exports", Document)
    links = Links(TOKENS, public_url="http://g", websocket_url="ws://s", ticket_ttl_s=60)
    queue = await QueuePositions.bind(nc)
    hub = Hub(nc, DocumentNews(nc), exports, queue, links)  # the log alone is followed here
    stop, send_buffer = asyncio.Event(), SendBuffer(EXPORT)

    async def visit() -> list[Outgoing]:
        async with hub.room("p", EXPORT) as room:
            room.join(send_buffer, after_seq=0)
            return await send_buffer.take()

    visiting = asyncio.create_task(visit())
    await asyncio.sleep(0.2)
    line = LogLine(generation=1, level="info", message="between")
    await js.publish(f"logs.{EXPORT}", msgspec.json.encode(line))
    listening = asyncio.create_task(hub.run(stop))
    (message,) = await visiting
    assert "between" in str(message.event["text"])
    stop.set()
    await listening


async def test_an_end_is_told_although_the_log_could_not_be_read_at_first(
    status: Status, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It waits until the last lines can be read, and comes after them."""
    away = 2

    async def flaky(*arguments: Any, **options: Any) -> list[StoredLine]:
        nonlocal away
        if away:
            away -= 1
            raise NatsUnavailableError("no leader")
        return await read_lines(*arguments, **options)

    await status.events.publish(REQUESTED)
    socket = await status.connect()
    await next_of(socket, "export-status")
    monkeypatch.setattr("services.status.websocket.stored_export.read_lines", flaky)
    monkeypatch.setattr(
        "services.status.websocket.room.Room.put_line", lambda *_: None
    )  # none comes live
    await status.log("the last word")
    await asyncio.sleep(0.2)
    monkeypatch.undo()
    monkeypatch.setattr("services.status.websocket.stored_export.read_lines", flaky)
    await status.events.publish(COMPLETED)
    messages, code = await until_closed(socket)
    assert [m["message"] for m in messages if m["type"] == "log"] == ["the last word"]
    assert (messages[-1]["state"]["status"], code, away) == ("completed", 1000, 0)


async def test_a_log_that_does_not_answer_is_not_an_empty_one(nc: Client) -> None:
    """Half of an answer would lose lines."""
    await nc.jetstream().delete_stream("LOGS")
    with pytest.raises(NatsUnavailableError):
        await read_lines(nc, EXPORT)


async def test_sequences_that_are_given_out_again_hide_no_line(nc: Client) -> None:
    """A killed nats-server forgets the last ones and uses their numbers for other lines."""
    js = nc.jetstream()
    exports, queue = (
        await KeyValueStore.bind(js, "exports", Document),
        await QueuePositions.bind(nc),
    )
    links = Links(TOKENS, public_url="http://g", websocket_url="ws://s", ticket_ttl_s=60)
    stored = StoredExport(
        nc, exports, queue, chatter=ChatterReads(), project_id="p", export_id=EXPORT
    )
    room, send_buffer = Room(stored, links), SendBuffer(EXPORT)
    requested, completed = fold(None, REQUESTED, 1), fold(fold(None, REQUESTED, 1), COMPLETED, 2)
    running = asyncio.create_task(room.run())
    room.refresh()
    room.put_document(Record(requested, 1))
    assert await room.reached(1, 1, timeout_s=30)
    room.join(send_buffer, after_seq=0)
    before = [line_of(seq, f"before {seq}") for seq in (5, 6, 9)]
    after = [line_of(seq, f"after {seq}") for seq in (4, 5)]
    for line in (*before, *before, *after):
        room.put_line(line)
    unheard = line_of(0, "only in the stream").line
    await js.publish(f"logs.{EXPORT}", msgspec.json.encode(unheard))
    room.put_document(Record(completed, 2))  # before its end, an export's log is read once more
    told = ["before 5", "before 6", "before 9", "after 4", "after 5", "only in the stream"]
    seen: list[str] = []
    while len(seen) < len(told):
        messages = [json.loads(str(m.event["text"])) for m in await send_buffer.take()]
        seen += [message["message"] for message in messages if message["type"] == "log"]
    assert seen == told
    running.cancel()


def line_of(seq: int, message: str) -> StoredLine:
    """A line as the stream has it."""
    return StoredLine(seq, LogLine(generation=1, level="info", message=message))
