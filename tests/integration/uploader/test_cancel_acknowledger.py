from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from services.uploader.cancel_acknowledger import CancelAcknowledger
from shared.domain.events import (
    AttemptFailed,
    ExportCanceled,
    ExportPackaged,
    ExportStopped,
    Failure,
)
from shared.jetstream.event_log import EventLog
from shared.jetstream.topology import CANCELS
from shared.worker.retry import WORKER_LOST
from tests.integration.uploader.test_handler import packaged as upload_parts
from tests.integration.worker.working import acknowledged
from tests.unit.sample_events import EXPORT, START, generation, identity

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from nats.js import JetStreamContext

    from shared.domain.events import AnyEvent
    from shared.storage.bucket import Storage

REQUESTED, STARTED, FAILED, AGAIN = generation()[:4]
LOST = AttemptFailed(
    **identity(),
    stage="build",
    attempt=1,
    failures=0,
    error=Failure(code=WORKER_LOST, message="It died.", retryable=True),
    retry_at=START,
)
CANCELED = ExportCanceled(**identity(), reason="enough")


@asynccontextmanager
async def answering(js: JetStreamContext, storage: Storage) -> AsyncIterator[None]:
    """The desk is open."""
    stop = asyncio.Event()
    task = asyncio.create_task(CancelAcknowledger(js, storage).run(stop))
    try:
        yield
    finally:
        stop.set()
        await task


async def receipt(js: JetStreamContext) -> ExportStopped:
    """The receipt, as soon as it is there; the test's own time-out bounds it."""
    while True:
        for _, event in await EventLog(js).of(EXPORT):
            if isinstance(event, ExportStopped):
                return event
        await asyncio.sleep(0.02)


@pytest.mark.parametrize(
    ("before", "aborted"),
    [
        ([REQUESTED], True),
        ([REQUESTED, STARTED, FAILED], True),
        ([REQUESTED, STARTED, LOST], False),
    ],
    ids=["queued", "waiting", "its worker died"],
)
async def test_nobody_at_work_means_a_receipt_at_once(
    js: JetStreamContext, storage: Storage, before: list[AnyEvent], *, aborted: bool
) -> None:
    """Its message may lie in the stream for long: the user is not kept waiting for that.

    Where a worker died its parts are said to be left: nobody knows of them.
    """
    async with answering(js, storage):
        for event in (*before, CANCELED):
            await EventLog(js).publish(event)
        stopped = await receipt(js)
    assert (stopped.stage, stopped.parts_aborted) == ("build", aborted)


async def test_parts_that_wait_for_an_uploader_are_aborted(
    js: JetStreamContext, storage: Storage, uploaders_storage: Storage
) -> None:
    """Packed, not yet uploaded, canceled: nothing is left in the storage."""
    made = await upload_parts(storage, b"artifact")
    packed = ExportPackaged(**identity(), artifact=made.artifact, upload=made.upload, build_s=1.0)
    async with answering(js, uploaders_storage):
        for event in (REQUESTED, STARTED, packed, CANCELED):
            await EventLog(js).publish(event)
        stopped = await receipt(js)
    assert (stopped.stage, stopped.parts_aborted) == ("upload", True)
    assert await storage.uploads("") == []


@pytest.mark.parametrize(
    "before", [[REQUESTED, STARTED], [REQUESTED, STARTED, FAILED, AGAIN]], ids=["first", "second"]
)
async def test_a_worker_that_is_at_work_gives_the_receipt_itself(
    js: JetStreamContext, storage: Storage, before: list[AnyEvent]
) -> None:
    """Nobody says that the work has stopped while it has not."""
    async with answering(js, storage):
        for event in (*before, CANCELED):
            await EventLog(js).publish(event)
        await acknowledged(js, CANCELS)
    assert not any(isinstance(event, ExportStopped) for _, event in await EventLog(js).of(EXPORT))
