"""Questions that take turns: who waits while one fails does not ask the same in vain."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from shared.jetstream.errors import NatsUnavailableError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class Turn:
    """Whoever has it asks; a failure is everybody's who came before it was known."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._failed_at = 0.0
        self._why = ""

    @asynccontextmanager
    async def taken(self) -> AsyncIterator[None]:
        """Wait for the turn, and have it.

        Raises:
            NatsUnavailableError: So it ended for somebody else meanwhile.
        """
        came_at = time.monotonic()
        async with self._lock:
            if self._failed_at >= came_at:
                raise NatsUnavailableError(self._why)
            try:
                yield
            except NatsUnavailableError as error:
                self._failed_at, self._why = time.monotonic(), str(error)
                raise
