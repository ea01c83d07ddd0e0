"""A worker's parts: its consumer, its handler, and what its deliveries share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import msgspec

from shared.domain.events import Event, Stage
from shared.settings import RetrySettings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nats.js import JetStreamContext

    from shared.domain.room import Room
    from shared.jetstream.chatter import ChatterOutbox
    from shared.jetstream.progress_reporter import ProgressReporter
    from shared.worker.attempts_elsewhere import AttemptsElsewhere
    from shared.worker.circuit_breaker import CircuitBreaker
    from shared.worker.isolation import Isolation, Together
    from shared.worker.job import RunningJobs

EventT_contra = TypeVar("EventT_contra", bound=Event, contravariant=True)


@dataclass(frozen=True, kw_only=True)
class WorkerContext:
    """What all deliveries of one slot of a worker share."""

    js: JetStreamContext
    consumer: Consumer
    handler: Handler[Any]
    breaker: CircuitBreaker
    isolation: Isolation | Together
    room: Room
    running: RunningJobs  # of all slots of the worker
    elsewhere: AttemptsElsewhere
    outbox: ChatterOutbox  # of the whole process
    ack_wait_s: float


class Handler(Protocol[EventT_contra]):
    """The work that a service does with one event.

    It may be cancelled at any await and then must leave nothing behind; it may be called again with
    the same event, by another process, at the same time. ``reporter`` shows the user how far it is.
    """

    async def __call__(self, event: EventT_contra, reporter: ProgressReporter) -> Sequence[Event]:
        """Do the work and return what happened."""
        ...

    async def discard(self, event: Event) -> None:
        """Remove what ``event`` refers to and nobody needs any more.

        Its export was canceled (then it is the event), or another worker was quicker (a result).
        """
        ...


class Consumer(msgspec.Struct, frozen=True, kw_only=True):
    """A durable that a worker consumes, and how patiently."""

    durable: str
    event_type: type[Event]
    stage: Stage
    retry: RetrySettings
    concurrency: int = 1
    drain_timeout_s: float = 25.0
    stall_s: float = 180.0  # no progress and no log line for so long: hung
    stop_s: float = 30.0  # what a stopped attempt may take to clean up
    worker: str  # the process's name, unique
