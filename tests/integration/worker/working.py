"""Workers whose jobs do what a test says, on the real NATS."""

from __future__ import annotations

import asyncio
import uuid
from collections import Counter
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

import msgspec
from nats.js.errors import NotFoundError

from shared.domain.events import ExportPackaged, ExportRequested
from shared.errors import UnavailableError
from shared.jetstream import topology
from shared.jetstream.event_log import EventLog
from shared.settings import RetrySettings
from shared.worker.circuit_breaker import CircuitBreaker
from shared.worker.contract import Consumer
from shared.worker.worker import Worker
from tests.consumers import at_rest
from tests.unit.sample_events import ARTIFACT, UPLOAD, requested

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

    from nats.aio.client import Client
    from nats.js import JetStreamContext

    from shared.domain.events import AnyEvent, Event
    from shared.domain.room import Room
    from shared.jetstream.chatter import ChatterOutbox
    from shared.jetstream.progress_reporter import ProgressReporter
    from shared.stores.export_queue import ExportQueue

QUICK = RetrySettings(max_attempts=3, base_delay_ms=20)


def new_request(**changes: Any) -> ExportRequested:
    """An export of its own."""
    return msgspec.structs.replace(requested(), export_id=str(uuid.uuid4()), **changes)


def packaged(event: Event) -> ExportPackaged:
    """What a build ends in."""
    return ExportPackaged(**event.identity, artifact=ARTIFACT, upload=UPLOAD, build_s=1)


class Builder:
    """A handler that counts and does what it is told."""

    def __init__(self, job: Callable[[ExportRequested, ProgressReporter], Awaitable[None]]) -> None:
        self._job = job
        self.calls: Counter[str] = Counter()
        self.discarded: list[str] = []

    async def __call__(self, event: ExportRequested, reporter: ProgressReporter) -> Sequence[Event]:
        self.calls[event.export_id] += 1
        await self._job(event, reporter)
        return [packaged(event)]

    async def discard(self, event: Event) -> None:
        self.discarded.append(event.export_id)


async def nothing() -> None:
    """Every server is there."""


@asynccontextmanager
async def working(
    nc: Client,
    job: Callable[[ExportRequested, ProgressReporter], Awaitable[None]],
    *,
    retry: RetrySettings = QUICK,
    breaker: CircuitBreaker | None = None,
    drain_timeout_s: float = 0.1,
    worker: str = "w1",
    queue: ExportQueue | None = None,
    room: Room | None = None,
    outbox: ChatterOutbox | None = None,
    **patience: Any,
) -> AsyncIterator[Builder]:
    """A worker of the platform ``web`` until the block ends; its failure fails the test."""
    consumer = Consumer(
        durable=topology.packager_durable("web"),
        event_type=ExportRequested,
        stage="build",
        retry=retry,
        drain_timeout_s=drain_timeout_s,
        worker=worker,
        **patience,
    )
    handler = Builder(job)
    stop = asyncio.Event()
    breaker = breaker or CircuitBreaker(consumer.durable, nothing)
    one = Worker(nc, consumer, handler, breaker, queue=queue, room=room, outbox=outbox)
    task = asyncio.create_task(one.run(stop))
    try:
        yield handler
    finally:
        stop.set()
        await task


async def be_impatient(js: JetStreamContext, *, ack_wait_s: float = 1.0, **changes: Any) -> None:
    """Let a dead worker be noticed soon."""
    durable = topology.packager_durable("web")
    config = (await js.consumer_info(topology.EXPORTS, durable)).config
    await js.add_consumer(topology.EXPORTS, config.evolve(ack_wait=ack_wait_s, **changes))


async def until(
    js: JetStreamContext, event: Event, done: Callable[[list[AnyEvent]], bool]
) -> list[AnyEvent]:
    """All events of an export once ``done`` says so; the test's own time-out bounds it.

    On a busy machine the server may take longer than a reader waits: it is asked again.
    """
    events = EventLog(js)
    while True:
        with suppress(UnavailableError):  # a cluster that elects, a machine that is busy
            known = [event for _, event in await events.of(event.export_id)]
            if done(known):
                return known
        await asyncio.sleep(0.05)


def has(kind: type[Event], count: int = 1) -> Callable[[list[AnyEvent]], bool]:
    """So many events of a kind are there."""
    return lambda known: sum(isinstance(event, kind) for event in known) >= count


async def dead_letters(js: JetStreamContext) -> list[Any]:
    """All of them."""
    letters = []
    info = await js.stream_info(topology.DEAD_LETTERS)
    for seq in range(max(info.state.first_seq, 1), info.state.last_seq + 1):
        try:
            letters.append(await js.get_msg(topology.DEAD_LETTERS, seq=seq))
        except NotFoundError:
            continue
    return letters


async def acknowledged(
    js: JetStreamContext, durable: str = topology.packager_durable("web")
) -> None:
    """Wait until a consumer, of packagers where none is named, has nothing left to do."""
    await at_rest(js, durable)
