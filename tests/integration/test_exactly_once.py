"""The whole way with two of everything, and every message twice."""

from __future__ import annotations

import asyncio
import hashlib
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from services.packager.handler import PackagerHandler
from services.packager.storage.disk_cache import DiskCache
from services.status.projector import Projector
from services.uploader.artifact_claims import ArtifactClaims
from services.uploader.cancel_acknowledger import CancelAcknowledger
from services.uploader.handler import UploaderHandler
from shared.domain.events import (
    ExportPackaged,
    ExportRequested,
    ExportStopped,
    TerminalEvent,
    encode_event,
)
from shared.domain.export_document import Document
from shared.domain.progress import Progress
from shared.jetstream import topology
from shared.jetstream.event_log import EventLog
from shared.jetstream.key_value import KeyValueStore
from shared.settings import RetrySettings
from shared.storage import keys
from shared.stores.build_results import BuildResults
from shared.stores.quota import Quota
from shared.worker.circuit_breaker import CircuitBreaker
from shared.worker.contract import Consumer
from shared.worker.worker import Worker
from tests.integration.gateway.conftest import gateway  # noqa: F401 - a fixture
from tests.projects import BUILDS
from tests.servers import storage_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine
    from pathlib import Path

    from nats.aio.client import Client

    from shared.storage.bucket import Storage
    from tests.integration.gateway.conftest import Caller, Gateway

EXPORTS = "/api/projects/game/export"
QUICK = RetrySettings(base_delay_ms=50)


async def nothing() -> None:
    """Every server is there."""


def worker(nc: Client, durable: str, stage: Any, handler: Any, name: str) -> Worker[Any]:
    """One that is never in doubt."""
    kind = ExportRequested if stage == "build" else ExportPackaged
    consumer = Consumer(
        durable=durable, event_type=kind, stage=stage, retry=QUICK, worker=name, concurrency=2
    )
    return Worker(nc, consumer, handler, CircuitBreaker(durable, nothing))


@asynccontextmanager
async def everything(nc: Client, storage: Storage, cache: Path) -> AsyncIterator[None]:
    """Two packagers, two uploaders, two status services."""
    js, stop = nc.jetstream(), asyncio.Event()
    claims, _quota = await ArtifactClaims.bind(js), await Quota.bind(js)
    results = await BuildResults.bind(js)
    await KeyValueStore.bind(js, "exports", Document)
    jobs: list[Coroutine[Any, Any, None]] = []
    own = AsyncExitStack()
    packagers = await own.enter_async_context(storage_of("packager", storage))
    uploaders = await own.enter_async_context(storage_of("uploader", storage))
    for number in (1, 2):
        build = PackagerHandler(
            packagers,
            DiskCache(cache / str(number), 1 << 30),
            BUILDS,
            cache / "no-templates",
        )
        upload = UploaderHandler(uploaders, claims, results, ttl=timedelta(days=1))
        durable = topology.packager_durable("source")
        jobs += [
            worker(nc, durable, "build", build, f"p{number}").run(stop),
            worker(nc, topology.UPLOADER, "upload", upload, f"u{number}").run(stop),
            CancelAcknowledger(js, uploaders).run(stop),
            (await Projector.bind(js)).run(stop),
        ]
    async with own, asyncio.TaskGroup() as group:
        for job in jobs:
            group.create_task(job)
        yield
        stop.set()


class Watcher:
    """Sees what the streams have taken: every progress, and every event, which it repeats."""

    def __init__(self, nc: Client) -> None:
        self._nc = nc
        self._repeated: set[bytes] = set()
        self.percents: dict[tuple[str, int], list[float]] = {}

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """While the block lasts."""
        js = self._nc.jetstream()
        told = await js.subscribe(
            "progress.*", stream=topology.PROGRESS, ordered_consumer=True, cb=self._progress
        )
        events = await js.subscribe(
            "exports.*.*.*", stream=topology.EXPORTS, ordered_consumer=True, cb=self._event
        )
        yield
        await told.unsubscribe()
        await events.unsubscribe()

    async def _progress(self, message: Any) -> None:
        found = msgspec.json.decode(message.data, type=Progress)
        self.percents.setdefault((found.export_id, found.generation), []).append(found.percent)

    async def _event(self, message: Any) -> None:
        """The same bytes without their message id: beyond every window."""
        if message.data not in self._repeated:
            self._repeated.add(message.data)
            await self._nc.jetstream().publish(message.subject, message.data)


