"""What was built once is not built again: a packager, an uploader and what the two agree on."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
import uuid_utils
from nats.js.errors import KeyNotFoundError

from services.packager.handler import PackagerHandler
from services.packager.storage.disk_cache import DiskCache
from services.uploader import reuse_responder
from services.uploader.artifact_claims import ArtifactClaims
from services.uploader.gc.sweeper import Sweeper
from services.uploader.handler import UploaderHandler
from services.uploader.reuse_responder import ReuseResponder
from shared.domain import reuse
from shared.domain.events import (
    AnyEvent,
    Event,
    ExportCanceled,
    ExportCompleted,
    ExportPackaged,
    ExportRequested,
    ExportStarted,
    now,
)
from shared.domain.export_document import READY, READY_AGAIN, State, fold
from shared.domain.options import ExportOptions
from shared.domain.reuse import ReuseAnswer, ReuseQuestion
from shared.jetstream import reuse_requests, topology
from shared.jetstream.connection import connect
from shared.jetstream.event_log import EventLog
from shared.jetstream.log_reader import read_lines
from shared.jetstream.reuse_requests import ReuseRequests
from shared.settings import NatsSettings, RetrySettings
from shared.stores.artifacts import artifact_record_key
from shared.stores.build_results import BuildResults
from shared.templates import BUILT
from shared.worker.circuit_breaker import CircuitBreaker
from shared.worker.contract import Consumer
from shared.worker.worker import Worker
from tests.consumers import at_rest
from tests.projects import BUILDS, store
from tests.servers import storage_of

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import AsyncIterator
    from pathlib import Path

    from nats.aio.client import Client
    from nats.aio.msg import Msg

    from shared.domain.options import Platform
    from shared.storage.bucket import Storage
    from tests.servers import Servers

PAGE = b'<!doctype html><html><head><title>Tiny</title></head><img src="/logo.png"></html>'
TTL = timedelta(days=1)


async def nothing() -> None:
    """Every server is there."""


class Farm:
    """A packager and an uploader, each as its own user, until the block around them ends."""

    def __init__(self, nc: Client, storage: Storage, servers: Servers, folder: Path) -> None:
        self.nc = nc
        self.js = nc.jetstream()
        self.events = EventLog(self.js)
        self.storage = storage
        self._servers = servers
        self._folder = folder
        self._stop = asyncio.Event()

    @asynccontextmanager
    async def working(self, *, answering: bool = True) -> AsyncIterator[None]:
        """Both work; an uploader of an older version answers nobody."""
        async with AsyncExitStack() as stack:
            packager = await stack.enter_async_context(self._connected("packager"))
            uploader = await stack.enter_async_context(self._connected("uploader"))
            cache = DiskCache(self._folder / "cache", 1 << 30)
            build = PackagerHandler(
                await stack.enter_async_context(storage_of("packager", self.storage)),
                cache,
                BUILDS,
                BUILT,
                earlier=ReuseRequests(packager),
            )
            bucket = await stack.enter_async_context(storage_of("uploader", self.storage))
            claims = await ArtifactClaims.bind(uploader.jetstream())
            results = await BuildResults.bind(uploader.jetstream())
            upload = UploaderHandler(bucket, claims, results, ttl=TTL)
            responder = ReuseResponder(uploader, bucket, claims, results, ttl=TTL)
            jobs = [
                worker(packager, topology.packager_durable(platform), build).run(self._stop)
                for platform in ("web", "source")
            ]
            jobs.append(worker(uploader, topology.UPLOADER, upload).run(self._stop))
            if answering:
                jobs.append(responder.run(self._stop))
            async with asyncio.TaskGroup() as group:
                for job in jobs:
                    group.create_task(job)
                yield
                self._stop.set()

    @asynccontextmanager
    async def _connected(self, user: str) -> AsyncIterator[Client]:
        nc = await connect(NatsSettings(url=self._servers.nats_url_of(user)), name=user)
        try:
            yield nc
        finally:
            await nc.close()

    async def export(
        self, snapshot: str, platform: Platform = "web", *, project: str = "p1", **more: Any
    ) -> Export:
        """Ask for an export, and wait for its end."""
        event = requested(snapshot, platform, project=project, **more)
        await self.events.publish(event)
        return await self.ended(event)

    async def ended(self, event: Event) -> Export:
        """An export that was asked for, once it has ended."""
        while (await self.events.terminal_event(event)) is None:  # noqa: ASYNC110 - the stream is asked
            await asyncio.sleep(0.02)
        return Export(tuple(found for _, found in await self.events.of(event.export_id)))

    async def asked(self, event: ExportRequested, inputs: str) -> bool:
        """What the uploader answers a packager."""
        question = msgspec.json.encode(ReuseQuestion(event=event, inputs=inputs))
        async with self._connected("packager") as packager:
            answer = await packager.request(topology.REUSE, question, timeout=60)
        return msgspec.json.decode(answer.data, type=ReuseAnswer).completed


class Export(msgspec.Struct, frozen=True):
    """What the stream says of an export."""

    events: tuple[AnyEvent, ...]

    @property
    def completed(self) -> ExportCompleted:
        """Its end."""
        return next(event for event in self.events if isinstance(event, ExportCompleted))

    @property
    def built(self) -> bool:
        """Whether a packager has sent parts for it."""
        return any(isinstance(event, ExportPackaged) for event in self.events)

    @property
    def inputs(self) -> str:
        """What it was built of."""
        return next(str(event.inputs) for event in self.events if isinstance(event, ExportPackaged))

    @property
    def state(self) -> State:
        """What its user sees."""
        document = None
        for seq, event in enumerate(self.events, 1):
            document = fold(document, event, seq)
        assert document is not None
        return document.state


def worker(nc: Client, durable: str, handler: Any) -> Worker[Any]:
    """One that is never in doubt."""
    consumer = Consumer(
        durable=durable,
        event_type=ExportPackaged if durable == topology.UPLOADER else ExportRequested,
        stage="upload" if durable == topology.UPLOADER else "build",
        retry=RetrySettings(base_delay_ms=50),
        worker=f"{durable}-1",
        concurrency=2,
    )
    return Worker(nc, consumer, handler, CircuitBreaker(durable, nothing))


def requested(
    snapshot: str, platform: Platform = "web", *, project: str = "p1", **more: Any
) -> ExportRequested:
    """A new export."""
    return ExportRequested(
        export_id=str(uuid_utils.uuid7()),
        project_id=project,
        user_id="u",
        platform=platform,
        configuration="release",
        options=ExportOptions(**more.pop("options", {})),
        snapshot=snapshot,
        created_at=now(),
        **more,
    )


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine may take its time to answer."""
    monkeypatch.setattr(reuse_requests, "PATIENCE_S", 60.0)
    monkeypatch.setattr(reuse_responder, "FIND_S", 60.0)
    monkeypatch.setattr(reuse_responder, "ANSWER_S", 60.0)


