"""Reading messages back out of a stream, many at a time."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import msgspec

from shared.domain.events import now
from shared.jetstream import timing
from shared.jetstream.api_subjects import direct_get
from shared.jetstream.errors import AWAY, NatsUnavailableError
from shared.jetstream.publishing import read_message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nats.aio.client import Client
    from nats.aio.msg import Msg

MOST: Final = 1_000  # in one request
END_OF_BATCH: Final = {"204", "404"}  # there is no more, there is nothing
_TIMEOUT_S: Final = 5.0


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """A message as it lies in its stream; sequences seen through a subject are not dense."""

    seq: int
    subject: str
    at: datetime
    headers: dict[str, str]
    payload: bytes


async def read_stored(
    nc: Client, stream: str, subject: str, *, after_seq: int = 0, limit: int = MOST
) -> list[Stored]:
    """The messages after ``after_seq``, oldest first, in one batched direct get.

    Raises:
        NatsUnavailableError: No answer in time.

    Source:
        NATS ADR-31: answers carry ``Nats-Sequence``; status 204 ends a batch, 404 means there
            is nothing.
    """
    request = {"seq": after_seq + 1, "next_by_subj": subject, "batch": min(limit, MOST)}
    return await _batch(nc, stream, request)


async def read_from_leader(
    nc: Client, stream: str, subject: str, *, after_seq: int = 0, limit: int = MOST
) -> list[Stored]:
    """The same, one request each: of a stream whose replicas must not answer for it.

    Raises:
        NatsUnavailableError: The stream does not answer.
    """
    js, found = nc.jetstream(), list[Stored]()
    while len(found) < limit:
        message = await read_message(js, stream, seq=after_seq + 1, subject=subject, next=True)
        if message is None:
            break
        after_seq = message.seq or 0
        found.append(
            Stored(
                seq=after_seq,
                subject=message.subject or "",
                at=message.time or now(),
                headers=message.headers or {},
                payload=message.data or b"",
            )
        )
    return found


async def read_last(nc: Client, stream: str, subjects: Sequence[str]) -> list[Stored]:
    """The newest message of each subject that matches, in one batched direct get.

    Args:
        nc: The connection.
        stream: Its name.
        subjects: With wildcards; at most ``MOST`` subjects may match in all.

    Raises:
        NatsUnavailableError: No answer in time.

    Source:
        NATS ADR-31, ``multi_last``.
    """
    return await _batch(nc, stream, {"multi_last": list(subjects)})


async def read_newest(
    nc: Client, stream: str, *, before_seq: int | None = None, limit: int = MOST
) -> list[Stored]:
    """The messages before ``before_seq`` (or the end), newest first.

    Raises:
        NatsUnavailableError: No answer in time.
    """
    try:
        ends = (await nc.jetstream().stream_info(stream)).state
    except AWAY as error:
        raise NatsUnavailableError(f"{stream} cannot be read: {error!r}") from error
    before = min(before_seq or ends.last_seq + 1, ends.last_seq + 1)
    found: list[Stored] = []
    while len(found) < limit and before > ends.first_seq:
        start = max(before - limit, ends.first_seq)
        window = await read_stored(nc, stream, ">", after_seq=start - 1, limit=limit)
        found += [message for message in reversed(window) if message.seq < before]
        before = start
    return found[:limit]


async def _batch(nc: Client, stream: str, request: dict[str, Any]) -> list[Stored]:
    inbox, answers, began = nc.new_inbox(), None, time.perf_counter()
    found: list[Stored] = []
    try:
        answers = await nc.subscribe(inbox)
        await nc.publish(direct_get(stream), msgspec.json.encode(request), reply=inbox)
        while True:
            answer = await answers.next_msg(timeout=_TIMEOUT_S)
            headers = answer.headers or {}
            if headers.get("Status") in END_OF_BATCH:
                timing.answered(timing.READ_BATCH, began, b"")
                return found
            if "Nats-Sequence" not in headers:  # 503, 408: half of the answer is none
                timing.failed(timing.READ_BATCH)
                raise NatsUnavailableError(f"{stream} cannot be read: {headers}")
            found.append(_stored(answer))
    except AWAY as error:
        timing.failed(timing.READ_BATCH)
        raise NatsUnavailableError(f"{stream} cannot be read: {error!r}") from error
    finally:
        if answers is not None:
            with suppress(*AWAY):
                await answers.unsubscribe()


def _stored(answer: Msg) -> Stored:
    headers = answer.headers or {}
    return Stored(
        seq=int(headers["Nats-Sequence"]),
        subject=headers["Nats-Subject"],
        at=msgspec.convert(headers["Nats-Time-Stamp"], datetime),
        headers=headers,
        payload=answer.data,
    )
