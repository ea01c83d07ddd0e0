"""Reading an export's log lines back out of the stream ``LOGS``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from shared.domain.progress import LogLine
from shared.jetstream.batch_get import read_stored
from shared.jetstream.topology import LOGS, log_subject

if TYPE_CHECKING:
    from nats.aio.client import Client

MAX_LINES: Final = 1_000  # what the stream keeps of one export


class StoredLine(msgspec.Struct, frozen=True):
    """A line and its stream sequence; sequences of one export are not dense."""

    seq: int
    line: LogLine


async def read_lines(
    nc: Client, export_id: str, *, after_seq: int = 0, limit: int = MAX_LINES
) -> list[StoredLine]:
    """The lines after ``after_seq``, oldest first.

    Raises:
        NatsUnavailableError: No answer in time.
    """
    found = await read_stored(nc, LOGS, log_subject(export_id), after_seq=after_seq, limit=limit)
    return [StoredLine(message.seq, decode_line(message.payload)) for message in found]


def decode_line(data: bytes) -> LogLine:
    """One line as it lies in the stream."""
    return msgspec.json.decode(data, type=LogLine)
