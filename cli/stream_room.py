"""What the streams hold and have room for, what waits at their consumers, and more room."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from nats.js.errors import APIError, NotFoundError

from shared.errors import ConflictError
from shared.errors import NotFoundError as UnknownError
from shared.jetstream.errors import AWAY, NatsUnavailableError
from shared.jetstream.reports import DURABLES, consumer_report
from shared.jetstream.room import exports_per_day
from shared.jetstream.topology import least_room

if TYPE_CHECKING:
    from nats.js import JetStreamContext

UNITS: Final = {"": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40}


def size_bytes(text: str) -> int:
    """The bytes that ``4GiB`` is, or ``1.5 GiB``, or ``4294967296``.

    Raises:
        ValueError: It is no size.
    """
    found = re.fullmatch(r"(\d+(?:\.\d+)?) ?([KMGT]iB)?", text)
    if not found:
        raise ValueError(f"{text!r} is no size: 512MiB, 4GiB")
    return int(float(found[1]) * UNITS[found[2] or ""])


def size_text(number: int) -> str:
    """Bytes for people, in the largest unit that they fill."""
    unit = next(unit for unit in reversed(UNITS) if number >= UNITS[unit] or not unit)
    return f"{number / UNITS[unit]:.3g} {unit}" if unit else str(number)


async def stream_rows(js: JetStreamContext) -> list[dict[str, Any]]:
    """Each stream with what it holds; one that does not answer says why instead."""
    return [await _stream(js, name) for name in least_room()]


async def consumer_rows(js: JetStreamContext) -> list[dict[str, Any]]:
    """Each consumer with what waits, likewise."""
    return [await _consumer(js, durable) for durable in DURABLES]


async def give_room(js: JetStreamContext, name: str, room_bytes: int) -> str:
    """Let a stream hold so many bytes; ``streams apply`` keeps what is more than its own.

    Returns:
        What was done.

    Raises:
        NotFoundError: There is no such stream.
        ConflictError: It would be less than ``streams apply`` gives, or NATS has not so much.
    """
    least = least_room().get(name)
    if least is None:
        raise UnknownError(f"no stream {name!r}: {', '.join(least_room())}")
    if room_bytes < least:
        raise ConflictError(f"{name} has {size_text(least)} at least, which streams apply gives it")
    try:
        config = (await js.stream_info(name)).config
        await js.update_stream(config.evolve(max_bytes=room_bytes))
    except NotFoundError as error:
        raise UnknownError(f"{name} is gone: aethel-export streams apply makes it") from error
    except APIError as error:
        raise ConflictError(f"NATS does not give {name} so much: {error.description}") from error
    return f"{name} had room for {size_text(config.max_bytes or 0)}, now {size_text(room_bytes)}"


async def _stream(js: JetStreamContext, name: str) -> dict[str, Any]:
    row = dict.fromkeys(("messages", "holds", "room", "full", "a day", "leader", "behind"), "")
    try:
        info = await js.stream_info(name)
    except AWAY as error:
        return {"stream": name, **row, "messages": f"does not answer: {error}"}
    room, cluster, per_day = info.config.max_bytes or 0, info.cluster, exports_per_day(info)
    late = [peer.name or "" for peer in (cluster and cluster.replicas) or () if not peer.current]
    return {
        "stream": name,
        "messages": info.state.messages,
        "holds": size_text(info.state.bytes),
        "room": size_text(room) if room > 0 else "no limit",
        "full": f"{info.state.bytes / room:.0%}" if room > 0 else "",
        "a day": "" if per_day is None else f"{per_day:,}",
        "leader": (cluster and cluster.leader) or "nobody",
        "behind": " ".join(late),
    }


async def _consumer(js: JetStreamContext, durable: str) -> dict[str, Any]:
    row = dict.fromkeys(("waiting", "in flight", "came again", "oldest"), "")
    try:
        report = await consumer_report(js, durable)
    except NatsUnavailableError as error:
        return {"consumer": durable, **row, "waiting": str(error)}
    return {
        "consumer": durable,
        "waiting": report.pending,
        "in flight": report.in_flight,
        "came again": report.redelivered,
        "oldest": f"{report.oldest_s:.0f} s" if report.oldest_at else "",
    }
