"""How full the streams are that refuse what does not fit, and what may still be put into them.

New work is refused while there is room left for what ends work that exists: deletions, cancels,
terminal events and the documents that tell of them are never refused here.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from nats.js.api import DiscardPolicy

from shared.errors import UnavailableError
from shared.jetstream.errors import NatsUnavailableError
from shared.jetstream.reports import stream_report
from shared.jetstream.topology import (
    ARTIFACTS_BUCKET,
    BUCKETS,
    EXPORTS,
    EXPORTS_BUCKET,
    IDEMPOTENCY_BUCKET,
    PLAY_LINKS_BUCKET,
    PROJECTS_BUCKET,
    QUOTA_BUCKET,
    STREAMS,
    USAGE_BUCKET,
)

if TYPE_CHECKING:
    from nats.js import JetStreamContext

NEW_WORK_SHARE: Final = 0.8  # of a stream: beyond it nothing new begins
CHANGES_SHARE: Final = 0.95  # beyond it what there is may only become less
KNOWN_S: Final = 2.0  # far less than it takes to fill a fifth of a stream
WATCHED: Final = (
    *(stream.name or "" for stream in STREAMS if stream.discard is DiscardPolicy.NEW),
    *(bucket.stream for bucket in BUCKETS),
)
FOR_PROJECTS: Final = (PROJECTS_BUCKET.stream, USAGE_BUCKET.stream)
FOR_PLAY_LINKS: Final = (PLAY_LINKS_BUCKET.stream,)
FOR_EXPORTS: Final = (
    EXPORTS,
    *(
        bucket.stream
        for bucket in (
            EXPORTS_BUCKET,
            IDEMPOTENCY_BUCKET,
            QUOTA_BUCKET,
            ARTIFACTS_BUCKET,
            USAGE_BUCKET,
        )
    ),
)


class StreamFullError(UnavailableError):
    """New work waits while what is left is kept for the ends of what there is."""

    code = "stream-full"
    title = "Too much is stored or under way"
    retry_after_s = 60


class Headroom:
    """Asks the servers at most every :data:`KNOWN_S`, however many requests come."""

    def __init__(self, js: JetStreamContext) -> None:
        self._js = js
        self._asking = asyncio.Lock()
        self._shares: dict[str, float] = {}
        self._known_until = 0.0

    async def shares(self) -> dict[str, float]:
        """How full each watched stream is that answers, from 0 to 1."""
        if time.monotonic() < self._known_until:
            return self._shares
        async with self._asking:
            if time.monotonic() >= self._known_until:
                found = await asyncio.gather(*map(self._share, WATCHED))
                answers = zip(WATCHED, found, strict=True)
                self._shares = {name: share for name, share in answers if share is not None}
                self._known_until = time.monotonic() + KNOWN_S
            return self._shares

    async def check(self, streams: tuple[str, ...], *, share: float = NEW_WORK_SHARE) -> None:
        """Let only pass what still has room in all of these streams.

        Raises:
            StreamFullError: One is full to ``share``.
            NatsUnavailableError: One does not answer.
        """
        shares = await self.shares()
        for stream in streams:
            if stream not in shares:
                raise NatsUnavailableError(f"{stream} does not answer")
            if shares[stream] >= share:
                raise StreamFullError(
                    f"{stream} is {shares[stream]:.0%} full, and the rest is kept for what ends "
                    "work: come again later; an operator can make room"
                )

    async def _share(self, stream: str) -> float | None:
        with suppress(NatsUnavailableError):
            return (await stream_report(self._js, stream)).fill
        return None
