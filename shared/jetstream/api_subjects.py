"""The subjects of JetStream's API that our code uses, and what may be done by each.

Source:
    NATS documentation, "JetStream wire API"; ADR-31 for direct gets.
"""

from __future__ import annotations

EVERYTHING = "$JS.API.>"
SNAPSHOTS = "$JS.SNAPSHOT.>"  # the pieces of a backup: their receipts, and those of a restore


def stream_info(stream: str) -> str:
    """Ask how a stream is; with ``*``, any."""
    return f"$JS.API.STREAM.INFO.{stream}"


def message_get(stream: str) -> str:
    """Read one message from the leader."""
    return f"$JS.API.STREAM.MSG.GET.{stream}"


def message_delete(stream: str) -> str:
    """Delete one message for good."""
    return f"$JS.API.STREAM.MSG.DELETE.{stream}"


def direct_get(stream: str) -> str:
    """Read many messages from any replica."""
    return f"$JS.API.DIRECT.GET.{stream}"


def consumer_info(stream: str, durable: str) -> str:
    """Ask how a consumer is; with ``*``, any of the stream."""
    return f"$JS.API.CONSUMER.INFO.{stream}.{durable}"


def consumer_list(stream: str) -> str:
    """Ask how all consumers of a stream are."""
    return f"$JS.API.CONSUMER.LIST.{stream}"


def consumer_step_down(stream: str, durable: str) -> str:
    """Have another node lead a consumer."""
    return f"$JS.API.CONSUMER.LEADER.STEPDOWN.{stream}.{durable}"


def next_message(stream: str, durable: str) -> str:
    """Fetch messages of a durable."""
    return f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{durable}"


def acknowledgements(stream: str, durable: str) -> str:
    """Where a durable's messages are acknowledged, handed back and given up."""
    return f"$JS.ACK.{stream}.{durable}.>"


def inbox(user: str) -> str:
    """What the subjects begin with on which a user hears answers."""
    return f"_INBOX_{user}"
