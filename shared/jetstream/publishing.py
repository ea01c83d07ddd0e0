"""Publishing to any stream with a message id, and reading one message back from its leader."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

import msgspec
from nats.js.errors import NotFoundError

from shared.jetstream.errors import AWAY, NatsUnavailableError, transient, unrecovered

if TYPE_CHECKING:
    from nats.js import JetStreamContext, api

PUBLISH_TIMEOUT_S: Final = 5.0


class Published(msgspec.Struct, frozen=True):
    """The stream's word: at which sequence, and whether the same message id was there before."""

    seq: int
    duplicate: bool


async def read_message(js: JetStreamContext, stream: str, **which: Any) -> api.RawStreamMsg | None:
    """One message from the stream's leader, None where there is none.

    Raises:
        NatsUnavailableError: The stream does not answer.
    """
    try:
        return await js.get_msg(stream, **which)
    except AWAY as error:
        if isinstance(error, NotFoundError) and not unrecovered(error):
            return None
        raise NatsUnavailableError(f"cannot read the stream {stream}: {error!r}") from error


async def publish(
    js: JetStreamContext,
    subject: str,
    payload: bytes,
    headers: dict[str, str],
    *,
    patience_s: float,
) -> Published:
    """Publish to any stream with a message id, patiently (see :meth:`EventLog.publish`)."""
    deadline = asyncio.get_running_loop().time() + patience_s
    delay_s = 0.05
    while True:
        try:
            ack = await js.publish(
                subject, payload, timeout=PUBLISH_TIMEOUT_S, headers=dict(headers)
            )
            return Published(ack.seq, bool(ack.duplicate))
        except AWAY as error:
            if not transient(error) or asyncio.get_running_loop().time() + delay_s > deadline:
                raise NatsUnavailableError(
                    f"the stream did not acknowledge {subject}: {str(error) or repr(error)}"
                ) from error
        await asyncio.sleep(delay_s)
        delay_s = min(delay_s * 2, 2.0)
