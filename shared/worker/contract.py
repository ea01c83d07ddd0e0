"""What all deliveries of one worker share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nats.js import JetStreamContext

    from shared.worker.attempt import UserCancel
    from shared.worker.circuit_breaker import CircuitBreaker
    from shared.worker.isolation import Isolation
    from shared.worker.worker import Consumer, Handler


@dataclass(frozen=True, kw_only=True)
class WorkerContext:
    """Made once for each slot of a worker."""

    js: JetStreamContext
    consumer: Consumer
    handler: Handler[Any]
    breaker: CircuitBreaker
    isolation: Isolation
    running: dict[str, UserCancel]  # by export id, what this process has in hand
    ack_wait_s: float
