from __future__ import annotations

import asyncio
import json
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import aiohttp
import msgspec
import pytest
import pytest_asyncio
from litestar import Litestar
from nats.js.errors import APIError

from cli.stack.ports import free_ports
from services.status.admission import Admission
from services.status.folding import Folding
from services.status.hub import Hub
from services.status.outbox import Outbox, Outgoing
from services.status.socket import Sockets
from shared import events
from shared.chatter import LogLine, Progress
from shared.events import now
from shared.facts import Facts, NatsUnavailableError
from shared.loglines import StoredLine, read_lines
from shared.projects import Project
from shared.quota import Quota
from shared.records import Records
from shared.service import serve
from shared.state import Document
from shared.tokens import Ticket, Tokens, User
from shared.view import Links
from tests.unit.facts import EXPORT, generation, requested

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from nats.aio.client import Client

    from shared.events import AnyFact

TOKENS = Tokens("0123456789abcdef" * 4)
FACTS = generation()
REQUESTED, STARTED, PACKAGED, COMPLETED = FACTS[0], FACTS[1], FACTS[4], FACTS[7]


class Status:
    """A running status service and a user who watches."""

    def __init__(self, nc: Client, session: aiohttp.ClientSession, url: str) -> None:
        self.nc = nc
        self.facts = Facts(nc.jetstream())
        self._session = session
        self.url = url
        self.stop = asyncio.Event()

    def ticket(self, *, lives_s: float = 60, **changes: Any) -> str:
        """A ticket for the export."""
        ticket = Ticket(use="watch", export_id=EXPORT, project_id="p", user_id="u")
        return TOKENS.ticket(msgspec.structs.replace(ticket, **changes), lives_s=lives_s)

    async def connect(
        self, query: str | None = None, **options: Any
    ) -> aiohttp.ClientWebSocketResponse:
        """A socket with a good ticket, or with that query."""
        query = f"ticket={self.ticket()}" if query is None else query
        url = f"{self.url}/export/{EXPORT}?{query}"
        socket: aiohttp.ClientWebSocketResponse = await self._session.ws_connect(url, **options)
        return socket

    async def log(self, *messages: str) -> None:
        """Lines as a worker writes them."""
        for message in messages:
            line = LogLine(generation=1, level="info", message=message)
            await self.nc.jetstream().publish(f"logs.{EXPORT}", msgspec.json.encode(line))

    async def progress(self, percent: float) -> None:
        """Progress as a worker tells it."""
        news = Progress(
            export_id=EXPORT, generation=1, status="building", percent=percent, step="Packing"
        )
        await self.nc.jetstream().publish(f"progress.{EXPORT}", msgspec.json.encode(news))


async def next_of(socket: aiohttp.ClientWebSocketResponse, kind: str) -> dict[str, Any]:
    """The next message of a kind; others are passed over."""
    while True:
        frame = await socket.receive(timeout=10)
        assert frame.type is aiohttp.WSMsgType.TEXT, frame
        message: dict[str, Any] = json.loads(frame.data)
        if message["type"] == kind:
            return message


async def until_closed(socket: aiohttp.ClientWebSocketResponse) -> tuple[list[Any], int | None]:
    """Everything that still comes, and the close code."""
    messages = [json.loads(frame.data) async for frame in socket]
    return messages, socket.close_code


@asynccontextmanager
async def running(nc: Client) -> AsyncIterator[Status]:
    """The service on a free port."""
    js = nc.jetstream()
    exports = await Records.bind(js, "exports", Document)
    links = Links(TOKENS, public_url="http://g", websocket_url="ws://s", ticket_ttl_s=60)
    hub = Hub(nc, exports, links)
    (port,) = free_ports(1)
    async with aiohttp.ClientSession() as session:
        status = Status(nc, session, f"http://127.0.0.1:{port}")
        projects = await Records.bind(js, "projects", Project)
        admission = Admission(TOKENS, projects, exports, status.facts)
        sockets = Sockets(hub, admission, status.stop, max_sockets=100, origins=frozenset())
        app = Litestar([sockets.route()], openapi_config=None, logging_config=None)
        async with asyncio.TaskGroup() as group:
            group.create_task(Folding(js, exports, await Quota.bind(js)).run(status.stop))
            group.create_task(hub.run(status.stop))
            group.create_task(serve(app, f"127.0.0.1:{port}", status.stop, drain_timeout_s=2))
            while True:
                try:
                    await (await session.get(status.url)).read()
                    break
                except aiohttp.ClientConnectionError:
                    await asyncio.sleep(0.02)
            yield status
            status.stop.set()


