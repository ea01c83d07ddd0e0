"""Who follows a stream hears what is stored, whatever becomes of the bells."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from nats.js.errors import APIError

from shared.jetstream import topology
from shared.jetstream.batch_get import read_stored
from shared.jetstream.connection import connect
from shared.jetstream.errors import NatsUnavailableError
from shared.jetstream.event_log import EventLog
from shared.jetstream.follower import PAUSES_S, StreamFollower, follow_bucket
from shared.service.process_guard import Guard
from shared.settings import NatsSettings
from shared.stores.export_queue import ExportQueue
from tests.cluster import start_small
from tests.integration.worker.working import new_request

if TYPE_CHECKING:
    from pathlib import Path

    from nats.aio.client import Client
    from nats.js import JetStreamContext

    from shared.jetstream.batch_get import Stored

PATIENCE_S = 60.0
MANY = 2_500  # more than one read may bring


class Ear:
    """Notes what it hears."""

    def __init__(self, nc: Client, **options: Any) -> None:
        self.heard: list[bytes] = []
        self.renewed = 0
        self.reads = 0
        self.deaf = 0  # so many reads bring nothing: a replica is late
        self.follower = StreamFollower(
            nc,
            topology.LOGS,
            topology.log_subject("*"),
            self._hear,
            on_renewed=self._begin_anew,
            read=self._read,
            **options,
        )

    def _hear(self, message: Stored) -> None:
        self.heard.append(message.payload)

    def _begin_anew(self) -> None:
        self.renewed += 1
        self.heard.clear()

    async def _read(self, *arguments: Any, **options: Any) -> list[Stored]:
        self.reads += 1
        if self.deaf:
            self.deaf -= 1
            return []
        return await read_stored(*arguments, **options)

    async def refused(self) -> None:
        """It cannot begin."""
        with pytest.raises(NatsUnavailableError):
            await self.follower.start()

    async def reads_are(self, count: int) -> None:
        """Wait until it has asked so often."""
        while self.reads < count:  # noqa: ASYNC110 - reading wakes nobody
            await asyncio.sleep(0.01)

    async def until(self, count: int) -> list[bytes]:
        """What it has heard, once it is so much."""
        async with asyncio.timeout(PATIENCE_S):
            while len(self.heard) < count:
                await self.follower.news(patience_s=1)
        return self.heard


async def test_a_bell_is_heard_while_it_waits_for_what_a_replica_may_lack(
    nc: Client, js: JetStreamContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What comes a moment after other news waits for no pause that was begun before."""
    short = 20
    monkeypatch.setattr("shared.jetstream.follower.PAUSES_S", (*[0.02] * short, 3_600.0))
    monkeypatch.setattr("shared.jetstream.unread.GIVEN_UP_S", 3_600.0)
    await js.publish("logs.a", b"before", headers={"Nats-Msg-Id": "same"})
    ear = Ear(nc)
    await ear.follower.start()
    await ear.reads_are(1)
    await js.publish("logs.a", b"refused", headers={"Nats-Msg-Id": "same"})
    await ear.reads_are(1 + short)
    await js.publish("logs.a", b"one")
    assert await ear.until(1) == [b"one"]
    await ear.follower.close()


async def test_what_is_stored_is_heard_in_order_and_once(nc: Client, js: JetStreamContext) -> None:
    """From now on; what the stream refuses rings the bell, and is not heard."""
    await js.publish("logs.a", b"before")
    ear = Ear(nc)
    await ear.follower.start()
    for word in (b"one", b"two"):
        await js.publish("logs.a", word, headers={"Nats-Msg-Id": word.decode()})
    await js.publish("logs.a", b"twice", headers={"Nats-Msg-Id": "one"})
    stale = {"Nats-Expected-Last-Subject-Sequence": "1"}
    with pytest.raises(APIError):
        await js.publish("logs.a", b"refused", headers=stale)
    await js.publish("logs.b", b"three")
    assert await ear.until(3) == [b"one", b"two", b"three"]
    await ear.follower.close()


async def test_many_bells_are_few_reads(nc: Client, js: JetStreamContext) -> None:
    """However many messages come in a moment; nothing is passed over."""
    ear = Ear(nc)
    await ear.follower.start()
    for number in range(MANY):
        await nc.publish("logs.a", b"%d" % number)
    await nc.flush()
    assert await ear.until(1_000)
    while (await js.stream_info(topology.LOGS)).state.last_seq < MANY:  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    await ear.follower.reached(MANY, patience_s=PATIENCE_S)
    assert ear.follower.seq == MANY
    assert ear.heard[-1000:] == [b"%d" % number for number in range(MANY - 1000, MANY)]
    assert ear.reads < MANY / 10
    await ear.follower.close()


async def test_what_has_rung_is_asked_for_until_it_is_read(
    nc: Client, js: JetStreamContext
) -> None:
    """And then nothing more is, until it rings again."""
    ear = Ear(nc)
    await ear.follower.start()
    for number in range(3):
        ear.deaf = 3  # a replica is late
        await js.publish("logs.a", b"%d" % number)
        await ear.until(number + 1)
        reads = ear.reads
        await asyncio.sleep(0.5)  # would be enough for five more
        assert ear.reads == reads
    await ear.follower.close()


