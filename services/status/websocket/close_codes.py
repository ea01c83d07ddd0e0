"""The codes that sockets are closed with: one table for the code, its documents and its clients."""

from __future__ import annotations

from enum import IntEnum
from typing import Final


class CloseCode(IntEnum):
    """What a client does next follows from the code: 40xx come back, 45xx do not."""

    DONE = 1000
    INTERNAL_ERROR = 1011  # RFC 6455 section 7.4.1
    SHUTTING_DOWN = 4001
    TOO_SLOW = 4002
    TICKET_EXPIRED = 4003
    FORBIDDEN = 4501
    BAD_REQUEST = 4502
    NOT_FOUND = 4504
    TOO_MANY = 4529  # as HTTP's 429


NO_CODE: Final = 1005  # RFC 6455 section 7.4.1; uvicorn says so of a lost connection, too
GONE: Final = 1006  # without a word
OF_CLIENTS: Final = (1001, GONE)  # beside 1000; 1001: a page that was left
COUNTED: Final = frozenset(map(str, (*CloseCode, *OF_CLIENTS)))  # one by one; all others together

MEANINGS: Final[dict[CloseCode, str]] = {
    CloseCode.DONE: "The terminal state was delivered.",
    CloseCode.INTERNAL_ERROR: "A fault of ours: come back after a while.",
    CloseCode.SHUTTING_DOWN: "The service shuts down, or is full or behind: come back at once.",
    CloseCode.TOO_SLOW: "The client took nothing for too long: come back.",
    CloseCode.TICKET_EXPIRED: "The ticket has expired: get a new one.",
    CloseCode.FORBIDDEN: "The ticket or token is not valid here, or the origin is not allowed.",
    CloseCode.BAD_REQUEST: "The request is malformed: neither ticket nor token, or a wrong value.",
    CloseCode.NOT_FOUND: "There is no such export, or it is not for the caller.",
    CloseCode.TOO_MANY: "Too many sockets of this user are open: close some, then come back.",
}