@pytest_asyncio.fixture
async def status(nc: Client) -> AsyncIterator[Status]:
    """The service on an empty NATS."""
    async with running(nc) as service:
        yield service


async def test_a_watcher_sees_the_export_to_its_end(status: Status) -> None:
    """The current state at once, then every change, and 1000 after the terminal state."""
    await status.facts.publish(REQUESTED)
    socket = await status.connect()
    assert (await next_of(socket, "ready"))["exportId"] == EXPORT
    assert (await next_of(socket, "export-status"))["state"]["status"] == "queued"
    await status.facts.publish(STARTED)
    assert (await next_of(socket, "export-status"))["state"]["status"] == "preparing"
    await status.progress(40)
    state = (await next_of(socket, "export-status"))["state"]
    assert (state["status"], state["progress"], state["currentStep"]) == ("building", 40, "Packing")
    await status.log("hello")
    assert (await next_of(socket, "log"))["message"] == "hello"
    await status.facts.publish(msgspec.structs.replace(COMPLETED, expires_at=now()))
    messages, code = await until_closed(socket)
    assert (messages[-1]["state"]["status"], messages[-1]["state"]["progress"]) == (
        "completed",
        100,
    )
    assert code == 1000


async def test_the_last_log_lines_come_before_the_end(status: Status) -> None:
    """However close the lines and the terminal fact are to each other."""
    await status.facts.publish(REQUESTED)
    socket = await status.connect()
    await next_of(socket, "export-status")
    await status.log(*(f"line {n}" for n in range(50)))
    await status.facts.publish(COMPLETED)
    messages, _ = await until_closed(socket)
    assert [m["message"] for m in messages if m["type"] == "log"] == [
        f"line {n}" for n in range(50)
    ]
    assert messages[-1]["type"] == "export-status"


async def test_a_late_watcher_gets_everything_at_once(status: Status) -> None:
    """Log, final state, close."""
    for fact in (REQUESTED, STARTED, PACKAGED, COMPLETED):
        await status.facts.publish(fact)
    await status.log("a", "b")
    socket = await status.connect(f"ticket={status.ticket(seq=4)}")
    messages, code = await until_closed(socket)
    assert [m["type"] for m in messages] == ["ready", "log", "log", "export-status"]
    assert code == 1000


async def test_the_log_resumes_without_loss_or_repetition(status: Status) -> None:
    """With epoch and sequence of what was read last."""
    await status.facts.publish(REQUESTED)
    await status.log("a", "b", "c")
    socket = await status.connect()
    epoch = (await next_of(socket, "ready"))["epoch"]
    seq = (await next_of(socket, "log"))["seq"]
    await socket.close()
    await status.log("d")
    socket = await status.connect(f"ticket={status.ticket()}&epoch={epoch}&after_seq={seq}")
    assert [(await next_of(socket, "log"))["message"] for _ in range(3)] == ["b", "c", "d"]
    await socket.close()


@pytest.mark.parametrize("query", ["epoch=other&after_seq=1", "epoch={epoch}&after_seq=999"])
async def test_another_life_of_the_log_starts_over_with_a_gap(status: Status, query: str) -> None:
    """A lost stream can come back with lower sequences: nothing is passed off as a continuation."""
    await status.facts.publish(REQUESTED)
    await status.log("a")
    epoch = (await next_of(await status.connect(), "ready"))["epoch"]
    socket = await status.connect(f"ticket={status.ticket()}&" + query.format(epoch=epoch))
    await next_of(socket, "gap")
    assert (await next_of(socket, "log"))["message"] == "a"
    await socket.close()


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("", 4502),
        ("ticket=nonsense", 4501),
        ("ticket={expired}", 4003),
        ("ticket={other}", 4501),
        ("ticket={download}", 4501),
        ("ticket={good}&after_seq=-1", 4502),
        ("ticket={good}&after_seq=" + "9" * 30, 4502),
    ],
)
async def test_refusals_have_their_code(status: Status, query: str, code: int) -> None:
    """Accepted first and then closed, so that the code reaches a browser."""
    await status.facts.publish(REQUESTED)
    tickets = {
        "good": status.ticket(),
        "expired": status.ticket(lives_s=-1),
        "other": status.ticket(export_id=EXPORT.replace("1", "2")),
        "download": status.ticket(use="download"),
    }
    messages, closed = await until_closed(await status.connect(query.format(**tickets)))
    assert closed == code
    assert [m["type"] for m in messages if m["type"] != "ready"] == ["error"]