async def test_a_late_replica_and_a_lost_bell_hide_nothing(
    nc: Client, js: JetStreamContext
) -> None:
    """It is read again after a bell; and the leader is asked whether all was heard."""
    ear = Ear(nc)
    await ear.follower.start()
    ear.deaf = 3
    await js.publish("logs.a", b"late")
    assert await ear.until(1) == [b"late"]
    deaf = Ear(nc)
    await deaf.follower.start()
    deaf.deaf = 1_000_000  # no bell helps
    await js.publish("logs.a", b"unheard")
    await ear.until(2)
    deaf.deaf = 0
    await deaf.follower.check()
    assert deaf.heard == [b"unheard"]
    for each in (ear, deaf):
        await each.follower.close()


async def test_a_stream_that_begins_anew_is_heard_from_its_beginning(
    nc: Client, js: JetStreamContext
) -> None:
    """A lost or restored stream gives out its sequences again."""
    ear = Ear(nc)
    await ear.follower.start()
    for word in (b"old", b"older"):
        await js.publish("logs.a", word)
    await ear.until(2)
    config = (await js.stream_info(topology.LOGS)).config
    await js.delete_stream(topology.LOGS)
    await js.add_stream(config)
    await js.publish("logs.a", b"new")
    await ear.follower.check()
    assert (ear.heard, ear.renewed) == ([b"new"], 1)
    await ear.follower.check()
    assert ear.renewed == 1
    await ear.follower.close()


async def test_what_comes_while_the_connection_is_lost_is_heard_after_it(tmp_path: Path) -> None:
    """No bell rings for it here."""
    guard = Guard()
    server = start_small(tmp_path / "nats", guard, max_file_store=1 << 40)
    url = NatsSettings(url=server.url)
    nc, other = [await connect(url, name="test", patience_s=PATIENCE_S) for _ in range(2)]
    await topology.apply(other.jetstream())
    ear = Ear(nc)
    await ear.follower.start()
    server.child.kill()
    while nc.is_connected:  # noqa: ASYNC110 - it tells nobody
        await asyncio.sleep(0.01)
    server.start_again()
    async with asyncio.timeout(PATIENCE_S):
        while not other.is_connected:  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.01)
        await other.jetstream(timeout=PATIENCE_S).publish("logs.a", b"meanwhile")
    assert await ear.until(1) == [b"meanwhile"]
    await nc.close()
    await other.close()
    server.child.kill()
    guard.close()


async def test_a_bucket_tells_each_document_as_it_is_now(nc: Client, js: JetStreamContext) -> None:
    """From the beginning on, with its revision; deleted ones without any content."""
    bucket = await js.key_value("exports")
    await bucket.put("p.a", b"1")
    second = await bucket.put("p.a", b"2")
    heard: list[tuple[str, int, bytes]] = []
    follower = follow_bucket(
        nc,
        topology.EXPORTS_BUCKET,
        lambda message: heard.append((message.subject, message.seq, message.payload)),
    )
    await follower.start(after_seq=0)
    await follower.reached(second, patience_s=PATIENCE_S)
    await bucket.purge("p.a")
    await follower.reached(second + 1, patience_s=PATIENCE_S)
    assert heard == [("$KV.exports.p.a", second, b"2"), ("$KV.exports.p.a", second + 1, b"")]
    await follower.close()


async def test_a_queue_owns_no_consumer_and_passes_over_other_versions(
    nc: Client, js: JetStreamContext
) -> None:
    """Who may make a consumer of EXPORTS may delete a packager's."""
    queue, events = ExportQueue(nc, "web"), EventLog(js)
    await queue.hear()
    await js.publish(f"exports.requested.web.{new_request().export_id}", b"of another version")
    event = new_request()
    seq = (await events.publish(event)).seq
    other = msgspec.structs.replace(new_request(), platform="linux")
    await events.publish(other)
    await queue.reached(seq, patience_s=PATIENCE_S)
    assert queue.position(event.export_id) == 1
    assert queue.position(other.export_id) is None
    names = {info.config.durable_name for info in await js.consumers_info(topology.EXPORTS)}
    assert names == {consumer.durable_name for consumer in topology.CONSUMERS}
    await queue.close()


async def test_a_queue_at_leisure_reads_what_is_asked_for_and_listens_once_somebody_waits(
    nc: Client, js: JetStreamContext
) -> None:
    """Nobody waits: it need not hear at once, and who cannot wait has it read."""
    queue, events = ExportQueue(nc, "web", leisure_s=600.0), EventLog(js)
    await queue.hear()
    first = new_request()
    seq = (await events.publish(first)).seq
    asked = nc.stats["out_msgs"]
    for _ in range(3):
        await nc.flush()
        await asyncio.sleep(2 * PAUSES_S[0])
    assert (queue.position(first.export_id), nc.stats["out_msgs"]) == (None, asked)
    await queue.reached(seq, patience_s=PATIENCE_S)
    assert queue.position(first.export_id) == 1
    await queue.close()
    hurried = ExportQueue(nc, "web", leisure_s=600.0)
    await hurried.hear()  # somebody waits
    second = new_request()
    await events.publish(second)
    while hurried.position(second.export_id) is None:
        await hurried.news(patience_s=PATIENCE_S)
    await hurried.close()


async def test_who_cannot_look_listens_no_more_and_may_begin_again(
    nc: Client, js: JetStreamContext
) -> None:
    """Nobody would read what rings: a stream may be away for long."""
    ear = Ear(nc)
    config = (await js.stream_info(topology.LOGS)).config
    await js.delete_stream(topology.LOGS)
    listening = len(nc._subs)  # to the answers of requests alone
    for _ in range(2):
        await ear.refused()
        assert len(nc._subs) == listening
    await js.add_stream(config)
    await ear.follower.start()
    await js.publish("logs.a", b"one")
    assert await ear.until(1) == [b"one"]
    await ear.follower.close()
    assert len(nc._subs) == listening
