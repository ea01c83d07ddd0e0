from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from services.gateway.operators.bulk_replay import LEASE, BulkReplay, BulkReplayRequest
from shared.domain.events import Event, ExportCompleted, StartEvent, encode_event, now
from shared.domain.export_document import Document, fold
from shared.domain.progress import LogLine
from shared.errors import ExportError
from shared.jetstream.chatter import CHATTER
from shared.jetstream.event_log import EventLog
from shared.jetstream.key_value import KeyValueStore
from shared.stores import worker_registry
from shared.stores.exports import export_key
from shared.stores.worker_registry import WorkerHeartbeat
from shared.tokens import User
from shared.worker.dead_letter import DeadMessage
from shared.worker.dead_letter_writer import DeadLetterWriter
from tests.unit.sample_events import ARTIFACT, EXPORT

if TYPE_CHECKING:
    from nats.js import JetStreamContext

    from tests.integration.gateway.conftest import Caller, Gateway

LETTERS = "/api/admin/dead-letters"
EXPORTS = "/api/projects/game/export"
JOBS = "/api/admin/replays"
LOST = "0" * 32  # a job


class OutOfMemoryError(ExportError):
    """A cause."""

    code = "out-of-memory"


class FontMissingError(ExportError):
    """Another cause."""

    code = "font-missing"


class World:
    """A user's exports, those who bury them, and the operator."""

    def __init__(self, gateway: Gateway, ann: Caller) -> None:
        self.gateway = gateway
        self.ann = ann
        self.ops = gateway.user("ops", role="admin", email="ops@example.com")
        self.js = gateway.nc.jetstream()
        self.events = EventLog(self.js)

    async def export(self, platform: str = "web") -> str:
        """A queued export."""
        status, made = await self.ann.call("POST", EXPORTS, json={"platform": platform})
        assert status == 202
        return str(made["export"]["id"])

    async def bury(self, export_id: str, error: ExportError | None = None) -> int:
        """Let a worker give it up; the letter's sequence."""
        events = await self.events.of(export_id)
        seq, event = next((s, f) for s, f in reversed(events) if isinstance(f, StartEvent))
        return await self.bury_message(seq, event, error or OutOfMemoryError("No memory is left."))

    async def bury_message(self, seq: int, event: Event | None, error: ExportError) -> int:
        """Bury what lies in the stream."""
        message = await self.events.message(seq)
        assert message is not None
        platform = (message.subject or "").split(".")[2]
        dead = DeadMessage.stored(message, f"packager-{platform}", deliveries=3)
        writer = DeadLetterWriter(self.js, self.events, worker="w1")
        written = await writer.write(dead, event, "retries-exhausted", error)
        assert written.seq is not None
        return written.seq

    async def state(self, export_id: str) -> dict[str, Any]:
        """As its user sees it."""
        _, body = await self.ann.call("GET", f"{EXPORTS}/{export_id}")
        shown: dict[str, Any] = body["export"]
        return shown

    async def replay(self, seq: int, **body: Any) -> tuple[int, Any]:
        """By the operator."""
        return await self.ops.call("POST", f"{LETTERS}/{seq}/replay", json=body or None)

    async def finished(self, job_id: str) -> dict[str, Any]:
        """A job once nothing more is to be done."""
        while True:
            _, job = await self.ops.call("GET", f"/api/admin/replays/{job_id}")
            if job["status"] != "running":
                shown: dict[str, Any] = job
                return shown
            await asyncio.sleep(0.02)

    async def start_events(self, export_id: str) -> list[int]:
        """Generations that were started."""
        events = [event for _, event in await self.events.of(export_id)]
        return [event.generation for event in events if isinstance(event, StartEvent)]

    async def complete(self, export_id: str) -> None:
        """Let it be built and uploaded."""
        found = await self.events.last(export_id)
        assert found is not None
        done = {**found[1].identity, "artifact": ARTIFACT, "expires_at": now(), "build_s": 1.0}
        await self.events.publish(ExportCompleted(**done))

    async def bulk(self, **request: Any) -> str:
        """A bulk replay by the operator."""
        status, body = await self.ops.call("POST", f"{LETTERS}/replay", json=request)
        assert status == 202, body
        return str(body["job"])

    async def with_canary(self, job_id: str) -> dict[str, Any]:
        """How far it is, once a canary is on its way."""
        while True:
            _, job = await self.ops.call("GET", f"{JOBS}/{job_id}")
            if job["canaries"]:
                shown: dict[str, Any] = job
                return shown
            await asyncio.sleep(0.02)

    async def started(self, export_id: str, *, generation: int) -> None:
        """Wait for it."""
        while True:
            if generation in await self.start_events(export_id):
                return
            await asyncio.sleep(0.02)

    async def audit(self) -> list[dict[str, Any]]:
        """All lifecycle, newest first."""
        _, body = await self.ops.call("GET", "/api/admin/audit")
        entries: list[dict[str, Any]] = body["audit"]
        return entries


