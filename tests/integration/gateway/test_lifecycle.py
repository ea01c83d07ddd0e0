from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from shared.domain.events import (
    Artifact,
    ExportCanceled,
    ExportCompleted,
    ExportFailed,
    ExportPackaged,
    ExportRequested,
    ExportStarted,
    Failure,
    TerminalEvent,
    now,
)
from shared.domain.export_document import Document, fold
from shared.domain.progress import LogLine
from shared.jetstream.event_log import EventLog
from shared.jetstream.key_value import KeyValueStore
from shared.storage import keys
from tests.integration.uploader.test_handler import packaged as upload_parts

if TYPE_CHECKING:
    from shared.domain.events import AnyEvent
    from tests.integration.gateway.conftest import Caller, Gateway

EXPORTS = "/api/projects/game/export"
MINE = Failure(code="project-invalid", message="A scene names what is not there.")
OOPS = Failure(code="oops", message="Try again.", retryable=True)


class Export:
    """An export, its user, and what workers say of it."""

    def __init__(self, gateway: Gateway, user: Caller, export_id: str) -> None:
        self.gateway = gateway
        self.user = user
        self.id = export_id
        self.events = EventLog(gateway.nc.jetstream())

    async def identity(self) -> dict[str, Any]:
        """Of its newest event."""
        found = await self.events.last(self.id)
        assert found is not None
        return found[1].identity

    async def tell(self, kind: type[AnyEvent], **fields: Any) -> None:
        """Publish an event of the current generation."""
        await self.events.publish(kind(**await self.identity(), **fields))

    async def started(self, stage: str = "build") -> None:
        """A worker has begun."""
        await self.tell(ExportStarted, stage=stage, attempt=1, worker="w")

    async def failed(self, stage: str = "build") -> None:
        """And could not go on."""
        await self.tell(ExportFailed, stage=stage, error=OOPS, dead_letter="1")

    async def packaged(self) -> ExportPackaged:
        """Real parts wait for the uploader."""
        made = await upload_parts(self.gateway.storage, b"artifact")
        fields = {"artifact": made.artifact, "upload": made.upload, "build_s": made.build_s}
        await self.tell(ExportPackaged, **fields)
        return made

    async def completed(self, lives: timedelta = timedelta(days=1)) -> None:
        """It can be downloaded."""
        artifact = Artifact(
            key="k",
            file_name="game.zip",
            content_type="application/zip",
            size_bytes=8,
            sha256="0" * 64,
            crc32c="AAAAAA==",
        )
        await self.tell(ExportCompleted, artifact=artifact, expires_at=now() + lives, build_s=61)

    async def post(self, act: str, **options: Any) -> tuple[int, Any]:
        """Retry or cancel."""
        return await self.user.call("POST", f"{EXPORTS}/{self.id}/{act}", **options)

    async def state(self) -> dict[str, Any]:
        """As its user reads it."""
        _, body = await self.user.call("GET", f"{EXPORTS}/{self.id}")
        shown: dict[str, Any] = body["export"]
        return shown

    async def start_events(self) -> list[AnyEvent]:
        """Of all generations."""
        return [
            event
            for _, event in await self.events.of(self.id)
            if isinstance(event, ExportRequested)
            or (isinstance(event, ExportPackaged) and event.restart)
        ]


@pytest.fixture
async def export(gateway: Gateway) -> Export:
    """A queued export of a project with one file."""
    ann = gateway.user("ann")
    await ann.push("game", {"index.html": b"<p>"})
    _, made = await ann.call("POST", EXPORTS, json={"platform": "web", "options": {"appName": "X"}})
    return Export(gateway, ann, made["export"]["id"])


