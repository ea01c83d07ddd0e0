"""Watching while the streams of progress and log lines are away."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shared.jetstream.chatter import CHATTER
from shared.jetstream.topology import STREAMS
from tests.integration.status.watching import (
    COMPLETED,
    REQUESTED,
    STARTED,
    next_of,
    running,
    until_closed,
)

if TYPE_CHECKING:
    from nats.aio.client import Client


@pytest.fixture(autouse=True)
def no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody elects a leader here."""
    monkeypatch.setattr("shared.jetstream.chatter.ELECTION_S", 0.0)
    monkeypatch.setattr("shared.jetstream.chatter.REST_S", 0.1)
    monkeypatch.setattr("services.status.websocket.hub.CHATTER_S", 0.1)


@pytest.mark.parametrize("from_the_start", [True, False])
async def test_an_export_is_watched_to_its_end(nc: Client, from_the_start: bool) -> None:
    """Every state comes, and the close code; neither lines nor percent."""
    js = nc.jetstream()
    if from_the_start:
        for stream in CHATTER:
            await js.delete_stream(stream)
    async with running(nc) as status:
        await status.events.publish(REQUESTED)
        if not from_the_start:
            for stream in CHATTER:
                await js.delete_stream(stream)
        socket = await status.connect()
        assert (await next_of(socket, "ready"))["epoch"] == "none"
        assert (await next_of(socket, "export-status"))["state"]["status"] == "queued"
        await status.events.publish(STARTED)
        await status.events.publish(COMPLETED)
        messages, code = await until_closed(socket)
        assert (messages[-1]["state"]["status"], code) == ("completed", 1000)


async def test_streams_that_come_later_are_heard(nc: Client) -> None:
    """The service need not be started again."""
    js = nc.jetstream()
    for stream in CHATTER:
        await js.delete_stream(stream)
    async with running(nc) as status:
        await status.events.publish(REQUESTED)
        await status.events.publish(STARTED)
        socket = await status.connect()
        await next_of(socket, "export-status")
        for config in STREAMS:
            if config.name in CHATTER:
                await js.add_stream(config)
        await status.log("at last")
        await status.progress(40)
        while (await next_of(socket, "export-status"))["state"]["progress"] != 40:
            pass
        await status.events.publish(COMPLETED)
        messages, _ = await until_closed(socket)
        assert messages[-1]["state"]["logs"][-1].endswith("at last")
        await socket.close()