@pytest.fixture
def farm(nc: Client, storage: Storage, servers: Servers, tmp_path: Path) -> Farm:
    """On empty servers."""
    return Farm(nc, storage, servers, tmp_path)


async def test_an_identical_export_ends_from_the_record(farm: Farm) -> None:
    """No build, no part, no minute; its artifact lives longer, and its maker is told."""
    snapshot = await store(farm.storage, {"index.html": PAGE})
    async with farm.working():
        first, second = [await farm.export(snapshot) for _ in range(2)]
    assert (first.built, second.built) == (True, False)
    kinds = [type(event) for event in second.events]
    assert kinds == [ExportRequested, ExportStarted, ExportCompleted]
    assert second.completed.artifact == first.completed.artifact
    assert second.completed.expires_at > first.completed.expires_at
    assert second.state.build_minutes_used == 0 < (first.state.build_minutes_used or 0)
    assert (first.state.current_step, second.state.current_step) == (READY, READY_AGAIN)
    assert second.state.warning_count == first.state.warning_count > 0
    assert second.state.warnings == first.state.warnings
    assert await farm.storage.uploads("") == []
    (packaged,) = (event for event in first.events if isinstance(event, ExportPackaged))
    assert second.completed.built_at == packaged.at
    (line,) = await read_lines(farm.nc, second.state.id)
    assert line.line.message.startswith("Nothing has changed since the same export was built, on 2")


async def test_whoever_wants_a_fresh_build_gets_one(farm: Farm) -> None:
    """And so does whoever asks for anything else."""
    snapshot = await store(farm.storage, {"index.html": PAGE})
    other = await store(farm.storage, {"index.html": PAGE, "new.txt": b"new"})
    async with farm.working():
        await farm.export(snapshot)
        for different in (
            await farm.export(snapshot, fresh=True),
            await farm.export(snapshot, "source"),
            await farm.export(snapshot, options={"app_version": "2.0.0"}),
            await farm.export(other),
        ):
            assert different.built
        assert not (await farm.export(snapshot)).built


