"""The fold by itself, and the whole way of an event into its document, on a real NATS.

Events for each second of computing: of this process alone, which does nothing else, set up as
status pods are (:func:`shared.service.process.main`). What has waited lies as it was published: the
events of one export near each other, as many exports as there are workers beside each other. Or, as
it never lies, all of one kind and then all of the next: then each event is a write of its own, as
it is where little happens.

The floor of both: a bare loop in one process that fetches the same messages, folds, writes and
acknowledges them came to 31,000 events a CPU second with four of them to a write, and to 12,000
with a write for each. What lies between is counting, charging, and the log line of each end.
"""

from __future__ import annotations

import asyncio
import gc
import os
import statistics
import tempfile
import time
from contextlib import contextmanager, redirect_stderr
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
import uvloop

from services.status.projector import Projector
from shared import logs
from shared.domain.events import encode_event
from shared.domain.export_document import fold
from shared.jetstream.topology import STATUS
from shared.service.process import LOOK_AFTER
from shared.settings import LogSettings, NatsSettings
from tests.bench.measurement import Measurement
from tests.consumers import at_rest
from tests.servers import empty_nats, from_packages
from tests.unit.sample_events import generation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nats.aio.client import Client

    from shared.domain.events import AnyEvent
    from shared.domain.export_document import Document

ROUNDS: Final = 5
FOLDED: Final = 2_000  # exports of a round
STORED: Final = 1_000  # exports on a real NATS
AT_ONCE: Final = STORED  # publishes
WORKERS: Final = 16
TARGET: Final = 15_000


def measure(_cache: Path) -> Iterator[Measurement]:
    """Both, apart."""
    rates = [_pure() for _ in range(ROUNDS)]
    yield Measurement(
        name="fold.pure", value=statistics.median(rates), unit="/s", target=TARGET, limit="≥"
    )
    with (
        _rare_collections(),
        Path(os.devnull).open("w") as nowhere,
        redirect_stderr(nowhere),
        tempfile.TemporaryDirectory() as folder,
        from_packages(Path(folder)) as servers,
    ):
        logs.configure(LogSettings(), service="status", for_good=True)  # but to nowhere
        settings = NatsSettings(url=servers.nats_url)
        cpu, wall = uvloop.run(_whole(settings, WORKERS))
        yield Measurement(name="fold.waited.cpu", value=cpu, unit="/s", target=TARGET, limit="≥")
        yield Measurement(name="fold.waited.wall", value=wall, unit="/s")
        cpu, wall = uvloop.run(_whole(settings, STORED))
        yield Measurement(name="fold.by_kind.cpu", value=cpu, unit="/s")
        yield Measurement(name="fold.by_kind.wall", value=wall, unit="/s")


@contextmanager
def _rare_collections() -> Iterator[None]:
    usual = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*LOOK_AFTER)
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()


def _export() -> list[AnyEvent]:
    """An export that has completed: requested, started, packaged, started, completed."""
    requested, started, _, _, packaged, uploading, _, completed, *_ = generation()
    return [requested, started, packaged, uploading, completed]


def _pure() -> float:
    events = _export()
    begun = time.process_time()
    for _ in range(FOLDED):
        document: Document | None = None
        for seq, event in enumerate(events, 1):
            document = fold(document, event, seq)
    return FOLDED * len(events) / (time.process_time() - begun)


async def _whole(settings: NatsSettings, beside: int) -> tuple[float, float]:
    """As status pods do it: fetched, folded, written, counted, told, acknowledged.

    Returns:
        Events for each second of computing, and of the clock.
    """
    async with empty_nats(settings) as nc:
        count = await _fill(nc, beside)
        js, stop = nc.jetstream(), asyncio.Event()
        projector = await Projector.bind(js)
        begun, cpu_s = time.monotonic(), time.process_time()
        folding = asyncio.create_task(projector.run(stop))
        await at_rest(js, STATUS)
        cpu_s, wall_s = time.process_time() - cpu_s, time.monotonic() - begun
        stop.set()
        await folding
    return count / cpu_s, count / wall_s


async def _fill(nc: Client, beside: int) -> int:
    """Publish the events of many exports, so many of them beside each other; how many they are."""
    js = nc.jetstream(publish_async_max_pending=AT_ONCE)
    events = _export()
    for first in range(0, STORED, beside):
        for event in events:
            for number in range(first, min(first + beside, STORED)):
                export_id = f"01900000-0000-7000-8000-{number:012x}"
                one = msgspec.structs.replace(event, export_id=export_id)
                await js.publish_async(one.subject, encode_event(one))
            await js.publish_async_completed()
    return STORED * len(events)
