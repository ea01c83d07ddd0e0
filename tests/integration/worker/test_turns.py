"""Builds out of turn: their messages come later, and their workers may die meanwhile."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from shared.domain.events import (
    AttemptFailed,
    ExportCanceled,
    ExportPackaged,
    ExportRequested,
    ExportStarted,
    ExportStopped,
    Failure,
    decode_event,
    now,
)
from shared.domain.lanes import Otherwise
from shared.domain.room import Room
from shared.jetstream import topology
from shared.jetstream.event_log import EventLog
from shared.settings import RetrySettings
from shared.stores.export_queue import ExportQueue
from shared.stores.worker_registry import BUCKET, WorkerHeartbeat
from shared.worker.attempts_elsewhere import AttemptsElsewhere
from shared.worker.contract import Consumer
from shared.worker.job import RunningJobs
from shared.worker.retry import WORKER_LOST
from shared.worker.turns import Turns
from tests.integration.worker.working import (
    QUICK,
    acknowledged,
    has,
    new_request,
    packaged,
    until,
    working,
)

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.js import JetStreamContext

    from shared.domain.events import AnyEvent
    from shared.jetstream.progress_reporter import ProgressReporter

SERVERS = ("one server",)  # what workers do by themselves


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks at once instead of after seconds."""
    monkeypatch.setattr("shared.worker.attempts_elsewhere.KNOWN_S", 0.0)
    monkeypatch.setattr("shared.worker.turns.LISTEN_S", 0.05)


async def queue_of(nc: Client) -> ExportQueue:
    """One that has heard everything."""
    queue = ExportQueue(nc, "web")
    await queue.hear()
    return queue


async def at_once(_: ExportRequested, __: ProgressReporter) -> None:
    """Build in no time."""


def began_elsewhere(event: ExportRequested) -> ExportStarted:
    """Another worker has taken it before its message came."""
    return ExportStarted(
        **event.identity, stage="build", attempt=1, worker="other", out_of_turn=True
    )


def lost(known: list[AnyEvent]) -> bool:
    """The attempt was given up because its worker had died."""
    return any(isinstance(e, AttemptFailed) and e.error.code == WORKER_LOST for e in known)


