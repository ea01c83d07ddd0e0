"""Jobs that are suspected of killing their worker run alone, so that no other dies with them.

Without that, a job that shares the process with such a one would soon look just as guilty.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class Together:
    """Nothing runs alone: for jobs that wait for hours, and whose work other processes do."""

    @asynccontextmanager
    async def enter(self, *, alone: bool) -> AsyncIterator[None]:  # noqa: ARG002 - it never is
        """Be inside until the block ends."""
        yield


class Isolation:
    """Many together, or one alone; whoever waits to be alone goes before those who come later."""

    def __init__(self) -> None:
        self._inside = 0
        self._alone = False
        self._waiting = 0
        self._changed = asyncio.Event()

    @asynccontextmanager
    async def enter(self, *, alone: bool) -> AsyncIterator[None]:
        """Wait for room, then be inside until the block ends."""
        self._waiting += alone
        try:
            while self._inside if alone else self._alone or self._waiting:
                self._changed.clear()
                await self._changed.wait()
        finally:
            self._waiting -= alone
            self._changed.set()
        self._inside += 1
        self._alone = alone
        try:
            yield
        finally:
            self._inside -= 1
            self._alone = False
            self._changed.set()
