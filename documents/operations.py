"""Which service sends and receives what, by what its user of NATS may do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from documents.references import to
from documents.streams import BY_NATS, CHANNELS
from shared.jetstream import api_subjects as api
from shared.jetstream.permissions import USERS
from shared.jetstream.topology import (
    ADVISORIES,
    ADVISORY_CONSUMER,
    CONSUMERS,
    EXPORTS,
    FILM_CONSUMER,
    FILMS,
)

if TYPE_CHECKING:
    from nats.js.api import ConsumerConfig

    from documents.streams import Channel
    from shared.jetstream.permissions import Permissions

DURABLES: Final[tuple[tuple[str, ConsumerConfig], ...]] = (
    *((EXPORTS, consumer) for consumer in CONSUMERS),
    (ADVISORIES, ADVISORY_CONSUMER),
    (FILMS, FILM_CONSUMER),
)


def operations() -> dict[str, Any]:
    """The AsyncAPI Operation Objects of all services."""
    found = {}
    for service, granted in USERS.items():
        for channel in CHANNELS:
            if _sends(granted, channel):
                found[f"{service}-sends-{channel.name}"] = _described(service, channel, "send", {})
            if ways := _ways_in(granted, channel):
                found[f"{service}-receives-{channel.name}"] = _described(
                    service, channel, "receive", ways
                )
    return found


def overlap(one: str, other: str) -> bool:
    """Whether a subject may match both of two patterns."""
    ours, theirs = one.split("."), other.split(".")
    for mine, yours in zip(ours, theirs, strict=False):
        if ">" in {mine, yours}:
            return True
        if mine != yours and "*" not in {mine, yours}:
            return False
    return len(ours) == len(theirs)


def _sends(granted: Permissions, channel: Channel) -> bool:
    return channel.name not in BY_NATS and any(
        overlap(pattern, channel.subjects) for pattern in granted.publish
    )


def _ways_in(granted: Permissions, channel: Channel) -> dict[str, Any]:
    """How a service comes by the messages of a channel; empty where it does not."""
    durables = [
        _consumer(stream, config)
        for stream, config in DURABLES
        if overlap(config.filter_subject or "", channel.subjects)
        and api.next_message(stream, str(config.durable_name)) in granted.publish
    ]
    heard = [
        pattern
        for pattern in granted.subscribe
        if not pattern.startswith("_INBOX") and overlap(pattern, channel.subjects)
    ]
    reads = {api.direct_get(channel.stream), api.message_get(channel.stream)}
    ways = {
        "x-consumers": durables,
        "x-subscriptions": heard,
        "x-reads-stored": not reads.isdisjoint(granted.publish),
    }
    return ways if any(ways.values()) else {}


def _consumer(stream: str, config: ConsumerConfig) -> dict[str, Any]:
    return {
        "stream": stream,
        "durable": config.durable_name,
        "filterSubject": config.filter_subject,
        "ackWaitS": config.ack_wait,
        "maxDeliver": config.max_deliver,
        "maxAckPending": config.max_ack_pending,
    }


def _described(service: str, channel: Channel, action: str, ways: dict[str, Any]) -> dict[str, Any]:
    return {
        "action": action,
        "channel": to("channels", channel.name),
        "summary": f"{service} {action}s {channel.message.name}.",
        "messages": [to("channels", channel.name, "messages", channel.message.name)],
        "tags": [{"name": service}],
        **ways,
    }