async def test_who_dies_out_of_turn_is_found_by_its_sign_of_life(
    nc: Client, js: JetStreamContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While it lives nobody else begins; then the attempt is ended, and another one made."""
    for name in ("ELSEWHERE_S", "ELSEWHERE_MAX_S"):  # its message does not help
        monkeypatch.setattr(f"shared.worker.message.{name}", 3_600.0)
    event = new_request()
    other = WorkerHeartbeat(
        name="other",
        version="1",
        platforms=("web",),
        started_at=now(),
        in_hand=(event.export_id,),
    )
    registry = await js.key_value(BUCKET)
    await registry.put("other", msgspec.json.encode(other))
    for happened in (event, began_elsewhere(event)):
        await EventLog(js).publish(happened)
    async with working(nc, at_once, queue=await queue_of(nc)) as builder:
        durable = topology.packager_durable("web")
        while (await js.consumer_info(topology.EXPORTS, durable)).num_pending:  # noqa: ASYNC110 - the server is asked
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.5)
        assert not builder.calls
        await registry.purge("other")
        known = await until(js, event, has(ExportPackaged))
    assert lost(known)
    assert builder.calls[event.export_id] == 1


async def test_what_fails_out_of_turn_is_tried_again_although_its_message_comes_late(
    nc: Client, js: JetStreamContext
) -> None:
    """With the attempts counted on, and no delivery of its own."""
    retry = RetrySettings(max_attempts=3, base_delay_ms=20)
    release = asyncio.Event()

    async def job(event: ExportRequested, _: ProgressReporter) -> None:
        if event.user_id == "light":
            if builder.calls[event.export_id] < retry.max_attempts:
                raise OSError("not yet")
        elif builder.calls.total() > 1:
            await release.wait()

    heavy = [new_request(user_id="heavy") for _ in range(5)]
    light = new_request(user_id="light", project_id="light")
    for event in (*heavy, light):
        await EventLog(js).publish(event)
    async with working(nc, job, queue=await queue_of(nc), retry=retry, concurrency=2) as builder:
        known = await until(js, light, has(ExportPackaged))
        release.set()
        for event in heavy:
            await until(js, event, has(ExportPackaged))
        await acknowledged(js)
    starts = [e for e in known if isinstance(e, ExportStarted)]
    assert [e.attempt for e in starts] == [1, 2, 3]
    assert starts[0].out_of_turn is True
    assert builder.calls.total() == len(heavy) + retry.max_attempts


async def test_a_cancel_reaches_what_is_built_out_of_turn(nc: Client, js: JetStreamContext) -> None:
    """It stops at once, and its message finds nothing left to do."""
    stuck = asyncio.Event()

    async def job(_: ExportRequested, __: ProgressReporter) -> None:
        await stuck.wait()

    heavy = [new_request(user_id="heavy") for _ in range(3)]
    light = new_request(user_id="light", project_id="light")
    for event in (*heavy, light):
        await EventLog(js).publish(event)
    async with working(nc, job, queue=await queue_of(nc), concurrency=2) as builder:
        await until(js, light, has(ExportStarted))
        await EventLog(js).publish(ExportCanceled(**light.identity, reason="user"))
        await until(js, light, has(ExportStopped))
        stuck.set()
        for event in heavy:
            await until(js, event, has(ExportPackaged))
        await acknowledged(js)
    assert builder.calls[light.export_id] == 1


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ({"user_id": "a", "project_id": "p"}, {"user_id": "b", "project_id": "q"}),
        ({"project_id": "p"}, {"user_id": "b", "project_id": "q"}),
    ],
    ids=["user", "project"],
)
async def test_stuck_builds_never_hold_all_slots(
    nc: Client, js: JetStreamContext, mine: dict[str, str], theirs: dict[str, str]
) -> None:
    """One more slot opens for whoever is neither of their user nor of their project."""
    stuck = asyncio.Event()

    async def job(event: ExportRequested, _: ProgressReporter) -> None:
        if event.project_id == "p":
            await stuck.wait()

    users = [mine.get("user_id", f"a{n}") for n in range(4)]
    heavy = [new_request(user_id=user, project_id="p") for user in users]
    for event in heavy:
        await EventLog(js).publish(event)
    async with working(nc, job, queue=await queue_of(nc), concurrency=2) as builder:
        while len(builder.calls) < 2:  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.02)
        light = new_request(**theirs)
        await EventLog(js).publish(light)
        await until(js, light, has(ExportPackaged))
        assert len(builder.calls) == 2 + 1
        stuck.set()
        for event in heavy:
            await until(js, event, has(ExportPackaged))


async def test_while_a_breaker_is_open_newcomers_are_tried_first(
    nc: Client, js: JetStreamContext
) -> None:
    """Also before what fails and whose turn it would be."""
    bad = new_request(user_id="bad", project_id="bad")
    well, new = (new_request(user_id="good", project_id="good") for _ in range(2))
    about: dict[str, Any] = {"stage": "build", "attempt": 1}
    oops = Failure(code="x", message="y", retryable=True)
    for happened in (
        bad,
        ExportStarted(**bad.identity, **about, worker="w"),
        AttemptFailed(**bad.identity, **about, failures=1, error=oops, retry_at=now()),
        well,
        ExportStarted(**well.identity, **about, worker="w"),
        packaged(well),
        new,
    ):
        await EventLog(js).publish(happened)
    consumer = Consumer(
        durable=topology.packager_durable("web"),
        event_type=ExportRequested,
        stage="build",
        retry=QUICK,
        worker="w",
    )
    taken = []
    for trying in (True, False):
        queue, elsewhere = await queue_of(nc), AttemptsElsewhere(js)
        turns = Turns(js, queue, consumer, RunningJobs(), elsewhere, room=Room())
        message = await turns.next(trying=trying)
        assert not isinstance(message, Otherwise)
        taken.append(decode_event(message.data).export_id)
    assert taken == [new.export_id, bad.export_id]
