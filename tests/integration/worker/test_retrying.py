from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import pytest

from shared.domain.entry_page import EntryPageMissingError
from shared.domain.events import (
    AttemptFailed,
    ExportFailed,
    ExportPackaged,
    ExportRequested,
    ExportStarted,
)
from shared.errors import ProjectError, UnavailableError
from shared.jetstream.event_log import EventLog
from shared.jetstream.topology import packager_durable
from shared.settings import RetrySettings
from shared.worker.attempt import StuckError
from shared.worker.circuit_breaker import CircuitBreaker
from tests.integration.worker.working import (
    acknowledged,
    be_impatient,
    dead_letters,
    has,
    new_request,
    until,
    working,
)

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.js import JetStreamContext

    from shared.jetstream.progress_reporter import ProgressReporter

SERVERS = ("one server",)  # what a worker does by itself


async def well(_: ExportRequested, reporter: ProgressReporter) -> None:
    """Succeeds."""
    reporter.progress("building", 50, "Building")


async def test_failures_are_retried_with_growing_delays_and_then_end_in_a_dead_letter(
    nc: Client, js: JetStreamContext
) -> None:
    """Three attempts, the delays shown as retryAt; then one letter, and the user has its number."""

    async def broken(_: ExportRequested, __: ProgressReporter) -> None:
        raise KeyError("our bug")

    event = new_request()
    await EventLog(js).publish(event)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("random.random", lambda: 1.0)  # each delay at its longest
        async with working(nc, broken, retry=RetrySettings(max_attempts=3, base_delay_ms=800)):
            known = await until(js, event, has(ExportFailed))
            await acknowledged(js)
    waits = [f for f in known if isinstance(f, AttemptFailed)]
    assert [f.failures for f in waits] == [1, 2]
    first_s, second_s = ((f.retry_at - f.at).total_seconds() for f in waits)
    assert second_s > 1.5 * first_s > 0.6
    starts = [f.at for f in known if isinstance(f, ExportStarted)]
    assert [s >= w.retry_at for s, w in zip(starts[1:], waits, strict=True)] == [True, True]
    (letter,) = await dead_letters(js)
    failed = known[-1]
    assert isinstance(failed, ExportFailed)
    assert (failed.reason, failed.error.code) == ("retries-exhausted", "internal")
    assert failed.dead_letter == str(letter.seq)
    assert failed.error.message == (
        "Something went wrong on our side; the operators can see what. It is not tried again by "
        f"itself: start it again. If it fails again, tell the operators: dead letter {letter.seq}."
    )
    headers = letter.headers
    assert headers["Aethel-Subject"] == event.subject
    assert headers["Aethel-Original-Nats-Msg-Id"] == event.message_id
    assert headers["Aethel-Cause"] == f"KeyError at {__name__}:broken"
    assert "our bug" in headers["Aethel-Stack"]
    assert (headers["Aethel-Attempts"], headers["Aethel-Failures"]) == ("3", "3")
    assert headers["Aethel-Log"] == f"logs.{event.export_id}"
    assert headers["Aethel-Worker"] == "w1"


async def test_the_makers_errors_end_at_once_without_a_letter(
    nc: Client, js: JetStreamContext
) -> None:
    """No retry mends a project: code, stage, and what to do."""

    async def bad(_: ExportRequested, __: ProgressReporter) -> None:
        raise ProjectError("put an index.html into the folder")

    event = new_request()
    await EventLog(js).publish(event)
    async with working(nc, bad) as builder:
        *_, failed = await until(js, event, has(ExportFailed))
        await acknowledged(js)
    assert isinstance(failed, ExportFailed)
    assert (failed.error.code, failed.stage, failed.reason) == ("project-invalid", "build", None)
    assert "index.html" in failed.error.message
    assert failed.build_s
    assert builder.calls[event.export_id] == 1
    assert await dead_letters(js) == []


async def test_what_shows_before_any_work_costs_nothing(nc: Client, js: JetStreamContext) -> None:
    """However long its worker took to look."""

    async def bad(_: ExportRequested, __: ProgressReporter) -> None:
        raise EntryPageMissingError

    event = new_request()
    await EventLog(js).publish(event)
    async with working(nc, bad):
        *_, failed = await until(js, event, has(ExportFailed))
    assert isinstance(failed, ExportFailed)
    assert (failed.by_project, failed.build_s, failed.build_minutes) == (True, 0, 0)


async def test_an_outage_is_waited_for_and_not_counted(nc: Client, js: JetStreamContext) -> None:
    """Failures stay as they were; nothing is taken until the server answers again."""
    away = 1

    async def needs_storage(_: ExportRequested, __: ProgressReporter) -> None:
        nonlocal away
        if away:
            away -= 1
            raise UnavailableError("the storage is away")

    event = new_request()
    await EventLog(js).publish(event)
    async with working(nc, needs_storage):
        known = await until(js, event, has(ExportPackaged))
    (waited,) = (f for f in known if isinstance(f, AttemptFailed))
    assert (waited.failures, waited.error.code) == (0, "unavailable")


async def test_an_attempt_ends_at_its_time_out(nc: Client, js: JetStreamContext) -> None:
    """However busily it tells that it advances; what it started is stopped."""
    stopped = []

    async def endless(_: ExportRequested, reporter: ProgressReporter) -> None:
        try:
            while True:
                reporter.progress("building", 1, "Building")
                await asyncio.sleep(0.05)
        finally:
            stopped.append(time.monotonic())

    event = new_request()
    await EventLog(js).publish(event)
    policy = RetrySettings(max_attempts=1, base_delay_ms=20, processing_timeout_ms=1_000)
    async with working(nc, endless, retry=policy):
        *_, failed = await until(js, event, has(ExportFailed))
    assert isinstance(failed, ExportFailed)
    assert failed.error.code == "timeout"
    assert len(stopped) == 1