async def test_a_failed_build_is_built_again_under_the_same_id(export: Export) -> None:
    """The next generation with the same request; attempts and errors are gone, the log is not."""
    await export.started()
    line = LogLine(generation=1, level="info", message="it went wrong")
    await export.gateway.nc.jetstream().publish(f"logs.{export.id}", events_json(line))
    await export.failed()
    before = await export.state()
    assert (before["canRetry"], before["retryDisabledReason"]) == (True, None)
    status, body = await export.post("retry")
    assert (status, body["success"]) == (202, True)
    assert (body["export"]["id"], body["export"]["status"]) == (export.id, "queued")
    assert body["websocketUrl"].startswith("ws://status/export/" + export.id)
    state = await export.state()
    assert (state["generation"], state["attempts"], state["error"]) == (2, 0, None)
    assert (state["options"]["appName"], state["createdAt"]) == ("X", before["createdAt"])
    assert any("it went wrong" in text for text in state["logs"])
    first, second = await export.start_events()
    assert isinstance(second, ExportRequested)
    assert isinstance(first, ExportRequested)
    assert (second.snapshot, second.generation) == (first.snapshot, 2)


async def test_a_failed_upload_does_not_build_again(export: Export) -> None:
    """The parts are there: only their commit is started anew, with what was packed."""
    made = await export.packaged()
    await export.failed("upload")
    status, body = await export.post("retry")
    assert (status, body["export"]["status"]) == (202, "uploading")
    _, second = await export.start_events()
    assert isinstance(second, ExportPackaged)
    assert (second.restart, second.generation, second.upload) == (True, 2, made.upload)
    assert (await export.state())["options"]["appName"] == "X"


async def test_lost_parts_are_built_again(export: Export) -> None:
    """An upload that failed because its parts had gone needs a build."""
    made = await export.packaged()
    await export.failed("upload")
    await export.gateway.storage.abort_upload(made.artifact.key, made.upload.upload_id)
    assert (await export.post("retry"))[1]["export"]["status"] == "queued"
    assert isinstance((await export.start_events())[1], ExportRequested)


async def test_an_expired_artifact_can_be_had_again(export: Export) -> None:
    """Retried like a failure."""
    await export.completed(lives=timedelta(seconds=-1))
    assert (await export.post("retry"))[0] == 202
    assert (await export.state())["generation"] == 2


@pytest.mark.parametrize(
    ("reach", "status"),
    [("queued", "queued"), ("started", "preparing"), ("completed", "completed")],
)
async def test_what_runs_or_has_completed_cannot_be_retried(
    export: Export, reach: str, status: str
) -> None:
    """409 with the reason and where the export is; the state says the same beforehand."""
    if reach != "queued":
        await getattr(export, reach)()
    state = await export.state()
    answer, problem = await export.post("retry")
    assert (answer, problem["code"]) == (409, "not-retryable")
    assert problem["export"] == {"id": export.id, "status": status}
    assert (state["canRetry"], state["retryDisabledReason"]) == (False, problem["reason"])


async def test_what_must_fail_again_cannot_be_retried(export: Export) -> None:
    """The same files have the same fault; the answer says to change them and export anew."""
    await export.tell(ExportFailed, stage="build", error=MINE, build_s=1)
    state = await export.state()
    assert not state["canRetry"]
    assert "export the project anew" in state["retryDisabledReason"]
    answer, problem = await export.post("retry")
    assert (answer, problem["code"]) == (409, "not-retryable")
    assert problem["reason"] == state["retryDisabledReason"]
    assert len(await export.start_events()) == 1


async def test_an_export_whose_files_are_gone_says_so(export: Export) -> None:
    """Neither the state nor the route promises what nobody could build."""
    await export.failed()
    snapshot = (await export.state())["snapshot"]
    await export.gateway.storage.delete([keys.snapshot("game", snapshot)])
    state = await export.state()
    assert not state["canRetry"]
    answer, problem = await export.post("retry")
    assert (answer, problem["reason"]) == (409, state["retryDisabledReason"])


