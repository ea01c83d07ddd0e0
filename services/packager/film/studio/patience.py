"""How long nothing may be heard of a page: what goes on may take longer."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class Patience:
    """One wait at a time, which begins anew with each sign of life."""

    def __init__(self) -> None:
        self.heard = False  # whether there ever was one
        self._limit_s = 0.0
        self._waiting: asyncio.Timeout | None = None

    @asynccontextmanager
    async def of(self, limit_s: float, *, first_s: float | None = None) -> AsyncIterator[None]:
        """Wait for something.

        Args:
            limit_s: Without a sign of life.
            first_s: Until the first one, where that is less.

        Raises:
            TimeoutError: So many seconds have passed.
        """
        self._limit_s = limit_s
        try:
            async with asyncio.timeout(limit_s if first_s is None else first_s) as self._waiting:
                yield
        finally:
            self._waiting = None

    def seen(self) -> None:
        """There was a sign of life."""
        self.heard = True
        if self._waiting is not None and not self._waiting.expired():
            self._waiting.reschedule(asyncio.get_running_loop().time() + self._limit_s)
