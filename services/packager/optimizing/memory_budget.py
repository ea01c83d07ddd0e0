"""A memory budget is shared by decoders that run at the same time: each takes its bytes first."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from services.packager.project.unreadable import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterator


class MemoryBudget:
    """So many bytes for all threads together.

    Nobody may wait for bytes while holding some: two that did would wait for each other.
    """

    def __init__(self, size_bytes: int) -> None:
        self.size_bytes = size_bytes
        self._free_bytes = size_bytes
        self._given_back = threading.Condition()

    @contextmanager
    def taking(self, need_bytes: int) -> Iterator[None]:
        """Wait for the bytes, and have them until the block ends.

        Raises:
            UnreadableError: All of the budget would not be enough.
        """
        if need_bytes > self.size_bytes:
            most = self.size_bytes >> 20
            message = (
                f"takes {need_bytes >> 20:,} MiB of memory to read; at most {most:,} are given"
            )
            raise UnreadableError(message)
        with self._given_back:
            self._given_back.wait_for(lambda: self._free_bytes >= need_bytes)
            self._free_bytes -= need_bytes
        try:
            yield
        finally:
            with self._given_back:
                self._free_bytes += need_bytes
                self._given_back.notify_all()