@pytest.fixture
async def world(gateway: Gateway) -> World:
    """A project with one file."""
    ann = gateway.user("ann")
    await ann.push("game", {"index.html": b"<p>"})
    return World(gateway, ann)


async def test_letters_are_listed_newest_first_by_page(world: World) -> None:
    """Following the token shows every letter once; filters choose among them."""
    seqs = [await world.bury(await world.export()) for _ in range(4)]
    seqs.append(await world.bury(await world.export("source"), FontMissingError("No font.")))
    seen: list[int] = []
    token: str | None = ""
    while token is not None:
        query: dict[str, Any] = {"page_size": 2, **({"page_token": token} if token else {})}
        _, page = await world.ops.call("GET", LETTERS, params=query)
        seen += [letter["seq"] for letter in page["deadLetters"]]
        token = page["nextPageToken"]
    assert seen == sorted(seqs, reverse=True)
    for wanted, count in (
        ({"platform": "source"}, 1),
        ({"consumer": "packager-web"}, 4),
        ({"reason": "retries-exhausted"}, 5),
        ({"cause": "font-missing"}, 1),
        ({"reason": "crash-loop"}, 0),
    ):
        _, page = await world.ops.call("GET", LETTERS, params=wanted)
        assert len(page["deadLetters"]) == count
    assert (await world.ops.call("GET", LETTERS, params={"page_token": "%"}))[0] == 400


async def test_letters_are_grouped_by_cause(world: World) -> None:
    """How many died of what, how many of them still wait, the most frequent first."""
    seqs = [await world.bury(await world.export()) for _ in range(3)]
    await world.bury(await world.export("source"), FontMissingError("No font."))
    await world.replay(seqs[0])
    _, body = await world.ops.call("GET", LETTERS, params={"group_by": "cause"})
    shown = [(g["cause"], g["count"], g["open"], g["platforms"]) for g in body["groups"]]
    assert shown == [("out-of-memory", 3, 2, {"web": 3}), ("font-missing", 1, 1, {"source": 1})]


async def test_a_letter_shows_all_that_is_known(world: World) -> None:
    """Headers, the event as it was, error, stack, attempts, and the end of the log."""
    export_id = await world.export()
    line = LogLine(generation=1, level="error", message="it went wrong")
    await world.js.publish(f"logs.{export_id}", events_json(line))
    seq = await world.bury(export_id)
    _, body = await world.ops.call("GET", f"{LETTERS}/{seq}")
    letter = body["deadLetter"]
    assert (letter["exportId"], letter["projectId"], letter["generation"]) == (export_id, "game", 1)
    assert (letter["cause"], letter["deliveries"]) == ("out-of-memory", 3)
    assert (letter["worker"], letter["standing"]) == ("w1", "open")
    assert body["headers"]["Aethel-Subject"] == f"exports.requested.web.{export_id}"
    assert (body["event"]["type"], body["event"]["user_id"]) == ("export.requested.v1", "ann")
    assert "No memory is left" in body["stack"]
    assert [line["message"] for line in body["log"]] == ["it went wrong"]
    assert (await world.state(export_id))["deadLetter"] == str(seq)
    assert (await world.ops.call("GET", f"{LETTERS}/{seq + 1}"))[0] == 404


