"""A status process starts among a hundred thousand documents: until it is ready, and knows all.

Once as after an update, when no process has left a note, and once as every time after that.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from services.status.document_news import DocumentNews
from services.status.recovery.open_exports import SETTLED_S, OpenExports
from shared.settings import NatsSettings
from shared.stores.open_exports import OpenExportsNotes
from tests.bench.lists import fill
from tests.bench.measurement import Measurement
from tests.bench.status_process import status_process
from tests.servers import empty_nats, from_packages

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nats.aio.client import Client

    from tests.servers import Servers

DOCUMENTS: Final = 100_000
CAUGHT_UP: Final = "exports.caught-up"  # as the log says it
TARGET_S: Final = 3.0


def measure(_cache: Path) -> Iterator[Measurement]:
    """Seconds, and what they cost."""
    with tempfile.TemporaryDirectory() as folder, from_packages(Path(folder)) as servers:
        yield from asyncio.run(_measure(servers, Path(folder)))


async def _measure(servers: Servers, folder: Path) -> list[Measurement]:
    async with empty_nats(NatsSettings(url=servers.nats_url)) as nc:
        await fill(nc, "many", DOCUMENTS)
        first = await asyncio.to_thread(_start, servers, folder, "without_note")
        await _leave_note(nc)
        return first + await asyncio.to_thread(_start, servers, folder, "with_note")


def _start(servers: Servers, folder: Path, name: str) -> list[Measurement]:
    target = TARGET_S if name == "with_note" else None
    begun = time.monotonic()
    with status_process(servers, folder) as status:
        ready_s = time.monotonic() - begun
        while CAUGHT_UP not in status.log.read_text():
            time.sleep(0.01)
        knows_s, cpu_s = time.monotonic() - begun, status.cpu_s
    return [
        Measurement(name=f"restart.{name}.ready", value=ready_s, unit="s", target=TARGET_S),
        Measurement(name=f"restart.{name}.caught_up", value=knows_s, unit="s", target=target),
        Measurement(name=f"restart.{name}.cpu", value=cpu_s, unit="s"),
    ]


async def _leave_note(nc: Client) -> None:
    """As a process does that has run for a while."""
    at = 0.0
    notes = await OpenExportsNotes.bind(nc.jetstream())
    async with DocumentNews(nc) as news:
        exports = OpenExports(nc, news, notes, clock=lambda: at)
        await exports.catch_up(asyncio.Event())
        for _ in range(2):
            await exports.write_note()
            at += SETTLED_S
