"""The same export again, from its request until its end is seen, beside the first one."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Final

from cli import api_client as api
from cli.local.stack import Stack, local_stack
from cli.project_folder import read_folder
from shared.jetstream import topology
from tests.bench.exporting import export_project
from tests.bench.measurement import Measurement
from tests.bench.scaling import cpu_s
from tests.nats_users import connect_as
from tests.pushing import push_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

ROUNDS: Final = 9
TARGET_S: Final = 0.25
PACKAGED: Final = topology.events_named("packaged")
SIZES: Final = {"tiny": 1, "193mb": 193}  # files of a megabyte


def measure(cache: Path) -> Iterator[Measurement]:
    """One file and many, which nothing compresses."""
    del cache
    with tempfile.TemporaryDirectory() as data, local_stack(Path(data, "stack")) as stack:
        for name, files in SIZES.items():
            folder = Path(data, name)
            _write(folder, files)
            yield from asyncio.run(_measure(stack, name, folder))


def _write(folder: Path, files: int) -> None:
    noise = Random(files)
    folder.mkdir()
    (folder / "index.html").write_text("<!doctype html><title>Again</title>Again")
    for number in range(files):
        (folder / f"{number}.bin").write_bytes(noise.randbytes(1_000_000))


async def _measure(stack: Stack, name: str, folder: Path) -> list[Measurement]:
    async with api.connect(stack.state.gateway_url, stack.state.token) as client:
        await push_folder(client, name, read_folder(folder))
        first = await _seconds(client, name)
        built, worked = await _builds(stack), _packagers_cpu_s(stack)
        again = [await _seconds(client, name) for _ in range(ROUNDS)]
        cpu_ms = (_packagers_cpu_s(stack) - worked) / ROUNDS * 1_000
        builds = await _builds(stack) - built
    median = statistics.median(again)
    return [
        Measurement(name=f"first.{name}", value=first, unit="s"),
        Measurement(name=f"again.{name}", value=median, unit="s", target=TARGET_S),
        Measurement(name=f"again.{name}.builds", value=builds, unit="", target=0),
        Measurement(name=f"again.{name}.cpu.packager", value=cpu_ms, unit="ms"),
    ]


async def _seconds(client: api.Client, project: str) -> float:
    started = time.perf_counter()
    await export_project(client, project, "source", fresh=False)
    return time.perf_counter() - started


async def _builds(stack: Stack) -> int:
    """How often parts have been sent."""
    nc = await connect_as("gateway", stack.state)
    info = await nc.jetstream().stream_info(topology.EXPORTS, subjects_filter=PACKAGED)
    await nc.close()
    return len(info.state.subjects or {})


def _packagers_cpu_s(stack: Stack) -> float:
    """With the builds that it has started."""
    return sum(cpu_s(child.pid) for child in stack.children if child.name.startswith("packager"))