async def test_a_replayed_export_goes_on_under_its_own_id(world: World) -> None:
    """Its user sees it queued again; the audit says who, when and why."""
    export_id = await world.export()
    seq = await world.bury(export_id)
    status, body = await world.replay(seq, reason="more memory")
    assert (status, body["duplicate"]) == (202, False)
    assert body["export"] == {
        "id": export_id,
        "projectId": "game",
        "status": "queued",
        "generation": 2,
    }
    state = await world.state(export_id)
    assert (state["status"], state["generation"], state["deadLetter"]) == ("queued", 2, None)
    assert state["userId"] == "ann"
    (entry,) = await world.audit()
    assert (entry["act"], entry["by"], entry["reason"]) == ("replay", "ops", "more memory")
    assert (entry["email"], entry["target"]["seq"]) == ("ops@example.com", seq)
    assert entry["at"]


async def test_replaying_twice_runs_once(world: World) -> None:
    """At once, later, and when the stream has forgotten the message id."""
    export_id = await world.export()
    seq = await world.bury(export_id)
    answers = await asyncio.gather(*(world.replay(seq) for _ in range(6)))
    assert {status for status, _ in answers} == {202}
    assert sorted(body["duplicate"] for _, body in answers) == [False] + [True] * 5
    config = (await world.js.stream_info("EXPORTS")).config
    await world.js.update_stream(config.evolve(duplicate_window=0.2))
    await asyncio.sleep(0.5)
    assert (await world.replay(seq))[1]["duplicate"]
    assert await world.start_events(export_id) == [1, 2]
    await world.complete(export_id)
    status, body = await world.replay(seq)
    assert (status, body["duplicate"], body["export"]["status"]) == (202, True, "completed")


async def test_a_letter_whose_export_went_on_is_superseded(world: World) -> None:
    """Its user was quicker: 409 says where it is now, and the list says so too."""
    export_id = await world.export()
    seq = await world.bury(export_id)
    await world.ann.call("POST", f"{EXPORTS}/{export_id}/retry")
    status, problem = await world.replay(seq)
    assert (status, problem["code"]) == (409, "superseded")
    assert "generation 2" in problem["detail"]
    _, body = await world.ops.call("GET", f"{LETTERS}/{seq}")
    assert await world.start_events(export_id) == [1, 2]
    assert body["deadLetter"]["standing"] == "superseded"


async def test_replay_racing_its_users_retry_starts_one_generation(world: World) -> None:
    """Whoever is first; the other is told."""
    export_id = await world.export()
    seq = await world.bury(export_id)
    (replay, _), (retry, _) = await asyncio.gather(
        world.replay(seq), world.ann.call("POST", f"{EXPORTS}/{export_id}/retry")
    )
    assert sorted([replay, retry]) == [202, 409]
    assert await world.start_events(export_id) == [1, 2]


