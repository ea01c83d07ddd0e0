"""What NATS answers when it does not answer, as one vocabulary of errors."""

from __future__ import annotations

from typing import Final

import nats.errors
from nats.js.errors import APIError, NotFoundError, ServiceUnavailableError

from shared.errors import UnavailableError

AWAY: Final = (nats.errors.Error, TimeoutError, OSError)  # JetStream's own errors are among them


# JSInsufficientResources, JSStorageResourcesExceeded, JSStreamStoreFailed
_STREAM_FULL: Final = {10023, 10047, 10077}

NO_STREAM: Final = 10059  # JSStreamNotFoundErr of nats-server


class NatsUnavailableError(UnavailableError):
    """NATS is away, has no leader, or its store is full."""

    code = "nats-unavailable"
    title = "The message stream cannot be reached"


def unrecovered(error: BaseException | None) -> bool:
    """Whether a whole stream is "not found": a server that has just started knows it in a moment.

    Taken for the absence of a message, a project would be gone until then.
    """
    # nats-py gives the error of a deleted key no code at all.
    return isinstance(error, NotFoundError) and getattr(error, "err_code", None) == NO_STREAM


def transient(error: BaseException) -> bool:
    """Whether waiting may help: no leader, reconnecting, a time-out.

    Not a stream that is full or a wrong request.
    """
    if isinstance(error, APIError) and not isinstance(error, ServiceUnavailableError):
        return False
    if isinstance(error, APIError):
        return error.err_code not in _STREAM_FULL
    return not isinstance(error, nats.errors.MaxPayloadError)
