"""A server that answers when nobody waits any more: the connection goes on hearing."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

import nats.errors
import pytest
from nats.js.api import ConsumerConfig

from shared.jetstream import pull_inbox
from shared.jetstream.connection import connect
from shared.jetstream.pull_inbox import PullInbox
from shared.settings import NatsSettings
from tests.own_nats import own_nats

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from pathlib import Path

    from nats.aio.client import Client

    from tests.own_nats import OwnNats

TOO_SHORT_S = 0.05


@contextmanager
def stopped(server: OwnNats) -> Iterator[None]:
    """It does nothing while the block lasts."""
    os.kill(server.child.pid, signal.SIGSTOP)
    os.waitid(os.P_PID, server.child.pid, os.WSTOPPED)  # all its threads
    try:
        yield
    finally:
        os.kill(server.child.pid, signal.SIGCONT)


async def take_back(nc: Client, server: OwnNats) -> None:
    """A question to a consumer."""
    js = nc.jetstream(timeout=60)
    inbox = PullInbox(nc, "WORK", "worker", unwanted=bool)
    asking = asyncio.create_task(inbox.next())
    while not (await js.consumer_info("WORK", "worker")).num_waiting:  # noqa: ASYNC110 - the server is asked
        await asyncio.sleep(0.01)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    with stopped(server):
        await inbox.close()
        assert nc._pongs  # nothing else tells that it was cut short


async def flush(nc: Client, server: OwnNats) -> None:
    """As a worker does before it ends."""
    with stopped(server), pytest.raises(nats.errors.TimeoutError):
        await nc.flush(TOO_SHORT_S)  # type: ignore[arg-type]


async def ask(nc: Client, server: OwnNats) -> None:
    """A question whose answer comes when another one is waited for."""
    with stopped(server), pytest.raises(nats.errors.TimeoutError):
        await nc.request("$JS.API.INFO", timeout=TOO_SHORT_S)
    answers = [await nc.request(f"$JS.API.STREAM.INFO.{name}") for name in ("WORK", "NONE")]
    assert [b'"name":"WORK"' in answer.data for answer in answers] == [True, False]
    assert not nc._resp_map  # nobody waits, and nothing is kept of who did


@pytest.mark.parametrize("give_up", [take_back, flush, ask])
async def test_a_late_answer_does_not_deafen(
    give_up: Callable[[Client, OwnNats], Awaitable[None]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The server does nothing for longer than it is waited for."""
    monkeypatch.setattr(pull_inbox, "TAKE_BACK_S", TOO_SHORT_S)
    with own_nats(tmp_path, jetstream={"store_dir": str(tmp_path / "js")}) as server:
        nc = await connect(NatsSettings(url=f"nats://{server.address}"), name="a", patience_s=60)
        js = nc.jetstream(timeout=60)
        await js.add_stream(name="WORK", subjects=["work"])
        await js.add_consumer("WORK", ConsumerConfig(durable_name="worker"))
        await give_up(nc, server)
        while nc._pongs:  # noqa: ASYNC110 - nothing tells when
            await asyncio.sleep(0.01)
        assert nc._reading_task is not None  # it would end without a word
        assert not nc._reading_task.done()
        await js.publish("work", b"")
        assert nc.stats["reconnects"] == 0
        await nc.close()