async def test_what_nobody_could_read_is_replayed_once_it_can_be(world: World) -> None:
    """An unknown version is refused while it is unknown; the letter keeps what is needed."""
    ((seq, request),) = await world.events.of(await world.export())
    message = await world.events.message(seq)
    assert message is not None
    for number, (readable, status) in enumerate(((False, 409), (True, 202))):
        export_id = f"01900000-0000-7000-8000-00000000000{number}"
        later = encode_event(msgspec.structs.replace(request, export_id=export_id))
        dead = DeadMessage(
            consumer="packager-web",
            subject=f"exports.requested.web.{export_id}",
            headers={**(message.headers or {}), "Aethel-Export-Id": export_id},
            payload=later if readable else later.replace(b"requested.v1", b"requested.v9"),
            seq=100 + number,
            stored_at=now(),
            deliveries=1,
        )
        writer = DeadLetterWriter(world.js, world.events, worker="w1")
        written = await writer.write(dead, None, "unknown-version", OutOfMemoryError("x"))
        assert written.seq is not None
        _, shown = await world.ops.call("GET", f"{LETTERS}/{written.seq}")
        assert (shown["event"] is not None) == readable
        answer, body = await world.replay(written.seq)
        assert answer == status
        assert readable or body["code"] == "not-replayable"
    state = await world.state(export_id)
    assert (state["status"], state["generation"], state["configuration"]) == (
        "queued",
        2,
        "release",
    )


async def test_a_message_that_names_no_export_can_only_be_dropped(world: World) -> None:
    """It is shown, it cannot be replayed, it can be dropped."""
    ack = await world.js.publish("exports.requested.web.nonsense", b"\xff\x00")
    letter = await world.bury_message(ack.seq, None, OutOfMemoryError("x"))
    _, shown = await world.ops.call("GET", f"{LETTERS}/{letter}")
    assert shown["payload"].startswith("base64:")
    assert (await world.replay(letter))[1]["code"] == "not-replayable"
    assert (await world.ops.call("DELETE", f"{LETTERS}/{letter}"))[0] == 204


async def test_dropping_is_audited_and_leaves_the_export_failed(world: World) -> None:
    """One, and many by a filter; a dry run only counts."""
    kept = await world.bury(await world.export())
    export_id = await world.export("source")
    seqs = [await world.bury(export_id), await world.bury(await world.export("source"))]
    path = f"{LETTERS}/{seqs[0]}"
    assert (await world.ops.call("DELETE", path, params={"reason": "known"}))[0] == 204
    assert (await world.ops.call("DELETE", path))[0] == 404
    many = {"filter": {"platform": "source"}, "reason": "all of them"}
    _, dry = await world.ops.call("POST", f"{LETTERS}/drop", json={**many, "dry_run": True})
    _, real = await world.ops.call("POST", f"{LETTERS}/drop", json=many)
    assert dry == {"matching": 1, "dropped": 0, "results": []}
    assert real["results"] == [{"seq": seqs[1], "outcome": "dropped"}]
    assert (real["matching"], real["dropped"]) == (1, 1)
    _, page = await world.ops.call("GET", LETTERS)
    assert [letter["seq"] for letter in page["deadLetters"]] == [kept]
    assert (await world.state(export_id))["status"] == "failed"
    assert [(e["act"], e["reason"]) for e in await world.audit()] == [
        ("drop-many-result", "all of them"),
        ("drop-many", "all of them"),
        ("drop", "known"),
    ]


async def test_what_is_gone_meanwhile_does_not_end_a_drop(world: World) -> None:
    """Three operators at once: each letter is reported, and the audit tells who dropped it."""
    seqs = [await world.bury(await world.export()) for _ in range(12)]
    answers = await asyncio.gather(
        *(world.ops.call("POST", f"{LETTERS}/drop", json={"filter": {}}) for _ in range(3))
    )
    assert [status for status, _ in answers] == [200] * 3
    dropped = [
        result["seq"]
        for _, body in answers
        for result in body["results"]
        if result["outcome"] == "dropped"
    ]
    assert sorted(dropped) == seqs
    audited = [e["target"]["dropped"] for e in await world.audit() if "result" in e["act"]]
    assert sorted(seq for mine in audited for seq in mine) == seqs


