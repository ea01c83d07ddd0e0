"""One message from a stream's leader, as nats-py's ``get_msg`` reads it, in two thirds of the time.

Everything that is decided is read so first, and most requests of most processes are these. nats-py
2.16 parses an answer as JSON, makes a data class of it, and parses its headers as e-mail.

Source:
    NATS documentation, "JetStream wire API": STREAM.MSG.GET.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import msgspec
from nats.errors import NoRespondersError
from nats.js.api import RawStreamMsg
from nats.js.errors import APIError, ServiceUnavailableError

from shared.jetstream.api_subjects import message_get

if TYPE_CHECKING:
    from nats.js import JetStreamContext


class _Message(msgspec.Struct, frozen=True):
    """As it lies in the stream; bytes travel in base64."""

    subject: str
    seq: int
    time: datetime
    data: bytes = b""
    hdrs: bytes = b""


class _Answer(msgspec.Struct, frozen=True):
    message: _Message | None = None
    error: dict[str, Any] | None = None


_decoder: Final = msgspec.json.Decoder(_Answer)


async def get_message(js: JetStreamContext, stream: str, which: dict[str, Any]) -> RawStreamMsg:
    """The message that ``which`` names in the words of the wire API.

    Raises:
        nats.js.errors.Error, nats.errors.Error: What ``get_msg`` raises.
    """
    nc, timeout_s = js._nc, js._timeout  # noqa: SLF001 - a context has no request of its own
    try:
        answer = await nc.request(
            message_get(stream), msgspec.json.encode(which), timeout=timeout_s
        )
    except NoRespondersError as error:
        raise ServiceUnavailableError from error
    found = _decoder.decode(answer.data)
    if found.message is None:
        raise APIError.from_error(found.error or {})
    message = found.message
    return RawStreamMsg(
        subject=message.subject,
        seq=message.seq,
        data=message.data,
        headers=_headers(message.hdrs),
        time=message.time,
    )


def _headers(block: bytes) -> dict[str, str] | None:
    """Those of a block that begins with ``NATS/1.0``."""
    lines = block.decode(errors="surrogateescape").split("\r\n")[1:]
    found = (line.partition(":") for line in lines if line)
    return {name: value.strip() for name, _, value in found} or None