async def test_of_racing_retries_one_wins(export: Export) -> None:
    """One generation is started; the others are told that it runs."""
    await export.failed()
    answers = await asyncio.gather(*(export.post("retry") for _ in range(8)))
    assert sorted(status for status, _ in answers) == [202] + [409] * 7
    losers = [body["export"]["status"] for status, body in answers if status == 409]
    assert set(losers) == {"queued"}
    assert [event.generation for event in await export.start_events()] == [1, 2]


async def test_a_retry_whose_answer_was_lost_can_be_repeated(export: Export) -> None:
    """With the same Idempotency-Key it is the same retry, however often and at once."""
    await export.failed()
    headers = {"Idempotency-Key": "again"}
    answers = await asyncio.gather(*(export.post("retry", headers=headers) for _ in range(5)))
    answers.append(await export.post("retry", headers=headers))
    assert {status for status, _ in answers} == {202}
    assert [event.generation for event in await export.start_events()] == [1, 2]
    reused = await export.user.call("POST", EXPORTS, json={"platform": "web"}, headers=headers)
    assert (reused[0], reused[1]["code"]) == (422, "idempotency-key-reused")


async def test_a_cancel_ends_it_once_however_often_it_is_sent(export: Export) -> None:
    """202 every time, one event; the receipt says when it was asked for."""
    answers = await asyncio.gather(*(export.post("cancel") for _ in range(5)))
    assert {(status, body["export"]["status"]) for status, body in answers} == {(202, "canceled")}
    ends = [f for _, f in await export.events.of(export.id) if isinstance(f, TerminalEvent)]
    assert len(ends) == 1
    state = await export.state()
    assert (state["canCancel"], state["canRetry"]) == (False, True)
    assert state["cancelReceipt"]["requestedAt"] == state["completedAt"]


async def test_what_has_ended_cannot_be_canceled(export: Export) -> None:
    """409 with how it ended."""
    await export.completed()
    answer, problem = await export.post("cancel")
    assert (answer, problem["code"], problem["export"]["status"]) == (
        409,
        "not-cancelable",
        "completed",
    )


async def test_a_canceled_export_can_be_started_again_and_canceled_again(export: Export) -> None:
    """Each generation ends for itself."""
    await export.post("cancel")
    assert (await export.post("retry"))[1]["export"]["generation"] == 2
    assert (await export.post("cancel"))[0] == 202
    ends = [f for _, f in await export.events.of(export.id) if isinstance(f, ExportCanceled)]
    assert [event.generation for event in ends] == [1, 2]


@pytest.mark.parametrize("turn", range(6))
async def test_cancel_racing_completion_has_one_result(export: Export, turn: int) -> None:
    """Whoever is first in the stream: the answer, the state and the events agree."""
    await export.started("upload")

    async def canceled() -> tuple[int, Any]:
        await asyncio.sleep(turn % 3 / 1_000)
        return await export.post("cancel")

    async def completed() -> None:
        await asyncio.sleep((5 - turn) % 3 / 1_000)
        await export.completed()

    (status, body), _ = await asyncio.gather(canceled(), completed())
    state = await export.state()
    ends = [f for _, f in await export.events.of(export.id) if isinstance(f, TerminalEvent)]
    assert [event.name for event in ends] == [state["status"]]
    assert status == (202 if state["status"] == "canceled" else 409)
    assert body["export"]["status"] == state["status"]
    assert (state["downloadUrl"] is not None) == (state["status"] == "completed")


async def test_whoever_acts_sees_it_though_the_fold_is_behind(export: Export) -> None:
    """The document in the bucket is older than the answer that its user has just been given."""
    js = export.gateway.nc.jetstream()
    ((seq, requested),) = await export.events.of(export.id)
    documents = await KeyValueStore.bind(js, "exports", Document)
    await documents.create(f"game.{export.id}", fold(None, requested, seq))
    await export.post("cancel")
    assert (await export.state())["status"] == "canceled"
    assert (await export.post("retry"))[0] == 202
    assert (await export.state())["generation"] == 2


def events_json(line: LogLine) -> bytes:
    """A log line as it lies in the stream."""
    return msgspec.json.encode(line)