async def test_many_are_replayed_by_a_job(world: World) -> None:
    """Oldest first, what matches, no more than the limit; the job tells what came of each."""
    ids = [await world.export() for _ in range(4)]
    seqs = [await world.bury(export_id) for export_id in ids]
    other = await world.export("source")
    await world.bury(other)
    await world.replay(seqs[0])
    order = {"filter": {"platform": "web"}, "limit": 3, "max_per_second": 50, "reason": "fixed"}
    job_id = await world.bulk(**order)
    await world.started(ids[1], generation=2)
    await world.complete(ids[1])
    job = await world.finished(job_id)
    assert (job["status"], job["matching"]) == ("done", 4)
    assert job["counts"] == {"duplicate": 1, "replayed": 2}
    assert [done["seq"] for done in job["last"]] == [seqs[1], seqs[0], seqs[2]]
    (canary,) = job["canaries"]
    assert (canary["seq"], canary["outcome"]) == (seqs[1], "passed")
    started = [len(await world.start_events(export_id)) for export_id in (*ids, other)]
    assert started == [2, 2, 2, 1, 1]
    assert [e["act"] for e in await world.audit()] == ["replay", "replay", "replay-many", "replay"]


async def test_a_dry_run_only_tells(world: World) -> None:
    """What would be replayed and what could not; nothing is started."""
    ids = [await world.export() for _ in range(2)]
    for export_id in ids:
        await world.bury(export_id)
    await world.ann.call("POST", f"{EXPORTS}/{ids[0]}/retry")
    _, body = await world.ops.call("POST", f"{LETTERS}/replay", json={"dry_run": True})
    job = await world.finished(body["job"])
    assert job["counts"] == {"superseded": 1, "replayed": 1}
    assert await world.start_events(ids[1]) == [1]


async def test_a_job_stops_when_the_same_cause_is_back(world: World) -> None:
    """The first one dies again of the same: the rest stay where they are."""
    ids = [await world.export() for _ in range(5)]
    for export_id in ids:
        await world.bury(export_id)
    job_id = await world.bulk()
    await world.started(ids[0], generation=2)
    job = await world.with_canary(job_id)
    assert [canary["outcome"] for canary in job["canaries"]] == ["running"]
    assert (job["status"], job["phase"], job["counts"]) == ("running", "canaries", {"replayed": 1})
    again = await world.bury(ids[0])
    job = await world.finished(job_id)
    assert job["status"] == "stopped"
    assert f"the first that was replayed failed again (dead letter {again})" in job["detail"]
    assert job["counts"] == {"replayed": 1, "held": 4}
    assert [await world.start_events(export_id) for export_id in ids[1:]] == [[1]] * 4


async def test_each_cause_has_a_canary_of_its_own(world: World) -> None:
    """What is mended goes on, what is not stays as it is; the job is stopped all the same."""
    memory = [await world.export() for _ in range(3)]
    fonts = [await world.export() for _ in range(3)]
    for export_id in memory:
        await world.bury(export_id)
    for export_id in fonts:
        await world.bury(export_id, FontMissingError("No font."))
    job_id = await world.bulk(max_per_second=50)
    await world.started(memory[0], generation=2)
    await world.started(fonts[0], generation=2)
    await world.bury(memory[0])
    await world.complete(fonts[0])
    job = await world.finished(job_id)
    assert (job["status"], job["counts"]) == ("stopped", {"replayed": 4, "held": 2})
    assert "out-of-memory" in job["detail"]
    assert "font-missing" not in job["detail"]
    generations = [len(await world.start_events(e)) for e in (*memory, *fonts)]
    assert generations == [2, 1, 1, 2, 2, 2]


async def test_a_canary_that_tells_nothing_is_followed_by_another(world: World) -> None:
    """Its user cancels it: the next of its cause is tried before the rest."""
    ids = [await world.export() for _ in range(3)]
    for export_id in ids:
        await world.bury(export_id)
    job_id = await world.bulk(max_per_second=50)
    await world.started(ids[0], generation=2)
    await world.ann.call("POST", f"{EXPORTS}/{ids[0]}/cancel")
    await world.started(ids[1], generation=2)
    assert await world.start_events(ids[2]) == [1]
    await world.complete(ids[1])
    job = await world.finished(job_id)
    assert (job["status"], job["counts"]) == ("done", {"replayed": 3})
    assert [c["outcome"] for c in job["canaries"]] == ["inconclusive", "passed"]


