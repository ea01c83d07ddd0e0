"""A consumer that stalls: messages wait, and so do those who pull, and nothing is delivered.

Source:
    nats-server issues 4736 and 5679; a consumer that somebody has paused looks the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nats.js import api


def could_deliver(info: api.ConsumerInfo) -> bool:
    """Whether it has something to give, to somebody who waits for it, and may give it.

    One that works is seen so for moments only. While as many messages are out as may be, it waits
    for their acknowledgements.
    """
    most = info.config.max_ack_pending or 0
    is_full = 0 < most <= (info.num_ack_pending or 0)
    return bool(info.num_pending and info.num_waiting) and not is_full


def delivered(info: api.ConsumerInfo) -> int:
    """How many deliveries there were, so that two looks can be compared."""
    return info.delivered.consumer_seq if info.delivered else 0
