"""A cancel is obeyed once the stream has taken it, and not before."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from shared.domain.events import (
    ExportCanceled,
    ExportCompleted,
    ExportPackaged,
    ExportRequested,
    ExportStarted,
    ExportStopped,
    encode_event,
)
from shared.jetstream.event_log import EventLog
from tests.integration.worker.working import acknowledged, has, new_request, until, working
from tests.unit.sample_events import ARTIFACT, START

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.js import JetStreamContext

    from shared.jetstream.progress_reporter import ProgressReporter

SERVERS = ("one server",)  # what a worker does by itself


class Patient:
    """A job that goes on until it is told to finish, and notices when it is stopped."""

    def __init__(self) -> None:
        self.finish = asyncio.Event()
        self.stopped = asyncio.Event()

    async def __call__(self, _: ExportRequested, __: ProgressReporter) -> None:
        """Until told."""
        try:
            await self.finish.wait()
        except asyncio.CancelledError:
            self.stopped.set()
            raise


async def announce(nc: Client, canceled: ExportCanceled) -> None:
    """Send the plain message alone: the stream refuses it, since it names another stream."""
    headers = {"Nats-Expected-Stream": "none"}
    await nc.publish(canceled.subject, encode_event(canceled), headers=headers)


async def answered_since(nc: Client) -> None:
    """Whatever was sent before has been heard, and could have been acted upon."""
    await nc.flush()
    await asyncio.sleep(1)


@pytest.mark.parametrize("sender", ["a plain message", "a second end"])
async def test_a_cancel_that_the_stream_has_not_taken_stops_nothing(
    nc: Client, js: JetStreamContext, sender: str
) -> None:
    """Anybody can send the plain message; and an end that came first is the end."""
    event, job = new_request(), Patient()
    canceled = ExportCanceled(**event.identity, reason="forged, or too late")
    await EventLog(js).publish(event)
    async with working(nc, job) as builder:
        await until(js, event, has(ExportStarted))
        if sender == "a plain message":
            await announce(nc, canceled)
        else:
            completed = ExportCompleted(
                **event.identity, artifact=ARTIFACT, expires_at=START, build_s=1
            )
            await EventLog(js).publish(completed, patience_s=60)
            assert (await EventLog(js).publish(canceled, patience_s=60)).duplicate
        await answered_since(nc)
        assert not job.stopped.is_set()
        job.finish.set()
        known = await until(js, event, has(ExportPackaged))
        await acknowledged(js)
    assert builder.calls[event.export_id] == 1
    assert not any(isinstance(found, ExportCanceled | ExportStopped) for found in known)


async def test_a_cancel_is_obeyed_although_its_announcement_came_first(
    nc: Client, js: JetStreamContext
) -> None:
    """The plain message may be quicker than the stream: the stream is asked again."""
    event, job = new_request(), Patient()
    canceled = ExportCanceled(**event.identity, reason="enough")
    await EventLog(js).publish(event)
    async with working(nc, job) as builder:
        await until(js, event, has(ExportStarted))
        await announce(nc, canceled)
        await answered_since(nc)
        await EventLog(js).publish(canceled, patience_s=60)
        await job.stopped.wait()
        known = await until(js, event, has(ExportStopped))
        await acknowledged(js)
    assert builder.discarded == [event.export_id]
    assert not any(isinstance(found, ExportPackaged) for found in known)