async def test_a_bearer_token_of_a_member_will_do(status: Status) -> None:
    """Beside the protocol's name; a stranger is told that there is no such export."""
    await status.facts.publish(REQUESTED)
    await next_of(await status.connect(), "export-status")  # folded
    projects = await Records.bind(status.nc.jetstream(), "projects", Project)
    project = Project(id="p", name="P", owner="ann", created_at=now(), updated_at=now())
    await projects.create("record.p", project)
    for user, kind in (("ann", "export-status"), ("eve", "error")):
        token = TOKENS.bearer(User(user_id=user))
        socket = await status.connect("", protocols=["aethel.export.v1", token])
        assert socket.protocol == "aethel.export.v1"
        await next_of(socket, kind)
        await socket.close()


async def test_a_ticket_waits_for_the_fold(status: Status) -> None:
    """One that was made at a sequence that is not folded yet sees nothing older."""
    await status.facts.publish(REQUESTED)
    socket = await status.connect(f"ticket={status.ticket(seq=2)}")
    await status.facts.publish(STARTED)
    assert (await next_of(socket, "export-status"))["state"]["status"] == "preparing"
    await socket.close()


async def test_what_is_started_again_is_queued_for_its_watchers_too(status: Status) -> None:
    """The first socket ends with the failure; the next one sees the new generation, from zero."""
    failed = FACTS[8]
    await status.facts.publish(REQUESTED)
    socket = await status.connect()
    await status.progress(40)
    await status.facts.publish(failed)
    messages, code = await until_closed(socket)
    ended = messages[-1]["state"]
    assert (ended["status"], ended["progress"], code) == ("failed", 40, 1000)
    again = msgspec.structs.replace(requested(2), replay_of=7)
    published = await status.facts.publish(again)
    socket = await status.connect(f"ticket={status.ticket(generation=2, seq=published.seq)}")
    state = (await next_of(socket, "export-status"))["state"]
    assert (state["status"], state["generation"], state["progress"]) == ("queued", 2, 0)
    assert (state["deadLetter"], state["error"], state["canRetry"]) == (None, None, False)
    await socket.close()


async def test_facts_twice_and_late_change_nothing(status: Status) -> None:
    """The document after repetitions is the document without them."""
    for fact in (REQUESTED, COMPLETED):
        await status.facts.publish(fact)
    js = status.nc.jetstream()
    for fact in (STARTED, REQUESTED, COMPLETED):
        await js.publish(fact.subject, events.encode(fact))
    socket = await status.connect(f"ticket={status.ticket(seq=5)}")
    messages, _ = await until_closed(socket)
    assert messages[-1]["state"]["status"] == "completed"


async def test_a_reader_who_stops_reading_still_gets_the_end(status: Status) -> None:
    """Progress is conflated for it, the terminal state is not lost."""
    await status.facts.publish(REQUESTED)
    socket = await status.connect()
    await next_of(socket, "export-status")
    await status.facts.publish(STARTED)
    for tenth in range(900):
        await status.progress(tenth / 10)
    await status.facts.publish(COMPLETED)
    messages, code = await until_closed(socket)
    percents = [m["state"]["progress"] for m in messages if m["type"] == "export-status"]
    assert percents == sorted(percents)
    assert (percents[-1], code) == (100, 1000)


async def test_a_drain_asks_clients_to_come_back(status: Status) -> None:
    """4001, and not before the state was told."""
    await status.facts.publish(requested())
    socket = await status.connect()
    await next_of(socket, "export-status")
    status.stop.set()
    assert (await until_closed(socket))[1] == 4001


