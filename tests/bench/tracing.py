"""What tracing costs: computing time of tiny exports on two stacks, of which one sends every span.

Both run at once and take turns, so that the machine weighs the same on both.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cli import api_client as api
from cli.local.stack import Stack, local_stack
from cli.project_folder import read_folder
from tests.bench.exporting import export_project
from tests.bench.measurement import Measurement
from tests.bench.scaling import cpu_s
from tests.pushing import push_folder
from tests.tracing.receiver import receiving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cli.project_folder import ProjectFolder

ROUNDS: Final = 16
EXPORTS: Final = 25  # of a round
ENDPOINT: Final = "OTEL_EXPORTER_OTLP_ENDPOINT"
TARGET: Final = 1.03


def measure(_cache: Path) -> Iterator[Measurement]:
    """The ratio, and what it is a ratio to."""
    with (
        receiving() as receiver,
        tempfile.TemporaryDirectory() as without,
        tempfile.TemporaryDirectory() as traced,
        local_stack(Path(without)) as plain,
    ):
        with _environment(ENDPOINT, receiver.url), local_stack(Path(traced)) as tracing:
            yield from asyncio.run(_measure(plain, tracing))
        assert receiver.spans, "nothing was traced"


async def _measure(plain: Stack, tracing: Stack) -> list[Measurement]:
    async with (
        api.connect(plain.state.gateway_url, plain.state.token) as one,
        api.connect(tracing.state.gateway_url, tracing.state.token) as other,
    ):
        sides = {"without": (one, plain), "with": (other, tracing)}
        for client, _ in sides.values():
            with tempfile.TemporaryDirectory() as folder:
                await push_folder(client, "tiny", _game(Path(folder)))
            await _exports(client)  # what is done once is done
        ratios, spent = [], []
        for number in range(ROUNDS):
            turns = sorted(sides, reverse=bool(number % 2))  # nobody is always the first
            took = {side: await _spent(*sides[side]) for side in turns}
            ratios.append(took["with"] / took["without"])
            spent.append(took["without"] / EXPORTS * 1e3)
    return [
        Measurement(
            name="tracing.cpu_over_without",
            value=statistics.median(ratios),
            unit="×",
            target=TARGET,
        ),
        Measurement(
            name="tracing.tiny_cpu_without",
            value=statistics.median(spent),
            unit="ms",
        ),
    ]


def _game(folder: Path) -> ProjectFolder:
    (folder / "index.html").write_text("<!doctype html><title>Tiny</title><p>Tiny")
    return read_folder(folder)


async def _spent(client: api.Client, stack: Stack) -> float:
    """Seconds of computing of all processes of a stack for one round."""
    before = _computed(stack)
    await _exports(client)
    return _computed(stack) - before


async def _exports(client: api.Client) -> None:
    await asyncio.gather(*(export_project(client, "tiny", "web") for _ in range(EXPORTS)))


def _computed(stack: Stack) -> float:
    """With the builds, which are sessions of their own."""
    return sum(cpu_s(child.pid) for child in stack.children)


@contextmanager
def _environment(name: str, value: str) -> Iterator[None]:
    os.environ[name] = value
    try:
        yield
    finally:
        del os.environ[name]
