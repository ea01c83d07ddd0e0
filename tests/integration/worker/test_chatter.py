"""Progress and log lines are chatter: an export does not wait for streams that do not take them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from nats.js import api
from prometheus_client import REGISTRY

from shared.jetstream.chatter import CHATTER, ChatterOutbox
from shared.jetstream.event_log import EventLog
from shared.jetstream.log_reader import decode_line
from shared.jetstream.progress_reporter import PROGRESS_INTERVAL_S
from shared.jetstream.topology import LOGS, PROGRESS, STREAMS, log_subject
from tests.integration.worker.working import new_request, until, working

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from nats.aio.client import Client
    from nats.js import JetStreamContext

    from shared.domain.events import AnyEvent, ExportRequested
    from shared.jetstream.progress_reporter import ProgressReporter

SERVERS = ("one server",)  # what a worker does by itself

FAR_TOO_LONG_S = 60.0  # for all of some exports, each of a second at most


async def missing(js: JetStreamContext, stream: str) -> None:
    """There is none."""
    await js.delete_stream(stream)


async def full(js: JetStreamContext, stream: str) -> None:
    """It takes nothing more."""
    config = (await js.stream_info(stream)).config
    await js.update_stream(config.evolve(discard=api.DiscardPolicy.NEW, max_bytes=1))


async def silent(js: JetStreamContext, stream: str) -> None:
    """It says of nothing that it is stored: slower than any patience."""
    config = (await js.stream_info(stream)).config
    await js.update_stream(config.evolve(no_ack=True))


async def renewed(js: JetStreamContext) -> None:
    """Both as they should be."""
    for stream in STREAMS:
        if stream.name in CHATTER:
            try:
                await js.update_stream(stream)
            except Exception:  # noqa: BLE001 - it is not there
                await js.add_stream(stream)


async def talk(_event: ExportRequested, reporter: ProgressReporter) -> None:
    """Say something of both kinds, more than once."""
    for percent in (1.0, 2.0):
        reporter.progress("building", percent, f"at {percent}")
        reporter.log(f"at {percent}")
        await asyncio.sleep(0)
    await asyncio.sleep(2 * PROGRESS_INTERVAL_S)  # of what is done sooner nothing is told


def packaged(events: list[AnyEvent]) -> bool:
    """Whether the attempt has ended well."""
    return type(events[-1]).__name__ == "ExportPackaged"


def behind(stream: str) -> float | None:
    """The metric."""
    return REGISTRY.get_sample_value("export_chatter_behind", {"stream": stream})


@pytest.mark.parametrize(
    ("trouble", "streams"),
    [
        (missing, CHATTER),
        (full, CHATTER),
        (silent, CHATTER),
        (missing, (LOGS,)),
        (silent, (PROGRESS,)),
    ],
)
async def test_no_export_waits_for_chatter(
    nc: Client,
    js: JetStreamContext,
    trouble: Callable[[JetStreamContext, str], Awaitable[None]],
    streams: tuple[str, ...],
) -> None:
    """It is told, and over as soon as the streams work again."""
    for stream in streams:
        await trouble(js, stream)
    outbox = ChatterOutbox()
    async with working(nc, talk, outbox=outbox):
        async with asyncio.timeout(FAR_TOO_LONG_S):
            for _ in range(5):
                event = new_request()
                await EventLog(js).publish(event)
                await until(js, event, packaged)
        assert set(outbox.behind) == set(streams)
        assert [stream for stream in CHATTER if behind(stream)] == list(outbox.behind)
        await renewed(js)
        while outbox.behind:
            event = new_request()
            await EventLog(js).publish(event)
            await until(js, event, packaged)
            await asyncio.sleep(0.05)
        assert not any(behind(stream) for stream in CHATTER)


async def test_late_lines_are_not_lost(nc: Client, js: JetStreamContext) -> None:
    """They come once the stream is there, though the export has gone on long ago."""
    await js.delete_stream(LOGS)
    event = new_request()
    async with working(nc, talk):
        await EventLog(js).publish(event)
        await until(js, event, packaged)
        await renewed(js)
        heard = await js.subscribe(log_subject(event.export_id), stream=LOGS)
        lines = [decode_line((await heard.next_msg(timeout=None)).data) for _ in range(2)]
    assert [line.message for line in lines] == ["at 1.0", "at 2.0"]
