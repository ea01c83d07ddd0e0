"""Ten thousand sockets on one status process: what each holds and costs, and when all hear news.

All watch one export, and then a thousand. No other service runs: the exports wait for workers.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from shared.domain.progress import LogLine
from shared.jetstream.event_log import EventLog
from shared.settings import NatsSettings
from shared.tokens import Ticket, Tokens
from tests.bench.measurement import Measurement
from tests.bench.status_process import SECRET, StatusProcess, status_process
from tests.bench.watchers import Watchers
from tests.servers import empty_nats, from_packages
from tests.unit.sample_events import requested

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nats.aio.client import Client

    from tests.servers import Servers

SOCKETS: Final = 10_000
PROCESSES: Final = 2
WARM: Final = 100  # sockets that are opened and closed before anything is measured
EXPORTS: Final = 1_000
ROUNDS: Final = 5
IDLE_S: Final = 10.0
LINE: Final = msgspec.json.encode(LogLine(generation=1, level="info", message="x" * 340))
LIMITS: Final = ("STATUS_MAX_SOCKETS_PER_USER", "STATUS_MAX_SOCKETS_PER_EXPORT")


def measure(_cache: Path) -> Iterator[Measurement]:
    """By how many exports are watched."""
    with tempfile.TemporaryDirectory() as folder, from_packages(Path(folder)) as servers:
        for name, exports in (("one", 1), ("thousand", EXPORTS)):
            for measurement in asyncio.run(_measure(servers, Path(folder), exports)):
                yield msgspec.structs.replace(
                    measurement, name=f"sockets.{name}.{measurement.name}"
                )


async def _measure(servers: Servers, folder: Path, exports: int) -> list[Measurement]:
    ids = [f"01900000-0000-7000-8000-{number:012x}" for number in range(exports)]
    async with empty_nats(NatsSettings(url=servers.nats_url)) as nc:
        for export_id in ids:
            event = msgspec.structs.replace(requested(), export_id=export_id)
            await EventLog(nc.jetstream()).publish(event)
        limits = dict.fromkeys(LIMITS, str(SOCKETS))
        with status_process(servers, folder, **limits) as status:
            return await asyncio.to_thread(_watched, nc, asyncio.get_running_loop(), status, ids)


def _watched(
    nc: Client, loop: asyncio.AbstractEventLoop, status: StatusProcess, ids: Sequence[str]
) -> list[Measurement]:
    """Open the sockets, let them be idle, and tell them of something."""
    tokens = Tokens(SECRET)
    paths = [_path(tokens, ids[number % len(ids)]) for number in range(SOCKETS)]
    with Watchers(status.port, paths[:WARM], lines=1):
        pass
    time.sleep(1)
    memory_kb, cpu_s = status.resident_kb, status.cpu_s
    with Watchers(status.port, paths, lines=1, processes=PROCESSES) as watchers:
        held_kb = (status.resident_kb - memory_kb) / SOCKETS
        opened_ms = (status.cpu_s - cpu_s) * 1_000 / SOCKETS
        cpu_s = status.cpu_s
        time.sleep(IDLE_S)
        idle = (status.cpu_s - cpu_s) / IDLE_S * 100
        cpu_s, told_s = status.cpu_s, []
        for _ in range(ROUNDS):
            begun = time.monotonic()
            asyncio.run_coroutine_threadsafe(_tell(nc, ids), loop).result()
            told_s.append(watchers.round()[1] - begun)
        told_us = (status.cpu_s - cpu_s) * 1e6 / SOCKETS / ROUNDS
    return [
        Measurement(name="memory", value=held_kb, unit="kB", target=45),
        Measurement(name="connect_cpu", value=opened_ms, unit="ms", target=1),
        Measurement(name="idle_cpu", value=idle, unit="%"),
        Measurement(name="told_all", value=statistics.median(told_s), unit="s", target=0.5),
        Measurement(name="told_cpu", value=told_us, unit="µs"),
    ]


def _path(tokens: Tokens, export_id: str) -> str:
    ticket = Ticket(use="watch", export_id=export_id, project_id="p", user_id="u")
    return f"/export/{export_id}?ticket={tokens.ticket(ticket, lives_s=3_600)}"


async def _tell(nc: Client, ids: Sequence[str]) -> None:
    """One line in the log of each export."""
    for export_id in ids:
        await nc.publish(f"logs.{export_id}", LINE)
    await nc.flush()
