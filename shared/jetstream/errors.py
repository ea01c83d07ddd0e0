"""The errors of NATS as one vocabulary: who is away, what may pass, what is really not there."""

from __future__ import annotations

from typing import Final

import nats.errors
from nats.js.errors import APIError, NotFoundError, ServiceUnavailableError

from shared.errors import UnavailableError

AWAY: Final = (nats.errors.Error, TimeoutError, OSError)  # JetStream's own errors are among them

# Error codes of nats-server (server/errors.json).
STREAM_NOT_FOUND: Final = 10059  # JSStreamNotFoundErr
_STREAM_FULL: Final = {
    10023,  # JSInsufficientResourcesErr
    10047,  # JSStorageResourcesExceededErr
    10077,  # JSStreamStoreFailedF
}
_WRONG_LAST_SEQUENCE: Final = {
    10071,  # JSStreamWrongLastSequenceErrF
    10164,  # JSStreamWrongLastSequenceConstantErr
}


class NatsUnavailableError(UnavailableError):
    """NATS is away, has no leader, or its store is full."""

    code = "nats-unavailable"
    title = "The message stream cannot be reached"
    public = "the message stream does not answer as it should: come again"


def unrecovered(error: BaseException | None) -> bool:
    """Whether a whole stream is "not found": a server that has just started knows it in a moment.

    Taken for the absence of a message, a project would be gone until then.
    """
    # nats-py gives the error of a deleted key no code at all.
    return isinstance(error, NotFoundError) and getattr(error, "err_code", 0) == STREAM_NOT_FOUND


def overtaken(error: BaseException | None) -> bool:
    """Whether a publish was refused because its subject has another last sequence than expected."""
    return isinstance(error, APIError) and error.err_code in _WRONG_LAST_SEQUENCE


def transient(error: BaseException) -> bool:
    """Whether waiting may help: no leader, reconnecting, a time-out.

    It does not where a stream is full or a request is wrong.
    """
    if isinstance(error, ServiceUnavailableError):
        return error.err_code not in _STREAM_FULL
    return not isinstance(error, APIError | nats.errors.MaxPayloadError)
