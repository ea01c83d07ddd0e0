"""One, two and four packagers on one consumer, and what an export costs each process.

Tiny exports, so that everything around the building counts most. Where the machine's cores are
full with one packager, more of them cannot be faster; they must not be slower.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from shared.jetstream import topology
from tests.bench.exporting import resident_mb
from tests.bench.measurement import Measurement
from tests.chaos import world as chaos
from tests.chaos.run import load

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.chaos.run import Load

EXPORTS: Final = 200
AT_ONCE: Final = 16
TICKS_S: Final = os.sysconf("SC_CLK_TCK")
MORE: Final = {"packager-3": "packager", "packager-4": "packager"}
PROJECT: Final = "invalid"  # one page; only its web builds are refused
COMPLETED: Final = "exports.completed.*.*"


def measure(cache: Path) -> Iterator[Measurement]:
    """From four packagers down to one; ratios are to the one."""
    del cache
    with tempfile.TemporaryDirectory() as folder:
        yield from asyncio.run(_measure(Path(folder)))


async def _measure(folder: Path) -> list[Measurement]:
    chaos.SERVICES |= MORE
    found: list[Measurement] = []
    try:
        async with load(folder, seed=1) as here:
            await _export(here, 10)  # everything has been imported and connected
            rates = {}
            for count in (4, 2, 1):
                await keep_packagers(here, count)
                before, begun = cpu_seconds(here), time.perf_counter()
                await _export(here, EXPORTS)
                rates[count] = EXPORTS / (time.perf_counter() - begun) * 60
            after = cpu_seconds(here)
            found += [
                Measurement(name=f"packagers.{count}.rate", value=rates[count], unit="/min")
                for count in sorted(rates)
            ]
            found += [
                Measurement(
                    name=f"packagers.{count}_over_1",
                    value=rates[count] / rates[1],
                    unit="×",
                    target=0.8,
                    limit="≥",
                )
                for count in (2, 4)
            ]
            for name in sorted(after):
                cpu_ms = (after[name] - before[name]) * 1_000 / EXPORTS
                found.append(Measurement(name=f"export.cpu.{name}", value=cpu_ms, unit="ms"))
            for name, child in here.world.children.items():
                if name in after:
                    memory = resident_mb(child.pid)
                    found.append(Measurement(name=f"memory.{name}", value=memory, unit="MB"))
            found += await _stored(here)
    finally:
        for name in MORE:
            del chaos.SERVICES[name]
    return found


async def _export(here: Load, count: int) -> None:
    """So many exports of their own, a few asked for at a time, to their end."""
    slots = asyncio.Semaphore(AT_ONCE)
    done = await _completed(here) + count

    async def ask(number: int) -> None:
        async with slots:
            body = {"platform": "source", "options": {"appVersion": f"{done}.{number}"}}
            await here.client.request_export(PROJECT, body)

    await asyncio.gather(*map(ask, range(count)))
    while await _completed(here) < done:  # noqa: ASYNC110 - the stream is asked
        await asyncio.sleep(0.05)


async def _completed(here: Load) -> int:
    info = await here.nc.jetstream(timeout=30).stream_info(
        topology.EXPORTS, subjects_filter=COMPLETED
    )
    return len(info.state.subjects or {})


async def keep_packagers(here: Load, count: int) -> None:
    """Let only so many packagers go on."""
    for name in [n for n in here.world.children if n.startswith("packager-")][count:]:
        here.world.held.add(name)
        await asyncio.to_thread(here.world.children[name].stop)


def cpu_seconds(here: Load) -> dict[str, float]:
    """CPU of each process that runs, with all that it has started."""
    return {
        name: cpu_s(child.pid)
        for name, child in here.world.children.items()
        if child.exit_code is None
    }


def cpu_s(root: int) -> float:
    """Of a process and all below it, ended ones included."""
    parents: dict[int, int] = {}
    ticks: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:  # it has ended
            continue
        pid = int(stat.parent.name)
        parents[pid], ticks[pid] = int(fields[1]), sum(map(int, fields[11:15]))
    return sum(ticks[pid] for pid in ticks if _is_below(pid, root, parents)) / TICKS_S


def _is_below(pid: int, root: int, parents: dict[int, int]) -> bool:
    while pid not in {root, 0}:
        pid = parents.get(pid, 0)
    return pid == root


async def _stored(here: Load) -> list[Measurement]:
    """Bytes in streams by export."""
    exports = await _completed(here)
    js = here.nc.jetstream(timeout=30)
    found = []
    for name in (
        topology.EXPORTS,
        topology.EXPORTS_BUCKET.stream,
        topology.LOGS,
        topology.PROGRESS,
        topology.ARTIFACTS_BUCKET.stream,
        topology.QUOTA_BUCKET.stream,
        topology.IDEMPOTENCY_BUCKET.stream,
    ):
        size = (await js.stream_info(name)).state.bytes / exports
        found.append(Measurement(name=f"export.bytes.{name}", value=size, unit="B"))
    return found
