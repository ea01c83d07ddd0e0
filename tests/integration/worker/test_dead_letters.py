from __future__ import annotations

import asyncio
import pkgutil
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from shared.domain.events import (
    AttemptFailed,
    ExportFailed,
    ExportPackaged,
    ExportRequested,
    ExportStarted,
    Failure,
    encode_event,
)
from shared.errors import UnavailableError, UnknownPlatformError
from shared.jetstream import topology
from shared.jetstream.event_log import EventLog
from shared.jetstream.publishing import publish
from shared.settings import RetrySettings
from shared.worker.circuit_breaker import LEAST, CircuitBreaker
from tests.integration.worker.working import (
    acknowledged,
    be_impatient,
    dead_letters,
    has,
    new_request,
    nothing,
    until,
    working,
)
from tests.measured import measured

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.js import JetStreamContext

    from shared.jetstream.progress_reporter import ProgressReporter

SERVERS = ("three servers",)  # many deaths, each costs a process; e2e has the way on one


async def impossible(_: ExportRequested, __: ProgressReporter) -> None:
    """Fails for good."""
    raise UnknownPlatformError("web", [])


async def broken(_: ExportRequested, __: ProgressReporter) -> None:
    """Fails by a bug."""
    raise KeyError("a release with a bug")


def counts_of(letter: Any) -> tuple[str, str]:
    """Attempts and failures, as operators read them."""
    return letter.headers["Aethel-Attempts"], letter.headers["Aethel-Failures"]


def headers_of(event: ExportRequested) -> dict[str, str]:
    """As :meth:`shared.jetstream.event_log.EventLog.publish` writes them."""
    return {
        "Nats-Msg-Id": event.message_id,
        "Aethel-Export-Id": event.export_id,
        "Aethel-Project-Id": event.project_id,
        "Aethel-User-Id": quote(event.user_id),
        "Aethel-Generation": str(event.generation),
    }


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"\xff\x00 not JSON", "undecodable"),
        (b'{"type": "export.requested.v1", "export_id": 1}', "undecodable"),
        (b'{"type": "export.requested.v9"}', "unknown-version"),
        (b"[" * 100_000, "undecodable"),
    ],
    ids=["bytes", "values", "version", "depth"],
)
async def test_what_cannot_be_read_is_a_dead_letter_and_its_user_told(
    nc: Client, js: JetStreamContext, payload: bytes, reason: str
) -> None:
    """The letter has the payload as it was; the headers are enough to end the export."""
    event = new_request(user_id="auth0|jürgen\\%7C")
    await publish(js, event.subject, payload, headers_of(event), patience_s=5)
    # A newer release had begun with it.
    await EventLog(js).publish(
        ExportStarted(**event.identity, stage="build", attempt=1, worker="newer")
    )
    async with working(nc, broken):
        known = await until(js, event, has(ExportFailed))
        await acknowledged(js)
    (letter,) = await dead_letters(js)
    assert letter.data == payload
    assert letter.subject == f"dead.packager-web.{event.export_id}"
    assert letter.headers["Aethel-Reason"] == reason
    assert letter.headers["Aethel-Export-Id"] == event.export_id
    assert counts_of(letter) == ("1", "0")
    failed = known[-1]
    assert isinstance(failed, ExportFailed)
    assert (failed.reason, failed.dead_letter) == (reason, str(letter.seq))
    assert failed.user_id == event.user_id


async def test_bytes_of_nobody_are_dead_letters_too(nc: Client, js: JetStreamContext) -> None:
    """Without headers there is no export to end; the letter is there all the same."""
    await js.publish("exports.requested.web.whoever", b"?" * (1 << 20))
    async with working(nc, broken):
        await acknowledged(js)
    (letter,) = await dead_letters(js)
    assert letter.subject == "dead.packager-web.unknown"
    assert int(letter.headers["Aethel-Payload-Bytes"]) == 1 << 20