async def test_nobody_gets_the_artifact_of_another_project(farm: Farm) -> None:
    """Two projects of the same files have the same snapshot; naming its inputs does not help."""
    mine = await store(farm.storage, {"index.html": PAGE})
    theirs = await store(farm.storage, {"index.html": PAGE}, project_id="p2")
    assert mine == theirs
    async with farm.working():
        first = await farm.export(mine)
        assert not await farm.asked(requested(theirs, project="p2"), first.inputs)
        second = await farm.export(theirs, project="p2")
    assert second.built
    assert second.completed.artifact.key.startswith("projects/p2/")


async def _object_gone(farm: Farm, first: Export) -> None:
    await farm.storage.delete([first.completed.artifact.key])


async def _expired_and_swept(farm: Farm, first: Export) -> None:
    await _change(farm, first, expires_at=now())
    assert (await _sweep(farm))["artifact"] == 1


async def _being_deleted(farm: Farm, first: Export) -> None:
    """Its sweeper has died after its mark; another one comes."""
    await _change(farm, first, state="deleting")
    assert not await farm.asked(requested("0" * 64), first.inputs)
    assert (await _sweep(farm))["artifact"] == 1


async def _bucket_lost(farm: Farm, _first: Export) -> None:
    await farm.js.delete_stream(topology.BUILD_RESULTS_BUCKET.stream)


async def _change(farm: Farm, export: Export, **fields: Any) -> None:
    claims = await ArtifactClaims.bind(farm.js)
    await claims.records.change(
        artifact_record_key("p1", export.completed.artifact.key),
        lambda found: msgspec.structs.replace(found, **fields) if found else None,
    )


async def _sweep(farm: Farm) -> Counter[str]:
    async with storage_of("uploader", farm.storage) as own:
        sweeper = await Sweeper.bind(farm.js, own, grace=timedelta(hours=1))
        return await sweeper.sweep()


@pytest.mark.parametrize("lose", [_object_gone, _expired_and_swept, _being_deleted, _bucket_lost])
async def test_what_is_lost_is_built_again(farm: Farm, lose: Any) -> None:
    """Whatever has become of the first artifact, the second export ends as well as the first."""
    snapshot = await store(farm.storage, {"index.html": PAGE})
    async with farm.working():
        first = await farm.export(snapshot)
        await lose(farm, first)
        second = await farm.export(snapshot)
    assert second.built
    assert second.completed.artifact == first.completed.artifact
    assert await farm.storage.head(second.completed.artifact.key)


async def test_an_uploader_that_cannot_answer_is_not_waited_for(farm: Farm) -> None:
    """One of an older version: the server says at once that nobody listens."""
    snapshot = await store(farm.storage, {"index.html": PAGE})
    async with farm.working(answering=False):
        exports = [await farm.export(snapshot) for _ in range(2)]
    assert [export.built for export in exports] == [True, True]


