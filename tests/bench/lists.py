"""Lists: a page of a project that has one export, and of one that has a hundred thousand.

The gateway and its client share one process here, on real servers; no other service runs.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from services.gateway.http.pagination import token
from shared.domain.events import ExportFailed, now
from shared.domain.export_document import fold
from shared.jetstream.topology import EXPORTS_BUCKET
from shared.settings import NatsSettings
from shared.stores.exports import bind_exports, export_key, exports_of
from tests.bench.measurement import Measurement
from tests.integration.gateway.conftest import open_gateway
from tests.integration.gateway.export_ids import made_at
from tests.servers import empty_bucket, empty_nats, from_packages
from tests.unit.sample_events import OOPS, requested

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nats.aio.client import Client

    from tests.integration.gateway.conftest import Caller
    from tests.servers import Servers

EXPORTS: Final = 100_000
DAYS: Final = 90
ROUNDS: Final = 41
AT_ONCE: Final = 1_000  # documents that are written together
PLATFORMS: Final = ("web", "windows", "linux", "android")


def measure(_cache: Path) -> Iterator[Measurement]:
    """Milliseconds of a page, by what it shows."""
    with tempfile.TemporaryDirectory() as folder, from_packages(Path(folder)) as servers:
        yield from asyncio.run(_measure(servers))


async def _measure(servers: Servers) -> list[Measurement]:
    async with (
        empty_nats(NatsSettings(url=servers.nats_url)) as nc,
        empty_bucket(servers.s3) as storage,
        open_gateway(nc, storage) as gateway,
    ):
        ann = gateway.user("ann")
        for project in ("one", "many"):
            await ann.push(project, {"index.html": b"<p>"})
        await fill(nc, "one", 1)
        ids = await fill(nc, "many", EXPORTS)
        deep = token(ids[EXPORTS // 2])
        one = await _median_ms(ann, "one")
        found = [_told("keys", await _keys_ms(nc)), *await _first_ever(ann)]
        first = await _median_ms(ann, "many")
        found += [
            _told("of_one", one),
            _told("first", first, target=15),
            _told("deep", await _median_ms(ann, "many", page_token=deep), target=15),
        ]
        await _median_ms(ann, "many", status="completed")  # looks at all of them, 500 at a time
        for name, query in (("failed", {"status": "failed"}), ("web", {"platform": "web"})):
            found.append(_told(f"by_{name}", await _median_ms(ann, "many", **query), target=15))
        return found


async def _first_ever(ann: Caller) -> list[Measurement]:
    """The first page of many since the start, and the longest that a small project waits beside."""
    first, waited = asyncio.create_task(_page_ms(ann, "many")), [0.0]
    while not first.done():
        waited.append(await _page_ms(ann, "one"))
    return [_told("first_ever", await first), _told("beside_first_ever", max(waited))]


def _told(name: str, value: float, target: float | None = None) -> Measurement:
    return Measurement(name=f"list.{name}", value=value, unit="ms", target=target)


async def fill(nc: Client, project: str, count: int) -> list[str]:
    """So many documents of exports that have failed, over the last days; oldest first."""
    js = nc.jetstream(timeout=60, publish_async_max_pending=AT_ONCE)
    begun, ids = now().timestamp() - DAYS * 86_400, list[str]()
    for number in range(count):
        ids.append(made_at(begun + DAYS * 86_400 * number / count))
        identity: dict[str, Any] = {"export_id": ids[-1], "project_id": project}
        identity["platform"] = PLATFORMS[number % len(PLATFORMS)]
        request = msgspec.structs.replace(requested(), **identity)
        end = ExportFailed(**request.identity, stage="build", error=OOPS)
        data = msgspec.json.encode(fold(fold(None, request, 1), end, 2))
        await js.publish_async(EXPORTS_BUCKET.prefix + export_key(project, ids[-1]), data)
        if number % AT_ONCE == 0:
            await js.publish_async_completed()
    await js.publish_async_completed()
    return ids


async def _keys_ms(nc: Client) -> float:
    """What reading all keys of a project takes."""
    documents = await bind_exports(nc.jetstream(timeout=60))
    begun = time.perf_counter()
    await documents.keys(exports_of("many"))
    return (time.perf_counter() - begun) * 1_000


async def _median_ms(caller: Caller, project: str, **query: str) -> float:
    return statistics.median([await _page_ms(caller, project, **query) for _ in range(ROUNDS)])


async def _page_ms(caller: Caller, project: str, **query: str) -> float:
    begun = time.perf_counter()
    status, _ = await caller.call("GET", f"/api/projects/{project}/export", params=query)
    assert status == 200
    return (time.perf_counter() - begun) * 1_000
