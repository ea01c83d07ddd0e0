"""One trace from the request to the end over all services, read back by a receiver of OTLP."""

from __future__ import annotations

import asyncio
import os
import signal
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from cli.project_folder import read_folder
from shared.domain.events import ExportStarted
from shared.jetstream.event_log import EventLog
from shared.storage.bucket import open_storage
from tests.chaos.stories import connected
from tests.chaos.world import SERVICES, world
from tests.pushing import push_folder
from tests.tracing.receiver import receiving
from tests.tracing.waterfall import waterfall

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cli.api_client import Client
    from shared.storage.bucket import Storage
    from tests.chaos.world import World
    from tests.tracing.receiver import Received, Receiver

CALLER, CALLERS_SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
UNSAMPLED = "5bf92f3577b34da6a3ce929d0e0e4736"
PACKAGERS = ("packager-1", "packager-2")
PATIENCE_S = 300.0  # far beyond what any machine takes
ONE_TICK_S = 0.002  # what clocks may differ by between two readings


def _game(folder: Path) -> Path:
    folder.mkdir()
    (folder / "index.html").write_text("<!doctype html><title>Traced</title><p>Traced")
    (folder / "data.bin").write_bytes(os.urandom(300_000))
    return folder


async def _ended(client: Client, path: str, generation: int) -> dict[str, Any]:
    while True:
        state: dict[str, Any] = (await client.get(path))["export"]
        if state["generation"] == generation and state["completedAt"]:
            return state
        await asyncio.sleep(0.2)


async def _taken(storage: Storage, project: str) -> dict[str, bytes]:
    """The storage loses a project's files."""
    names = [
        item.key
        async for item in storage.objects(f"projects/{project}/")
        if "/snapshots/" not in item.key
    ]
    lost = {name: await storage.get(name) for name in names}
    await storage.delete(names)
    return lost


def _signal(here: World, name: str, number: int) -> None:
    os.killpg(here.children[name].pid, number)


async def _worker_killed(here: World, events: EventLog, client: Client, body: Any) -> str:
    """An export whose first worker dies in the middle; its path."""
    for name in PACKAGERS:
        _signal(here, name, signal.SIGSTOP)
    made = await client.send(
        "POST",
        "/api/projects/traced/export",
        body,
        traceparent=f"00-{CALLER}-{CALLERS_SPAN}-01",
        tracestate="vendor=a",
    )
    _signal(here, "s3", signal.SIGSTOP)
    for name in PACKAGERS:
        _signal(here, name, signal.SIGCONT)
    export_id = made["export"]["id"]
    while not (worker := await _worker_of(events, export_id)):  # noqa: ASYNC110 - of the stream
        await asyncio.sleep(0.1)
    (victim,) = [name for name in PACKAGERS if worker.endswith(f"-{here.children[name].pid}")]
    here.kill(victim)
    _signal(here, "s3", signal.SIGCONT)
    return f"/api/projects/traced/export/{export_id}"


async def _worker_of(events: EventLog, export_id: str) -> str:
    found = [event for _, event in await events.of(export_id) if isinstance(event, ExportStarted)]
    return found[-1].worker if found else ""


async def _seen(
    receiver: Receiver, trace_id: str, check: Callable[[list[Received]], None]
) -> list[Received]:
    """A trace once it is as it should be: every process sends its spans when it likes."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + PATIENCE_S
    while True:
        spans = receiver.of(trace_id)
        try:
            check(spans)
        except (AssertionError, IndexError, ValueError):
            if loop.time() > deadline:
                raise
        else:
            return spans
        await asyncio.sleep(0.2)


def _check_whole(spans: list[Received], root_parent: str) -> None:
    """Every span hangs on another one of its trace, and none begins before that."""
    by_id = {span.span_id: span for span in spans}
    assert len(by_id) == len(spans), "two spans have one id"
    roots = [span for span in spans if span.parent_id not in by_id]
    assert [span.parent_id for span in roots] == [root_parent], waterfall(spans)
    for span in spans:
        assert span.began <= span.ended, span
        parent = by_id.get(span.parent_id)
        assert parent is None or parent.began <= span.began + ONE_TICK_S, waterfall(spans)
        if parent is not None and parent.name.startswith(("build", "upload")):
            inside = span.service == parent.service and "wait" not in span.name
            assert not inside or span.ended <= parent.ended + ONE_TICK_S, waterfall(spans)


def _named(spans: list[Received], name: str) -> list[Received]:
    return [span for span in spans if span.name == name]


def _check_first(spans: list[Received]) -> None:
    """An attempt that died, one that failed, and the end."""
    _check_whole(spans, CALLERS_SPAN)
    lost, failed = _named(spans, "build web")
    assert (lost.error, lost.attributes["error.type"]) == (True, "worker-lost")
    assert (failed.error, failed.attributes["error.type"]) == (True, "object-lost")
    assert failed.links == [(CALLER, lost.span_id)]
    assert failed.attributes["aethel.outcome"] == "dead-lettered"
    (again,) = _named(spans, "retry wait")
    # Whatever the dead one had not sent yet is lost with it.
    assert all(waited.ended <= lost.began + ONE_TICK_S for waited in _named(spans, "queue wait"))
    assert lost.ended <= failed.began
    assert again.ended <= failed.began + ONE_TICK_S
    folds = Counter(span.name for span in spans if span.service == "status")
    assert folds == {
        "fold requested": 1,
        "fold started": 2,
        "fold attempt-failed": 1,
        "fold failed": 1,
        "export failed": 1,
    }


def _check_second(spans: list[Received], first: list[Received]) -> None:
    """An operator's request, linked to where the first trace had come to, and all stages."""
    _check_whole(spans, "")
    (replay,) = _named(spans, "replay")
    (linked,) = replay.links
    assert linked[0] == CALLER
    assert linked[1] in {span.span_id for span in first}
    order = ("queue wait", "build web", "fetch", "plan", "pack", "handover", "upload web", "commit")
    stages = {name: _named(spans, name)[0] for name in order}
    assert stages["build web"].links == []
    assert stages["plan"].ended <= stages["pack"].began + ONE_TICK_S
    assert stages["pack"].ended <= stages["build web"].ended + ONE_TICK_S
    assert stages["handover"].began <= stages["handover"].ended <= stages["upload web"].ended
    calls = Counter(span.name for span in spans if span.name.startswith("S3/"))
    assert calls["S3/CreateMultipartUpload"] == calls["S3/CompleteMultipartUpload"] == 1
    assert calls["S3/UploadPart"] >= 1
    _check_everybody(spans)