async def test_a_canary_outlives_its_gateway(world: World, js: JetStreamContext) -> None:
    """One that was replayed, and not written down any more, is watched to its end."""
    ids = [await world.export() for _ in range(3)]
    seqs = [await world.bury(export_id) for export_id in ids]
    lost = BulkReplay(
        id=LOST,
        by=User(user_id="ops"),
        request=BulkReplayRequest(),
        phase="canaries",
        created_at=now(),
        updated_at=now() - LEASE,
        matching=3,
        until_seq=seqs[-1],
    )
    await world.replay(seqs[0])
    await (await KeyValueStore.bind(js, "replays", BulkReplay)).create(LOST, lost)
    await world.with_canary(LOST)
    await world.bury(ids[0])
    job = await world.finished(LOST)
    assert (job["status"], job["counts"]) == ("stopped", {"replayed": 1, "held": 2})
    assert [await world.start_events(export_id) for export_id in ids] == [[1, 2], [1], [1]]


async def test_a_job_outlives_its_gateway(world: World, js: JetStreamContext) -> None:
    """Whoever is alive goes on after the last letter that was written down, once for each."""
    ids = [await world.export() for _ in range(4)]
    seqs = [await world.bury(export_id) for export_id in ids]
    lost = BulkReplay(
        id=LOST,
        by=User(user_id="ops"),
        request=BulkReplayRequest(max_per_second=100),
        created_at=now(),
        updated_at=now() - LEASE,
        matching=4,
        until_seq=seqs[-1],
        cursor=seqs[1],
        counts={"replayed": 2},
    )
    await world.replay(seqs[2])  # done, and not written down any more
    await (await KeyValueStore.bind(js, "replays", BulkReplay)).create(LOST, lost)
    job = await world.finished(LOST)
    assert (job["status"], job["counts"]) == ("done", {"replayed": 3, "duplicate": 1})
    assert [len(await world.start_events(export_id)) for export_id in ids] == [1, 1, 2, 2]


async def test_a_job_that_meets_an_error_of_ours_stops_and_says_so(world: World) -> None:
    """It ends neither its gateway nor, taken up again, the next one."""
    export_id = await world.export()
    await world.bury(export_id)
    await world.js.publish(f"$KV.exports.game.{export_id}", b'{"of": "a later release"}')
    _, body = await world.ops.call("POST", f"{LETTERS}/replay", json={})
    job = await world.finished(body["job"])
    assert job["status"] == "stopped"
    assert "ValidationError: see the log line replay.failed" in job["detail"]
    _, listed = await world.ops.call("GET", LETTERS)
    assert [letter["standing"] for letter in listed["deadLetters"]] == ["open"]
    assert (await world.ops.call("GET", "/api/admin/audit"))[0] == 200


@pytest.mark.parametrize(
    "path", [f"{LETTERS}/{1 << 63}", f"{EXPORTS}/{EXPORT}/logs?after_seq={1 << 64}", f"{JOBS}/*"]
)
async def test_what_no_server_could_understand_is_a_wrong_request(world: World, path: str) -> None:
    """Not an outage, which would invite to try again."""
    assert (await world.ops.call("GET", path))[0] == 400