async def test_no_line_is_lost_while_the_service_starts(nc: Client) -> None:
    """A visitor who comes before the hub listens gets what is written until it does."""
    exports = await Records.bind(nc.jetstream(), "exports", Document)
    links = Links(TOKENS, public_url="http://g", websocket_url="ws://s", ticket_ttl_s=60)
    hub, stop, outbox = Hub(nc, exports, links), asyncio.Event(), Outbox(EXPORT)

    async def visit() -> list[Outgoing]:
        async with hub.room("p", EXPORT) as room:
            room.join(outbox, after_seq=0)
            return await outbox.take()

    visiting = asyncio.create_task(visit())
    await asyncio.sleep(0.2)
    line = LogLine(generation=1, level="info", message="between")
    await nc.jetstream().publish(f"logs.{EXPORT}", msgspec.json.encode(line))
    listening = asyncio.create_task(hub.run(stop))
    (message,) = await asyncio.wait_for(visiting, 20)
    assert "between" in str(message.event["text"])
    stop.set()
    await listening


def test_a_clock_that_is_behind_refuses_no_ticket(monkeypatch: pytest.MonkeyPatch) -> None:
    """The gateway's may be ahead of ours by hours."""
    now_s = time.time()
    with monkeypatch.context() as ahead:
        ahead.setattr("shared.tokens.time.time", lambda: now_s + 7_200)
        text = TOKENS.ticket(
            Ticket(use="watch", export_id=EXPORT, project_id="p", user_id="u"), lives_s=60
        )
    assert TOKENS.open_ticket(text, use="watch", export_id=EXPORT).user_id == "u"


async def test_an_end_is_told_although_the_log_could_not_be_read_at_first(
    status: Status, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It waits until the last lines can be read, and comes after them."""
    away = 2

    async def flaky(*arguments: Any, **options: Any) -> list[StoredLine]:
        nonlocal away
        if away:
            away -= 1
            raise NatsUnavailableError("no leader")
        return await read_lines(*arguments, **options)

    await status.facts.publish(REQUESTED)
    socket = await status.connect()
    await next_of(socket, "export-status")
    monkeypatch.setattr("services.status.room.read_lines", flaky)
    monkeypatch.setattr("services.status.room.Room.on_line", lambda *_: None)  # none comes live
    await status.log("the last word")
    await asyncio.sleep(0.2)
    monkeypatch.undo()
    monkeypatch.setattr("services.status.room.read_lines", flaky)
    await status.facts.publish(COMPLETED)
    messages, code = await until_closed(socket)
    assert [m["message"] for m in messages if m["type"] == "log"] == ["the last word"]
    assert (messages[-1]["state"]["status"], code, away) == ("completed", 1000, 0)


@pytest.mark.parametrize("end", [FACTS[2], FACTS[6], FACTS[8]], ids=["waits", "canceled", "failed"])
async def test_progress_does_not_fall_when_an_attempt_ends(status: Status, end: AnyFact) -> None:
    """What was reached still shows while it waits, and after its end."""
    for fact in (REQUESTED, STARTED):
        await status.facts.publish(fact)
    socket = await status.connect()
    await status.progress(45)
    while (await next_of(socket, "export-status"))["state"]["progress"] != 45:
        continue
    await status.facts.publish(end)
    state = (await next_of(socket, "export-status"))["state"]
    while state["status"] not in {"queued", "canceled", "failed"}:
        state = (await next_of(socket, "export-status"))["state"]
    assert state["progress"] == 45


async def test_progress_that_the_stream_refused_is_not_shown(status: Status) -> None:
    """A worker that was slower publishes too; nobody may see what is taken back later."""
    for fact in (REQUESTED, STARTED):
        await status.facts.publish(fact)
    socket = await status.connect()
    await status.progress(45)
    refused = Progress(
        export_id=EXPORT, generation=1, status="building", percent=92, step="Packing"
    )
    with pytest.raises(APIError):
        await status.nc.jetstream().publish(
            f"progress.{EXPORT}",
            msgspec.json.encode(refused),
            headers={"Nats-Expected-Last-Subject-Sequence": "999"},
        )
    await status.progress(46)
    seen = set()
    while 46 not in seen:
        seen.add((await next_of(socket, "export-status"))["state"]["progress"])
    assert max(seen) == 46


async def test_a_log_that_does_not_answer_is_not_an_empty_one(nc: Client) -> None:
    """Half of an answer would lose lines."""
    await nc.jetstream().delete_stream("LOGS")
    with pytest.raises(NatsUnavailableError):
        await read_lines(nc, EXPORT)