def _check_everybody(spans: list[Received]) -> None:
    """Each service has its part in it, and it has one end."""
    assert {span.service for span in spans} == {"gateway", "packager", "uploader", "status"}
    assert len(_named(spans, "export completed")) == 1


def _check_private(spans: list[Received]) -> None:
    """No secret, no presigned URL, nothing that a user has written; nothing without bounds."""
    for span in spans:
        for name, value in span.attributes.items():
            text = str(value)
            assert len(text) <= 256, (span, name)
            assert "X-Amz" not in text, (span, name)
            assert "Bearer" not in text, (span, name)
            assert "://" not in text, (span, name)
            assert "index.html" not in text, (span, name)


@pytest.mark.timeout(1_800)
async def test_a_trace_follows_an_export_through_a_death_a_failure_and_a_replay(
    tmp_path: Path,
) -> None:
    """Every span has its place; a collector that goes away is told of once, and costs nothing."""
    body, game = {"platform": "web"}, _game(tmp_path / "traced")
    with receiving() as receiver:
        async with (
            world(
                tmp_path / "world",
                OTEL_EXPORTER_OTLP_ENDPOINT=receiver.url,
                OTEL_BSP_SCHEDULE_DELAY="200",
                BUILD_QUEUE_MAX_ATTEMPTS="1",
            ) as (here, nc),
            open_storage(here.s3_settings) as storage,
            connected(here) as (client, operator),
        ):
            events = EventLog(nc.jetstream())
            await push_folder(client, "traced", read_folder(game))
            lost = await _taken(storage, "traced")
            path = await _worker_killed(here, events, client, body)
            state = await _ended(client, path, 1)
            assert (state["status"], state["traceId"]) == ("failed", CALLER)
            first = await _seen(receiver, CALLER, _check_first)

            for key, data in lost.items():
                await storage.put(key, data)
            letter = state["deadLetter"]
            await operator.send("POST", f"/api/admin/dead-letters/{letter}/replay", {})
            state = await _ended(client, path, 2)
            assert state["status"] == "completed"
            second_id, check_second = state["traceId"], partial(_check_second, first=first)
            second = await _seen(receiver, second_id, check_second)
            (tmp_path / "waterfall.txt").write_text(f"{waterfall(first)}\n{waterfall(second)}")

            await _unsampled(client, receiver, body)
            _check_first(receiver.of(CALLER))  # nothing came too late, or twice
            check_second(receiver.of(second_id))
            _check_private(receiver.spans)
            await _without_collector(here, client, receiver, body)


async def _unsampled(client: Client, receiver: Receiver, body: Any) -> None:
    """A caller that does not sample has decided for us; its id is kept all the same."""
    made = await client.send(
        "POST",
        "/api/projects/traced/export",
        {**body, "configuration": "debug"},
        traceparent=f"00-{UNSAMPLED}-{CALLERS_SPAN}-00",
    )
    path = f"/api/projects/traced/export/{made['export']['id']}"
    assert (await _ended(client, path, 1))["traceId"] == UNSAMPLED
    sampled = await client.send("POST", "/api/projects/traced/export", body)
    path = f"/api/projects/traced/export/{sampled['export']['id']}"
    state = await _ended(client, path, 1)
    await _seen(receiver, state["traceId"], _check_everybody)  # they send in order
    assert receiver.of(UNSAMPLED) == []


async def _without_collector(here: World, client: Client, receiver: Receiver, body: Any) -> None:
    """Exports go on; each service tells it once."""
    receiver.stop()
    for _ in range(3):
        made = await client.send("POST", "/api/projects/traced/export", body)
        path = f"/api/projects/traced/export/{made['export']['id']}"
        assert (await _ended(client, path, 1))["status"] == "completed"
    logs = {name: here.folder / f"logs/{name}.log" for name in SERVICES}
    gateway = logs["gateway"]
    while "tracing.collector-away" not in gateway.read_text():  # noqa: ASYNC110 - a file
        await asyncio.sleep(0.5)
    for log in logs.values():
        assert log.read_text().count("tracing.collector-away") <= 1, log
        assert "Traceback" not in log.read_text().partition("tracing.collector-away")[2], log
