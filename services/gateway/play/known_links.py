"""Links as the preview server knows them: one that is played is not read for every file.

Whoever writes to the bucket does so by a message that all gateways hear, so a revoked link is dead
at once. A message that got lost costs a second.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from shared.stores.play_links import WRITES

if TYPE_CHECKING:
    from nats.aio.client import Client

    from shared.stores.play_links import PlayLink, PlayLinks

KNOWN_S: Final = 1.0
REMEMBERED: Final = 1_000  # links


class KnownLinks:
    """Remembers links by their tokens until somebody writes."""

    def __init__(self, links: PlayLinks) -> None:
        self._links = links
        self._known: dict[str, tuple[PlayLink, float]] = {}
        self._writes = 0

    @classmethod
    async def bind(cls, nc: Client, links: PlayLinks) -> KnownLinks:
        """Listen for writes from now on."""
        known = cls(links)

        async def on_write(_message: Any) -> None:
            known.forget()

        await nc.subscribe(WRITES, cb=on_write)
        return known

    async def by_token(self, token: str) -> PlayLink | None:
        """The link that a token opens."""
        found = self._known.get(token)
        if found is not None and found[1] > time.monotonic():
            return found[0]
        writes = self._writes
        link = await self._links.by_token(token)
        if link is not None and writes == self._writes:  # nobody wrote while we read
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            self._known[token] = link, time.monotonic() + KNOWN_S
        return link

    def forget(self) -> None:
        """Read each link anew."""
        self._writes += 1
        self._known.clear()