async def test_workers_and_infrastructure_are_shown(world: World) -> None:
    """Streams with their fill, consumers with what waits, the storage."""
    await world.export()
    _, body = await world.ops.call("GET", "/api/admin/infrastructure/status")
    assert body["healthy"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", body["nats"]["version"])
    exports = next(s for s in body["streams"] if s["name"] == "EXPORTS")
    assert (exports["messages"], exports["fullShare"]) == (1, 0.0)
    consumers = {c["name"]: c for c in body["consumers"]}
    web = consumers["packager-web"]
    assert (web["pending"], web["acknowledged"]) == (1, 0)
    assert web["oldestS"] > 0
    assert (consumers["undertaker"]["pending"], consumers["uploader"]["oldestS"]) == (0, 0)
    assert body["storage"] == {"bucket": world.gateway.storage.bucket}
    assert (await world.ops.call("GET", "/api/admin/workers"))[1] == {"workers": []}


async def test_without_progress_and_log_everything_else_is_read(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By users and operators, who are told what is missing; readiness stays, and names it."""
    export_id = await world.export()
    letter = await world.bury(export_id)
    documents = await KeyValueStore.bind(world.js, "exports", Document)
    document = None
    for seq, event in await world.events.of(export_id):
        document = fold(document, event, seq)
    assert document is not None
    await documents.create(export_key("game", export_id), document)
    for stream in CHATTER:
        await world.js.delete_stream(stream)
    one = f"{EXPORTS}/{export_id}"
    assert (await world.ann.call("GET", one))[0] == 503  # perhaps a leader is being elected
    monkeypatch.setattr("shared.jetstream.chatter.ELECTION_S", 0.0)
    status, body = await world.ann.call("GET", one)
    assert (status, body["export"]["id"], body["export"]["logs"]) == (200, export_id, [])
    status, body = await world.ann.call("GET", EXPORTS)
    assert (status, [export["id"] for export in body["exports"]]) == (200, [export_id])
    assert (await world.ops.call("GET", f"{LETTERS}/{letter}"))[0] == 200
    assert (await world.ann.call("GET", f"{one}/logs"))[0] == 503  # nothing else was asked for
    _, body = await world.ops.call("GET", "/api/admin/infrastructure/status")
    assert not body["healthy"]
    assert (sorted(body["chatter"]["unreadable"]), body["chatter"]["behind"]) == (
        sorted(CHATTER),
        {},
    )
    status, report = await world.gateway.user(None).call("GET", "/readyz")
    assert (status, "without log or percent" in report["chatter"]) == (200, True)


async def test_workers_whose_chatter_is_refused_are_named(world: World) -> None:
    """An operator sees it though no reader is hurt."""
    store = await KeyValueStore.bind(world.js, worker_registry.BUCKET, WorkerHeartbeat)
    worker = WorkerHeartbeat(
        name="w1",
        version="1",
        platforms=("web",),
        started_at=now(),
        in_hand=(),
        chatter_behind=("LOGS",),
    )
    await store.create("w1", worker)
    _, body = await world.ops.call("GET", "/api/admin/infrastructure/status")
    assert (body["healthy"], body["chatter"]) == (
        False,
        {"unreadable": [], "behind": {"LOGS": ["w1"]}},
    )


async def test_a_consumer_that_gives_nothing_is_shown(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is paused on the server, while an export waits and a worker too."""
    monkeypatch.setattr("services.gateway.operators.infrastructure.LOOK_AGAIN_S", 0.01)
    until = (now() + timedelta(hours=1)).isoformat()
    await world.js.pause_consumer("EXPORTS", "packager-web", until)
    await world.export()
    subscription = await world.js.pull_subscribe_bind("packager-web", stream="EXPORTS")
    pull = asyncio.create_task(subscription.fetch(1, timeout=300))
    while True:
        _, body = await world.ops.call("GET", "/api/admin/infrastructure/status")
        consumers = {consumer["name"]: consumer for consumer in body["consumers"]}
        if consumers["packager-web"]["stalled"]:
            break
    assert not body["healthy"]
    assert [name for name, one in consumers.items() if one["stalled"]] == ["packager-web"]
    pull.cancel()
    await asyncio.gather(pull, return_exceptions=True)


def events_json(line: LogLine) -> bytes:
    """A log line as it lies in the stream."""
    return msgspec.json.encode(line)