async def test_a_letter_of_nobody_is_owed_too(
    nc: Client, js: JetStreamContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is counted as owed, and written once its stream is there."""
    monkeypatch.setattr("shared.worker.dead_letter_writer.DEAD_LETTER_PATIENCE_S", 1.0)
    monkeypatch.setattr("shared.worker.retry.OUTAGE_DELAY_S", 0.3)
    owed = partial(measured, "export_dead_letters_owed_total", consumer="packager-web")
    await js.delete_stream(topology.DEAD_LETTERS)
    async with working(nc, broken):
        before = owed()
        await js.publish("exports.requested.web.whoever", b"?")
        while owed() == before:  # noqa: ASYNC110 - a metric tells nobody
            await asyncio.sleep(0.05)
        await topology.apply(js)
        await acknowledged(js)
    (letter,) = await dead_letters(js)
    assert letter.subject == "dead.packager-web.unknown"


async def test_an_event_under_a_wrong_subject_is_a_dead_letter(
    nc: Client, js: JetStreamContext
) -> None:
    """Another kind of event where a request is expected."""
    event = new_request()
    wrong = AttemptFailed(
        **event.identity,
        stage="build",
        attempt=1,
        failures=0,
        error=Failure(code="x", message="y"),
        retry_at=event.at,
    )
    await publish(js, event.subject, encode_event(wrong), headers_of(event), patience_s=5)
    async with working(nc, broken):
        *_, failed = await until(js, event, has(ExportFailed))
    assert isinstance(failed, ExportFailed)
    assert failed.reason == "unexpected-event"


async def test_what_nobody_can_do_counts_its_only_attempt(nc: Client, js: JetStreamContext) -> None:
    """And its user reads that nothing happens any more by itself."""
    event = new_request()
    await EventLog(js).publish(event)
    async with working(nc, impossible):
        *_, failed = await until(js, event, has(ExportFailed))
        await acknowledged(js)
    (letter,) = await dead_letters(js)
    assert counts_of(letter) == ("1", "1")
    assert isinstance(failed, ExportFailed)
    assert failed.error.message == (
        "No exporter for 'web'; available: none. It is not tried again by itself. "
        f"Tell the operators: dead letter {letter.seq}."
    )


@pytest.mark.parametrize("state", ["missing", "full"])
async def test_an_export_ends_although_its_letter_cannot_be_written(
    nc: Client, js: JetStreamContext, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The user is told; the letter is owed, and written once its stream takes it again."""
    monkeypatch.setattr("shared.worker.dead_letter_writer.DEAD_LETTER_PATIENCE_S", 1.0)
    monkeypatch.setattr("shared.worker.retry.OUTAGE_DELAY_S", 0.3)
    stream = next(s for s in topology.STREAMS if s.name == topology.DEAD_LETTERS)
    if state == "missing":
        await js.delete_stream(topology.DEAD_LETTERS)
    else:
        await js.update_stream(stream.evolve(max_bytes=100))
    event = new_request()
    await EventLog(js).publish(event)
    async with working(nc, impossible) as builder:
        *_, failed = await until(js, event, has(ExportFailed))
        assert isinstance(failed, ExportFailed)
        assert (failed.reason, failed.dead_letter) == ("not-retryable", None)
        assert event.export_id in failed.error.message
        await (js.add_stream if state == "missing" else js.update_stream)(stream)
        await acknowledged(js)
    (letter,) = await dead_letters(js)
    assert letter.headers["Aethel-Reason"] == "not-retryable"
    assert letter.headers["Aethel-Cause"] == "platform-unavailable"
    assert counts_of(letter) == ("1", "1")
    assert builder.calls[event.export_id] == 1


@pytest.mark.parametrize(
    "step",
    [
        "shared.jetstream.event_log.EventLog.publish_first",
        "shared.worker.delivery.Delivery._acknowledge",
    ],
    ids=["the letter is written", "the user is told"],
)
async def test_one_letter_although_the_worker_dies_after(
    nc: Client, js: JetStreamContext, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """The message comes again and finds what was done; nothing is written twice."""
    await be_impatient(js, ack_wait_s=0.5)
    monkeypatch.setattr("shared.worker.retry.OUTAGE_DELAY_S", 0.3)
    deaths = 0
    owner, _, name = step.rpartition(".")
    whole = pkgutil.resolve_name(step)

    async def dying(*arguments: Any, **options: Any) -> Any:
        nonlocal deaths
        deaths += 1
        if deaths == 1:
            raise UnavailableError("died")
        return await whole(*arguments, **options)

    monkeypatch.setattr(pkgutil.resolve_name(owner), name, dying)
    event = new_request()
    await EventLog(js).publish(event)
    async with working(nc, impossible):
        await until(js, event, has(ExportFailed))
        await acknowledged(js)
    assert deaths >= 2
    assert len(await dead_letters(js)) == 1


async def test_the_breaker_keeps_a_bug_from_failing_the_queue(
    nc: Client, js: JetStreamContext
) -> None:
    """Most fail alike: work stops, readiness says why, and a repaired release goes on by itself."""
    broken_release = True

    async def job(event: ExportRequested, reporter: ProgressReporter) -> None:
        if broken_release:
            await broken(event, reporter)

    queue = [new_request(project_id=f"p{n}", user_id=f"u{n % 3}") for n in range(4 * LEAST)]
    for event in queue:
        await EventLog(js).publish(event)
    now_s = 0.0
    breaker = CircuitBreaker("packager-web", nothing, clock=lambda: now_s)
    patient = RetrySettings(max_attempts=10, base_delay_ms=4_000)  # however slow this machine is
    async with working(nc, job, breaker=breaker, retry=patient) as builder:
        while breaker.cause is None:  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.02)
        tried = builder.calls.total()
        with pytest.raises(Exception, match="KeyError"):
            await breaker.ready()
        await asyncio.sleep(1.5)
        assert builder.calls.total() == tried < len(queue)
        broken_release = False
        now_s = 1e6
        for event in queue:
            await until(js, event, has(ExportPackaged))
        await breaker.ready()
    assert await dead_letters(js) == []
