"""What this process and all that it has started have used."""

from __future__ import annotations

import asyncio
import os
import re
import resource
import time
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from services.packager.film.studio.usage import descendants

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

TICK_S: Final = 1 / os.sysconf("SC_CLK_TCK")
_OWN_MEMORY: Final = re.compile(r"^Pss_(?:Anon|Shmem):\s*(\d+) kB$", re.MULTILINE)
LOOK_S: Final = 0.25


def cpu_s() -> float:
    """Seconds of computing time, of the living and of the dead."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    total = time.process_time() + ended.ru_utime + ended.ru_stime
    for pid in descendants(os.getpid()):
        with suppress(OSError):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            total += sum(map(int, fields[11:15])) * TICK_S
    return total


class PeakMemory:
    """The most that all descendants had at a time, bytes; what they share counts once."""

    def __init__(self) -> None:
        self.peak_bytes = 0

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[PeakMemory]:
        """Look a few times a second, until the block ends."""
        looking = asyncio.create_task(self._look())
        try:
            yield self
        finally:
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)

    async def _look(self) -> None:
        while True:
            self.peak_bytes = max(self.peak_bytes, _memory_bytes())
            await asyncio.sleep(LOOK_S)


def _memory_bytes() -> int:
    total = 0
    for pid in descendants(os.getpid()):
        with suppress(OSError):
            text = Path(f"/proc/{pid}/smaps_rollup").read_text()
            total += 1024 * sum(map(int, _OWN_MEMORY.findall(text)))
    return total
