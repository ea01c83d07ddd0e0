"""The fold by itself, and the whole way of an event into its document, on a real NATS.

Facts for each second of computing: of this process alone, which does nothing else.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from services.status.projector import Projector
from shared.domain.events import encode_event
from shared.domain.export_document import fold
from shared.jetstream.topology import STATUS
from shared.settings import NatsSettings
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
AT_ONCE: Final = 500


def measure(_cache: Path) -> Iterator[Measurement]:
    """Both, apart."""
    rates = [_pure() for _ in range(ROUNDS)]
    yield Measurement(
        name="fold.pure", value=statistics.median(rates), unit="/s", target=15_000, limit="≥"
    )
    with tempfile.TemporaryDirectory() as folder, from_packages(Path(folder)) as servers:
        yield from asyncio.run(_whole(NatsSettings(url=servers.nats_url)))


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


async def _whole(settings: NatsSettings) -> list[Measurement]:
    """As status pods do it: fetched, folded, written, counted, acknowledged."""
    async with empty_nats(settings) as nc:
        count = await _fill(nc)
        js, stop = nc.jetstream(), asyncio.Event()
        projector = await Projector.bind(js)
        begun, cpu_s = time.monotonic(), time.process_time()
        folding = asyncio.create_task(projector.run(stop))
        await at_rest(js, STATUS)
        cpu_s, wall_s = time.process_time() - cpu_s, time.monotonic() - begun
        stop.set()
        await folding
    return [
        Measurement(name="fold.projector_cpu", value=count / cpu_s, unit="/s"),
        Measurement(name="fold.projector", value=count / wall_s, unit="/s"),
    ]


async def _fill(nc: Client) -> int:
    """Publish the events of many exports, one kind after the other; how many they are."""
    js = nc.jetstream(publish_async_max_pending=AT_ONCE)
    events = _export()
    for event in events:
        for number in range(STORED):
            export_id = f"01900000-0000-7000-8000-{number:012x}"
            one = msgspec.structs.replace(event, export_id=export_id)
            await js.publish_async(one.subject, encode_event(one))
            if number % AT_ONCE == AT_ONCE - 1:
                await js.publish_async_completed()
        await js.publish_async_completed()
    return STORED * len(events)
