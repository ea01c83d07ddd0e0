"""Publishes to any stream with a message id, and reads one message back from its leader."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

import msgspec
from nats.errors import NoRespondersError
from nats.js.errors import APIError, NoStreamResponseError, NotFoundError

from shared.jetstream.errors import AWAY, NatsUnavailableError, transient, unrecovered
from shared.jetstream.get_message import get_message

if TYPE_CHECKING:
    from nats.js import JetStreamContext, api

PUBLISH_TIMEOUT_S: Final = 5.0  # of one try
FIRST_PAUSE_S: Final = 0.05
LONGEST_PAUSE_S: Final = 2.0


class Published(msgspec.Struct, frozen=True):
    """The stream's acknowledgement: the sequence, and whether it had the message id before.

    After a first try, whose acknowledgement was lost perhaps, that may be our own.
    """

    seq: int
    duplicate: bool
    first_try: bool = True


class _Answer(msgspec.Struct, frozen=True):
    seq: int = 0
    duplicate: bool = False
    error: dict[str, Any] | None = None


_decoder: Final = msgspec.json.Decoder(_Answer)


async def store(
    js: JetStreamContext,
    subject: str,
    payload: bytes,
    headers: dict[str, str],
    *,
    timeout_s: float | None = None,
) -> Published:
    """Publish once, and await the acknowledgement; nats-py makes a data class of it.

    Raises:
        nats.js.errors.Error, nats.errors.Error: What ``js.publish`` raises.
    """
    nc, usual_s = js._nc, js._timeout  # noqa: SLF001 - a context has no request of its own
    try:
        answer = await nc.request(subject, payload, timeout=timeout_s or usual_s, headers=headers)
    except NoRespondersError as error:
        raise NoStreamResponseError from error
    ack = _decoder.decode(answer.data)
    if ack.error is not None:
        raise APIError.from_error(ack.error)
    return Published(ack.seq, ack.duplicate)


async def read_message(
    js: JetStreamContext,
    stream: str,
    *,
    seq: int | None = None,
    subject: str = "",
    next: bool = False,  # noqa: A002 - NATS' word
) -> api.RawStreamMsg | None:
    """One message from the stream's leader, None where there is none.

    Args:
        js: A connection.
        stream: Its name.
        seq: Its sequence; with ``next``, the least that it may have.
        subject: Its subject, with wildcards; without ``next``, the newest of that subject.
        next: The first from ``seq`` on.

    Raises:
        NatsUnavailableError: The stream does not answer.
    """
    if next:
        which: dict[str, Any] = {"seq": seq, "next_by_subj": subject}
    else:
        which = {"last_by_subj": subject} if subject else {"seq": seq}
    try:
        return await get_message(js, stream, which)
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
    """Publish and await the acknowledgement, again and again while the server is away.

    Raises:
        NatsUnavailableError: Not acknowledged within ``patience_s``, or the stream is full; the
            message may be in the stream all the same.
    """
    deadline = asyncio.get_running_loop().time() + patience_s
    pause_s, first_try = FIRST_PAUSE_S, True
    while True:
        try:
            ack = await store(js, subject, payload, headers, timeout_s=PUBLISH_TIMEOUT_S)
            return Published(ack.seq, ack.duplicate, first_try)
        except AWAY as error:
            if not transient(error) or asyncio.get_running_loop().time() + pause_s > deadline:
                raise NatsUnavailableError(
                    f"the stream did not acknowledge {subject}: {str(error) or repr(error)}"
                ) from error
        await asyncio.sleep(pause_s)
        pause_s, first_try = min(pause_s * 2, LONGEST_PAUSE_S), False