async def test_heartbeats_come_only_while_the_work_advances(
    nc: Client, js: JetStreamContext
) -> None:
    """Work that advances outlives the ack wait many times; work that hangs is ended."""
    await be_impatient(js, ack_wait_s=3.0)

    async def slow(event: ExportRequested, reporter: ProgressReporter) -> None:
        for _ in range(90):
            if event.snapshot == "b" * 64:
                reporter.progress("building", 1, "Building")
            await asyncio.sleep(0.1)

    busy, hung = new_request(snapshot="b" * 64), new_request()
    once = RetrySettings(max_attempts=1)
    async with working(nc, slow, retry=once, concurrency=2, stall_s=3.0) as builder:
        await EventLog(js).publish(busy)
        await EventLog(js).publish(hung)
        await until(js, busy, has(ExportPackaged))
        *_, failed = await until(js, hung, has(ExportFailed))
    assert builder.calls[busy.export_id] == 1
    assert isinstance(failed, ExportFailed)
    assert "Nothing advanced" in failed.error.message


async def test_a_server_that_hangs_is_not_held_against_an_export(
    nc: Client, js: JetStreamContext
) -> None:
    """Its attempt stalls; it is made again once the server answers, and none is counted."""
    await be_impatient(js)
    asked = asyncio.Event()
    hanging = True

    async def check() -> None:
        asked.set()
        if hanging:
            raise UnavailableError("the bucket does not answer")

    async def hang(*_: object) -> None:
        if hanging:
            await asyncio.Event().wait()

    event = new_request()
    await EventLog(js).publish(event)
    breaker = CircuitBreaker(packager_durable("web"), check)
    once = RetrySettings(max_attempts=1, base_delay_ms=20)
    async with working(nc, hang, retry=once, breaker=breaker, stall_s=0.5) as builder:
        await asked.wait()
        await until(js, event, has(AttemptFailed))
        hanging = False
        events = await until(js, event, has(ExportPackaged))
    failed = [e for e in events if isinstance(e, AttemptFailed)]
    assert {attempt.error.code for attempt in failed} == {"unavailable"}
    assert builder.calls[event.export_id] >= 2


async def test_an_attempt_that_does_not_stop_ends_its_worker(
    nc: Client, js: JetStreamContext
) -> None:
    """The failure is recorded, the message handed back, and the process told to end."""
    release = asyncio.Event()

    async def stubborn(_: ExportRequested, __: ProgressReporter) -> None:
        while not release.is_set():
            try:
                await release.wait()
            except asyncio.CancelledError:
                continue

    event = new_request()
    await EventLog(js).publish(event)
    policy = RetrySettings(max_attempts=2, base_delay_ms=20, processing_timeout_ms=1_000)
    with pytest.raises(StuckError):
        async with working(nc, stubborn, retry=policy, stop_s=0.2):
            known = await until(js, event, has(AttemptFailed))
    release.set()
    assert isinstance(known[-1], AttemptFailed)
    assert (known[-1].error.code, known[-1].failures) == ("stuck", 1)


async def test_a_drain_hands_back_without_counting(nc: Client, js: JetStreamContext) -> None:
    """Stopped in the middle, the next worker starts at once and the failures stay at none."""
    begun = asyncio.Event()

    async def forever(_: ExportRequested, __: ProgressReporter) -> None:
        begun.set()
        await asyncio.Event().wait()

    event = new_request()
    await EventLog(js).publish(event)
    async with working(nc, forever, worker="first"):
        await begun.wait()
    async with working(nc, well, worker="second"):
        known = await until(js, event, has(ExportPackaged))
    (drained,) = (f for f in known if isinstance(f, AttemptFailed))
    assert (drained.error.code, drained.failures) == ("worker-stopping", 0)


async def test_a_message_that_comes_twice_is_worked_on_once(
    nc: Client, js: JetStreamContext
) -> None:
    """The same export requested again into the same generation: one build, both acknowledged."""
    event = new_request()
    events = EventLog(js)
    await events.publish(event)
    assert (await events.publish(event)).duplicate
    await events.publish(event, message_id="beyond the window")

    async def brief(_: ExportRequested, __: ProgressReporter) -> None:
        await asyncio.sleep(0.5)

    await be_impatient(js, ack_wait_s=1.0)
    async with working(nc, brief, concurrency=2) as builder:
        known = await until(js, event, has(ExportPackaged))
        await acknowledged(js)
    assert builder.calls[event.export_id] == 1
    assert sum(isinstance(event, ExportPackaged) for event in known) == 1


async def test_a_stale_worker_that_finishes_late_changes_nothing(
    nc: Client, js: JetStreamContext
) -> None:
    """It is taken for dead, another builds; both finish, and one packaged is in the stream."""
    await be_impatient(js, ack_wait_s=1.0)
    event = new_request()
    finish = asyncio.Event()

    async def frozen(_: ExportRequested, __: ProgressReporter) -> None:
        await finish.wait()

    await EventLog(js).publish(event)
    async with working(nc, frozen, worker="stale") as stale:
        await until(js, event, has(ExportStarted))
        await be_impatient(js, ack_wait_s=0.2)  # less than the stale one's heartbeats
        async with working(nc, well, worker="quick"):
            await until(js, event, has(ExportPackaged))
            finish.set()
            await acknowledged(js)
    known = await until(js, event, has(ExportPackaged))
    assert sum(isinstance(event, ExportPackaged) for event in known) == 1
    assert stale.calls[event.export_id] == 1