async def test_whoever_was_not_answered_builds_and_does_not_ask_again(
    farm: Farm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An uploader that dies with a question in its hands costs one export its patience."""
    monkeypatch.setattr(reuse_requests, "PATIENCE_S", 0.1)
    snapshot = await store(farm.storage, {"index.html": PAGE})
    asked: list[Msg] = []

    async def die(question: Msg) -> None:
        asked.append(question)

    await farm.nc.subscribe(topology.REUSE, cb=die)
    async with farm.working(answering=False):
        exports = [await farm.export(snapshot) for _ in range(2)]
    assert [export.built for export in exports] == [True, True]
    assert len(asked) == 1


async def test_an_answer_that_is_lost_costs_a_build_and_nothing_else(
    farm: Farm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The uploader has died behind its completion: the export keeps that one end."""
    told = ReuseRequests.completed

    async def lost(requests: ReuseRequests, event: ExportRequested, inputs: str) -> bool:
        assert await told(requests, event, inputs)
        return False

    snapshot = await store(farm.storage, {"index.html": PAGE})
    async with farm.working():
        await farm.export(snapshot)
        monkeypatch.setattr(ReuseRequests, "completed", lost)
        second = await farm.export(snapshot)
        await at_rest(farm.js, topology.packager_durable("web"))
        await at_rest(farm.js, topology.UPLOADER)
        built = await farm.ended(second.events[0])
    assert (second.built, built.built) == (False, True)
    assert built.completed == second.completed
    assert built.state.current_step == READY_AGAIN


async def test_a_cancel_that_came_first_stays(farm: Farm) -> None:
    """Nothing is completed over it: the packager is told to build, and stops by the cancel."""
    snapshot = await store(farm.storage, {"index.html": PAGE})
    async with farm.working():
        first = await farm.export(snapshot)
        event = requested(snapshot, "linux")  # which nobody builds here
        await farm.events.publish(event)
        await farm.events.publish(ExportCanceled(**event.identity, reason="enough"))
        assert not await farm.asked(event, first.inputs)
    assert (await farm.ended(event)).state.status == "canceled"
    (line,) = await read_lines(farm.nc, event.export_id)
    assert line.line.message.endswith("its artifact is there already.")  # true all the same


async def test_an_answer_comes_before_packagers_give_up(
    farm: Farm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long the stream takes: what it takes later ends the export all the same."""

    async def never(*_: object, **__: object) -> None:
        await asyncio.Event().wait()

    snapshot = await store(farm.storage, {"index.html": PAGE})
    async with farm.working():
        first = await farm.export(snapshot)
        monkeypatch.setattr(EventLog, "publish_first", never)
        monkeypatch.setattr(reuse_responder, "ANSWER_S", 1.0)
        assert not await farm.asked(requested(snapshot), first.inputs)
    assert reuse.PATIENCE_S > reuse.ANSWER_S


async def test_an_uploader_that_stops_answers_what_has_come_in(
    farm: Farm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rolling restart leaves no packager waiting."""
    came, go_on, stop = asyncio.Event(), asyncio.Event(), asyncio.Event()
    answer = ReuseResponder._on_question

    async def held_up(responder: ReuseResponder, message: Msg) -> None:
        came.set()
        await go_on.wait()
        await answer(responder, message)

    monkeypatch.setattr(ReuseResponder, "_on_question", held_up)
    claims, results = await ArtifactClaims.bind(farm.js), await BuildResults.bind(farm.js)
    responder = ReuseResponder(farm.nc, farm.storage, claims, results, ttl=TTL)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(responder.run(stop))
        await asyncio.sleep(0)  # it listens
        asked = [
            group.create_task(farm.nc.request(topology.REUSE, b"of a later version", timeout=60))
            for _ in range(2)
        ]
        await came.wait()
        stop.set()
        await asyncio.sleep(0.1)  # it has stopped listening
        go_on.set()
        await running
        assert len([await one for one in asked]) == 2


async def test_many_at_once_share_one_artifact(farm: Farm) -> None:
    """All end from the record, each once."""
    snapshot = await store(farm.storage, {"index.html": PAGE})
    async with farm.working():
        first = await farm.export(snapshot)
        again = await asyncio.gather(*(farm.export(snapshot) for _ in range(8)))
    assert not any(export.built for export in again)
    assert {export.completed.artifact.key for export in again} == {first.completed.artifact.key}
    claims = await ArtifactClaims.bind(farm.js)
    record = await claims.records.get(artifact_record_key("p1", first.completed.artifact.key))
    assert record is not None
    assert record.value.expires_at == max(export.completed.expires_at for export in again)


async def test_a_record_ends_by_itself_with_its_artifact(farm: Farm) -> None:
    """So no sweep ever looks at one: it is done although their bucket is gone."""
    snapshot = await store(farm.storage, {"index.html": PAGE})
    async with farm.working():
        first = await farm.export(snapshot)
    bucket = await farm.js.key_value(topology.BUILD_RESULTS_BUCKET.name)
    (key,) = await bucket.keys()
    message = await farm.js.get_last_msg(
        topology.BUILD_RESULTS_BUCKET.stream, f"$KV.{topology.BUILD_RESULTS_BUCKET.name}.{key}"
    )
    lives_s = int((message.headers or {})["Nats-TTL"])
    assert 0 <= lives_s - (first.completed.expires_at - now()).total_seconds() < 120
    results = await BuildResults.bind(farm.js)
    inputs = key.removeprefix("p1.")
    found = await results.find("p1", inputs)
    assert found is not None
    await results.keep("p1", inputs, found, until=now())
    while await results.find("p1", inputs):  # noqa: ASYNC110 - the server has its own clock
        await asyncio.sleep(0.1)
    with pytest.raises(KeyNotFoundError):
        await bucket.get(key)
    async with storage_of("uploader", farm.storage) as own:
        sweeper = await Sweeper.bind(farm.js, own, grace=timedelta(hours=1))
        await farm.js.delete_stream(topology.BUILD_RESULTS_BUCKET.stream)
        assert not +(await sweeper.sweep())
