"""One export's story, read from the logs of a real stack alone."""

from __future__ import annotations

import json
import os
import re
import signal
import time
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from cli import api_client as api
from cli.commands.options import project_id_of
from cli.local.environment import SERVICES
from cli.story.lines import story
from shared.jetstream import topology
from shared.jetstream.connection import connect
from shared.jetstream.permissions import OPERATOR
from shared.settings import NatsSettings
from tests.e2e.conftest import Up, works_on

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cli.local.state import StackState

DOCUMENT = (Path(__file__).parents[2] / "docs/logs.md").read_text()
ACK_WAIT_S = 3.0  # a dead worker is noticed sooner than in production
CONTEXT = {"event", "level", "timestamp", "service", "export_id", "project_id", "generation"} | {
    *("trace_id", "attempt", "consumer")
}
AT_ANY_TIME = {"stage.ended", "socket.opened", "socket.closed"}
WHERE_IT_HANGS = "upload.not-aborted"  # a canceled build may have begun its upload, or not


def process_of(data: Path, command: bytes) -> int:
    """The process of a stack that runs a command."""
    (found,) = [
        int(process.name)
        for process in Path("/proc").glob("[0-9]*")
        if works_on(process, data) and command in (process / "cmdline").read_bytes()
    ]
    return found


def wait_for(up: Up, export_id: str, event: str, **keys: Any) -> None:
    """Wait for a line of an export; the test's own time-out bounds it."""
    logs = [up.data / f"logs/{service}.log" for service in SERVICES]
    while True:
        texts = chain.from_iterable(log.read_text().splitlines() for log in logs)
        told = [line.keys for line in story(texts, export_id)]
        if any(line["event"] == event and keys.items() <= line.items() for line in told):
            return
        time.sleep(0.1)


def lines(up: Up, wanted: str) -> list[dict[str, Any]]:
    """The story of an export, or a trace, as the command finds it."""
    told = up.cli("logs", wanted, "--service", "--json", AETHEL_EXPORT_DATA=str(up.data))
    return [json.loads(line) for line in told.stdout.splitlines()]


async def notice_deaths_sooner(stack: StackState) -> None:
    """A worker that is killed is found missing within seconds."""
    nc = await connect(NatsSettings(url=stack.env["NATS_URL"]), name=OPERATOR)
    for consumer in topology.CONSUMERS:
        await nc.jetstream().add_consumer(topology.EXPORTS, consumer.evolve(ack_wait=ACK_WAIT_S))
    await nc.close()


def keys_of(event: str) -> set[str]:
    """What the table says that a line of this event has."""
    (row,) = re.findall(rf"^\| `{re.escape(event)}` \|.*$", DOCUMENT, re.MULTILINE)
    return set(re.findall("`([a-z0-9_]+)`", row.split(" | ", 4)[4]))


def one_whose_worker_is_killed(up: Up, project: str, out: Path) -> str:
    """Its first worker dies at work; it is downloaded in the end."""
    with at_work(up, project, "source") as export_id:
        os.kill(process_of(up.data, b"services.packager\0"), signal.SIGKILL)
    wait_for(up, export_id, "export.ended")
    assert up.cli("download", export_id, "-o", str(out)).returncode == 0
    return export_id


async def one_that_is_canceled(up: Up, stack: StackState, project: str) -> str:
    """At work; then it is started again, and again although it has completed."""
    with at_work(up, project, "web") as export_id:
        async with api.connect(stack.gateway_url, stack.token) as client:
            await client.act(f"/api/projects/{project}/export/{export_id}/cancel")
        wait_for(up, export_id, "cancel.acknowledged")
    assert up.cli("retry", export_id, "--wait").returncode == 0
    wait_for(up, export_id, "export.ended", generation=2)
    assert up.cli("retry", export_id).returncode != 0
    return export_id


@contextmanager
def at_work(up: Up, project: str, platform: str) -> Iterator[str]:
    """An export whose attempt lasts as long as the block: nothing can be fetched."""
    storage = process_of(up.data, b"weed")
    with up.frozen("packager"):
        export_id = up.json("export", project, "--platform", platform)["export"]["id"]
        os.kill(storage, signal.SIGSTOP)
    try:
        wait_for(up, export_id, "attempt.started")
        yield export_id
    finally:
        os.kill(storage, signal.SIGCONT)


@pytest.mark.timeout(600)  # a whole stack, and a worker that is killed
async def test_the_story_of_an_export(tmp_path: Path, game: Path) -> None:
    """A worker killed, a retry, a cancel, a second generation: complete and in order."""
    up = Up(tmp_path / "data", tmp_path / "log", BUILD_QUEUE_RETRY_BASE_DELAY_MS="100")
    stack = up.ready()
    try:
        await notice_deaths_sooner(stack)
        project = project_id_of(game)
        assert up.cli("push", str(game)).returncode == 0
        first = one_whose_worker_is_killed(up, project, tmp_path / "out")
        canceled = await one_that_is_canceled(up, stack, project)
    finally:
        up.stop()
    one, second = lines(up, first), lines(up, canceled)
    in_words = up.cli("logs", first, "--service", AETHEL_EXPORT_DATA=str(up.data)).stdout
    assert told(one) == {
        "gateway": ["export.accepted", "download.link-made"],
        "packager": ["attempt.started", "worker.lost", "attempt.started", "export.packaged"],
        "uploader": ["attempt.started", "export.committed"],
        "status": ["export.ended"],
    }
    assert [line["attempt"] for line in one if line["event"] == "attempt.started"] == [1, 2, 1]
    assert told(second) == {
        "gateway": [
            "export.accepted",
            "export.cancel-requested",
            "export.retried",
            "request.refused",
        ],
        "packager": [
            "attempt.started",
            "cancel.acknowledged",
            "attempt.started",
            "export.packaged",
        ],
        "uploader": ["attempt.started", "export.committed"],
        "status": ["export.ended", "export.ended"],
    }
    ends = [line["outcome"] for line in second if line["event"] == "export.ended"]
    assert ends == ["canceled", "completed"]
    for line in (*one, *second):
        about = {"export_id", "project_id", "trace_id", "service"}
        assert about <= line.keys(), line
        assert line["event"] == "request.refused" or "generation" in line
        assert line.keys() - CONTEXT <= keys_of(line["event"]), line
    packager = [line for line in one if line["service"] == "packager"]
    assert {"reading", "packing"} <= {line.get("stage") for line in packager}
    assert "the worker of the last attempt has died" in in_words
    assert "the export is completed" in in_words


def told(lines: list[dict[str, Any]]) -> dict[str, list[str]]:
    """What each service says, in order; what comes at any time is left out.

    What follows from an event may be told by another service before the first has told of it.
    """
    found: dict[str, list[str]] = {}
    for line in lines:
        if line["event"] not in {*AT_ANY_TIME, WHERE_IT_HANGS}:
            found.setdefault(line["service"], []).append(line["event"])
    return found
