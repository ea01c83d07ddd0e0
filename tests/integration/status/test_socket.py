from __future__ import annotations

import time

import pytest

from shared.domain.events import now
from shared.domain.project import Project
from shared.jetstream.key_value import KeyValueStore
from shared.tokens import Ticket, User
from tests.integration.status.watching import (
    COMPLETED,
    PACKAGED,
    REQUESTED,
    STARTED,
    TOKENS,
    Status,
    next_of,
    until_closed,
)
from tests.unit.sample_events import EXPORT, requested


async def test_a_watcher_sees_the_export_to_its_end(status: Status) -> None:
    """The current state at once, then every change, and 1000 after the terminal state."""
    await status.events.publish(REQUESTED)
    socket = await status.connect()
    assert (await next_of(socket, "ready"))["exportId"] == EXPORT
    assert (await next_of(socket, "export-status"))["state"]["status"] == "queued"
    await status.events.publish(STARTED)
    assert (await next_of(socket, "export-status"))["state"]["status"] == "preparing"
    await status.progress(40)
    state = (await next_of(socket, "export-status"))["state"]
    assert (state["status"], state["progress"], state["currentStep"]) == ("building", 40, "Packing")
    await status.progress(40, "Signing")  # a stage may begin where the last one has ended
    state = (await next_of(socket, "export-status"))["state"]
    assert (state["progress"], state["currentStep"]) == (40, "Signing")
    await status.log("hello")
    assert (await next_of(socket, "log"))["message"] == "hello"
    await status.events.publish(COMPLETED)
    messages, code = await until_closed(socket)
    assert (messages[-1]["state"]["status"], messages[-1]["state"]["progress"]) == (
        "completed",
        100,
    )
    assert code == 1000


async def test_a_late_watcher_gets_everything_at_once(status: Status) -> None:
    """Log, final state, close."""
    for event in (REQUESTED, STARTED, PACKAGED, COMPLETED):
        await status.events.publish(event)
    await status.log("a", "b")
    socket = await status.connect(f"ticket={status.ticket(seq=4)}")
    messages, code = await until_closed(socket)
    assert [m["type"] for m in messages] == ["ready", "log", "log", "export-status"]
    assert code == 1000


async def test_a_reader_who_stops_reading_still_gets_the_end(status: Status) -> None:
    """Progress is conflated for it, the terminal state is not lost."""
    await status.events.publish(REQUESTED)
    socket = await status.connect()
    await next_of(socket, "export-status")
    await status.events.publish(STARTED)
    for tenth in range(900):
        await status.progress(tenth / 10)
    await status.events.publish(COMPLETED)
    messages, code = await until_closed(socket)
    percents = [m["state"]["progress"] for m in messages if m["type"] == "export-status"]
    assert percents == sorted(percents)
    assert (percents[-1], code) == (100, 1000)


async def test_a_drain_asks_clients_to_come_back(status: Status) -> None:
    """4001, and not before the state was told."""
    await status.events.publish(requested())
    socket = await status.connect()
    await next_of(socket, "export-status")
    status.stop.set()
    assert (await until_closed(socket))[1] == 4001


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
    await status.events.publish(REQUESTED)
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
    await status.events.publish(REQUESTED)
    await next_of(await status.connect(), "export-status")  # folded
    projects = await KeyValueStore.bind(status.nc.jetstream(), "projects", Project)
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
    await status.events.publish(REQUESTED)
    socket = await status.connect(f"ticket={status.ticket(seq=2)}")
    await status.events.publish(STARTED)
    assert (await next_of(socket, "export-status"))["state"]["status"] == "preparing"
    await socket.close()


def test_a_clock_that_is_behind_refuses_no_ticket(monkeypatch: pytest.MonkeyPatch) -> None:
    """The gateway's may be ahead of ours by hours."""
    now_s = time.time()
    with monkeypatch.context() as ahead:
        ahead.setattr("shared.tokens.time.time", lambda: now_s + 7_200)
        text = TOKENS.ticket(
            Ticket(use="watch", export_id=EXPORT, project_id="p", user_id="u"), lives_s=60
        )
    assert TOKENS.open_ticket(text, use="watch", export_id=EXPORT).user_id == "u"