async def asked(ann: Caller, number: int) -> str:
    """The same request three times at once: one export."""
    headers = {"Idempotency-Key": f"k{number}"}
    body = {"platform": "source", "options": {"appName": f"Game {number}"}}
    calls = [ann.call("POST", EXPORTS, json=body, headers=headers) for _ in range(3)]
    answers = await asyncio.gather(*calls)
    assert {status for status, _ in answers} == {202}
    (export_id,) = {answer["export"]["id"] for _, answer in answers}
    return str(export_id)


async def settled(ann: Caller, ids: list[str]) -> list[dict[str, Any]]:
    """All states once all exports have ended, with their receipts, and all minutes are settled."""
    while True:
        states = [(await ann.call("GET", f"{EXPORTS}/{i}"))[1]["export"] for i in ids]
        quota = (await ann.call("GET", "/api/quota"))[1]
        ended = all(state["completedAt"] for state in states)
        waits = any(s["cancelReceipt"] and not s["cancelReceipt"]["stoppedAt"] for s in states)
        if ended and not waits and quota["reserved"] == 0:
            return states
        await asyncio.sleep(0.1)


async def test_everything_twice_is_once(
    gateway: Gateway,  # noqa: F811 - the fixture
    tmp_path: Path,
) -> None:
    """Requests, deliveries, events, retries, cancels.

    One artifact, one end for each generation, minutes once, progress that never falls, and all
    surfaces tell the same.
    """
    ann = gateway.user("ann")
    await ann.push("game", {"index.html": b"<p>", "big.bin": bytes(3 << 20)})
    watcher = Watcher(gateway.nc)
    async with everything(gateway.nc, gateway.storage, tmp_path), watcher.watching():
        ids = await asyncio.gather(*(asked(ann, number) for number in range(8)))
        for export_id in ids[:4]:
            path = f"{EXPORTS}/{export_id}/cancel"
            await asyncio.gather(*(ann.call("POST", path) for _ in range(2)))
            await asyncio.sleep(0.1)
        await settled(ann, ids)
        for export_id in ids[:2]:
            path = f"{EXPORTS}/{export_id}/retry"
            await asyncio.gather(*(ann.call("POST", path) for _ in range(3)))
        states = await settled(ann, ids)
        events = {i: [f for _, f in await EventLog(gateway.nc.jetstream()).of(i)] for i in ids}
    for state in states:
        known = events[state["id"]]
        for generation in range(1, state["generation"] + 1):
            ends = {
                encode_event(f)
                for f in known
                if isinstance(f, TerminalEvent) and f.generation == generation
            }
            assert len(ends) == 1
        if state["status"] == "canceled":
            assert any(isinstance(event, ExportStopped) for event in known)
        else:
            assert state["status"] == "completed"
            artifact = next(f.artifact for f in known if isinstance(f, ExportPackaged))
            stored = await gateway.storage.get(artifact.key)
            assert hashlib.sha256(stored).hexdigest() == state["sha256"]
    assert {state["status"] for state in states[4:]} == {"completed"}
    for percents in watcher.percents.values():
        assert percents == sorted(percents)
    terminal_events = [
        next(f for f in events[i] if isinstance(f, TerminalEvent) and f.generation == g)
        for i in ids
        for g in {f.generation for f in events[i]}
    ]
    used = (await ann.call("GET", "/api/quota"))[1]["used"]
    assert used == pytest.approx(
        sum(terminal_event.build_minutes for terminal_event in terminal_events)
    )
    prefix = keys.artifacts("game")
    assert await gateway.storage.uploads(prefix) == []
