"""How long requests to JetStream take, and which are refused, by operation."""

from __future__ import annotations

import re
import time
from typing import Final

from shared.metrics import nats as metrics

PUBLISH: Final = "publish"
READ_BATCH: Final = "read-batch"
OTHER: Final = "other"
# By what a subject begins with. What is none of these and no server's own is published.
OPERATIONS: Final = (
    ("$KV.", "write-key"),
    ("$JS.API.STREAM.MSG.GET.", "read-message"),
    ("$JS.API.DIRECT.GET.", READ_BATCH),
    ("$JS.API.STREAM.INFO.", "stream-info"),
    ("$JS.API.CONSUMER.INFO.", "consumer-info"),
    ("$JS.ACK.", "acknowledge"),
    ("$", OTHER),
)
# Answers that say no and are as good as a yes: there is no such message, another has written first.
ORDINARY: Final = {b"10037", b"10071", b"10164"}
ERROR_BYTES: Final = 192  # of an answer; an error stands before anything else, but for the type
_ERROR: Final = re.compile(rb'"error":\{[^}]*?"err_code":(\d+)')

_NAMES: Final = (PUBLISH, *(name for _, name in OPERATIONS))
_seconds: Final = {name: metrics.REQUEST_SECONDS.labels(name) for name in _NAMES}
_errors: Final = {name: metrics.ERRORS.labels(name) for name in _NAMES}


def operation_of(subject: str) -> str:
    """What is asked for on a subject."""
    if not subject.startswith("$"):
        return PUBLISH
    return next(name for prefix, name in OPERATIONS if subject.startswith(prefix))


def answered(operation: str, began: float, answer: bytes) -> None:
    """A request of that moment (``time.perf_counter``) has been answered, perhaps with a no."""
    _seconds[operation].observe(time.perf_counter() - began)
    if (said := _ERROR.search(answer, 0, ERROR_BYTES)) and said[1] not in ORDINARY:
        _errors[operation].inc()


def failed(operation: str) -> None:
    """A request got no answer that can be used."""
    _errors[operation].inc()
