"""What all folds find out at once, that the documents are away, is told once; one of them tries."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

import structlog

from shared.jetstream.errors import NatsUnavailableError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

log = structlog.get_logger()


class FoldOutage:
    """Lets folds pass side by side; one by one, with a pause before each, in an outage.

    Args:
        pause_s: Before the server is tried again.
    """

    def __init__(self, *, pause_s: float) -> None:
        self._pause_s = pause_s
        self._is_away = False
        self._why = ""
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def passed(self, stop: asyncio.Event, *, until: float) -> AsyncIterator[None]:
        """Wait for the turn; how the block ends tells whether the server is there.

        Args:
            stop: Nobody waits any longer then.
            until: Nor then, of the loop's clock.

        Raises:
            NatsUnavailableError: It is not, or still was not when the waiting was over.
        """
        if self._is_away:
            async with self._turn:
                if self._is_away:
                    await self._pause(stop, until)
                    yield
                    self._is_away = False
                    return
        try:
            yield
        except NatsUnavailableError as error:
            if not self._is_away:
                log.warning("fold.waiting", error=str(error))
            self._is_away, self._why = True, str(error)
            raise

    async def _pause(self, stop: asyncio.Event, until: float) -> None:
        if stop.is_set() or asyncio.get_running_loop().time() + self._pause_s > until:
            raise NatsUnavailableError(self._why)
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), self._pause_s)
