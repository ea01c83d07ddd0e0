"""Reading an export's log lines back out of the stream ``LOGS``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec
import nats.errors

from shared.chatter import LogLine
from shared.facts import NatsUnavailableError
from shared.streams import LOGS

if TYPE_CHECKING:
    from nats.aio.client import Client

MAX_LINES: Final = 1_000  # what the stream keeps of one export
_TIMEOUT_S: Final = 5.0


class StoredLine(msgspec.Struct, frozen=True):
    """A line and its stream sequence; sequences of one export are not dense."""

    seq: int
    line: LogLine


async def read_lines(
    nc: Client, export_id: str, *, after_seq: int = 0, limit: int = MAX_LINES
) -> list[StoredLine]:
    """The lines after ``after_seq``, oldest first, in one batched direct get.

    Raises:
        NatsUnavailableError: No answer in time.

    Source:
        NATS ADR-31: answers carry ``Nats-Sequence``; status 204 ends a batch, 404 means there
            is nothing.
    """
    request = {
        "seq": after_seq + 1,
        "next_by_subj": f"logs.{export_id}",
        "batch": min(limit, MAX_LINES),
    }
    inbox = nc.new_inbox()
    answers = await nc.subscribe(inbox)
    lines: list[StoredLine] = []
    try:
        await nc.publish(f"$JS.API.DIRECT.GET.{LOGS}", msgspec.json.encode(request), reply=inbox)
        while True:
            answer = await answers.next_msg(timeout=_TIMEOUT_S)
            headers = answer.headers or {}
            if "Status" in headers and "Nats-Sequence" not in headers:
                return lines
            lines.append(StoredLine(int(headers["Nats-Sequence"]), decode_line(answer.data)))
    except (TimeoutError, nats.errors.Error, OSError) as error:
        raise NatsUnavailableError(f"the log of {export_id} cannot be read: {error!r}") from error
    finally:
        await answers.unsubscribe()


def decode_line(data: bytes) -> LogLine:
    """One line as it lies in the stream."""
    return msgspec.json.decode(data, type=LogLine)
