"""What the log says of those who watch an export: when they came, and how it ended."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from services.status.websocket.close_codes import GONE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from services.status.websocket.room import Room
    from services.status.websocket.send_buffer import SendBuffer
    from shared.tokens import Ticket

log = structlog.get_logger()


@dataclass
class Watched:
    """One socket; ``code`` is what it is closed with."""

    code: int = GONE


@contextmanager
def watching(
    room: Room, ticket: Ticket, send_buffer: SendBuffer, *, resumed: bool
) -> Iterator[Watched]:
    """Tell of a socket at both ends of the block, which sets its code."""
    keys = {**room.log_keys, "user_id": ticket.user_id}
    began = time.monotonic()
    watched = Watched()
    log.info("socket.opened", resumed=resumed, **keys)
    try:
        yield watched
    finally:
        log.info(
            "socket.closed",
            close_code=watched.code,
            seconds=round(time.monotonic() - began, 3),
            messages=send_buffer.sent,
            **keys,
        )
