"""What each user of NATS must not do, tried on a real server: all is denied, nothing is harmed."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, get_args

import nats
import pytest

from cli.local.credentials import Credentials
from cli.local.servers import start_nats
from shared.domain.events import AnyEvent
from shared.domain.platforms import PLATFORMS
from shared.jetstream import topology
from shared.jetstream.connection import connect
from shared.jetstream.permissions import OPERATOR, USERS, render
from shared.jetstream.reports import consumer_report
from shared.service.process_guard import Guard
from shared.settings import NatsSettings
from tests.nats_users import NATS_LOG, TESTER, with_tester

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nats.js import JetStreamContext

    from cli.local.servers import NatsServer

ROOT: Final = Path(__file__).parents[3]
EXPORT: Final = "018f0000-0000-7000-8000-000000000000"
LEAST: Final = 40

# Who may do what, told a second time and by hand: the table is not asked about itself.
EVENTS: Final = {
    "gateway": {"requested", "packaged", "canceled"},
    "packager": {"started", "attempt-failed", "packaged", "failed", "stopped"},
    "uploader": {"started", "attempt-failed", "completed", "failed", "stopped", "canceled"},
    "status": {"requested", "packaged", "failed"},
    "operator": {"canceled"},
}
WRITES: Final = {
    "gateway": {"projects", "quota", "usage", "idempotency", "replays", "play-links"},
    "packager": {"debug-keys", "films", "workers"},
    "uploader": {
        "artifacts",
        "build-results",
        "debug-keys",
        "exports",
        "projects",
        "play-links",
        "usage",
        "workers",
    },
    "status": {"exports", "quota", "durations"},
    "operator": {
        "artifacts",
        "build-results",
        "debug-keys",
        "exports",
        "projects",
        "play-links",
        "usage",
    },
}
READS: Final = {
    "gateway": {*WRITES["gateway"], "exports", "durations", "workers"},
    "packager": {"debug-keys", "films", "workers"},
    "uploader": WRITES["uploader"] - {"debug-keys", "workers"},  # it deletes keys unseen
    "status": {*WRITES["status"], "projects", "workers"},
}
CONSUMES: Final = {
    "gateway": set[str](),
    "packager": {*map(topology.packager_durable, PLATFORMS), "film-slices"},
    "uploader": {"uploader", "cancels"},
    "status": {"status", "undertaker"},
    "operator": set[str](),
}
SPEAKS: Final = {
    "audit.replay": {"gateway"},
    f"progress.{EXPORT}": {"packager", "uploader"},
    f"logs.{EXPORT}": {"packager", "uploader"},
    topology.REUSE: {"packager"},
    f"films.slice.{EXPORT}.1.0": {"packager"},
    f"previews.{EXPORT}": {"packager"},
}
STREAMS: Final = [
    *(stream.name or "" for stream in topology.STREAMS),
    *(bucket.stream for bucket in topology.BUCKETS),
]
DURABLES: Final = {
    **{consumer.durable_name or "": topology.EXPORTS for consumer in topology.CONSUMERS},
    topology.MAX_DELIVERIES: topology.ADVISORIES,
    topology.FILM_SLICES: topology.FILMS,
}


def forbidden(user: str, acks: dict[str, str]) -> Iterator[tuple[str, bytes]]:
    """Subjects that a user must not publish to, each with a payload that would do harm."""
    for kind in get_args(AnyEvent):
        if kind.name not in EVENTS[user]:
            yield f"exports.{kind.name}.web.{EXPORT}", b"{}"
    for bucket in topology.BUCKETS:
        if bucket.name not in WRITES[user]:
            yield f"{bucket.prefix}stolen", b"{}"
    for durable in DURABLES:
        if durable not in CONSUMES[user]:
            yield acks[durable], b"+ACK"
            yield acks[durable], b"+TERM"
    yield from ((subject, b"{}") for subject, users in SPEAKS.items() if user not in users)
    if user != OPERATOR:
        yield from _administration(user)


def _administration(user: str) -> Iterator[tuple[str, bytes]]:
    for durable, stream in DURABLES.items():
        if durable not in CONSUMES[user]:
            yield f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{durable}", b""
        for act in ("DELETE", "PAUSE", "LEADER.STEPDOWN", "CREATE", "DURABLE.CREATE"):
            yield f"$JS.API.CONSUMER.{act}.{stream}.{durable}", b""
    for stream in STREAMS:
        yield f"$JS.API.CONSUMER.CREATE.{stream}", b'{"config": {}}'
        for act in ("CREATE", "UPDATE", "DELETE", "PURGE", "SNAPSHOT", "RESTORE", "PEER.REMOVE"):
            yield f"$JS.API.STREAM.{act}.{stream}", b""
        if (user, stream) != ("gateway", topology.DEAD_LETTERS):
            yield f"$JS.API.STREAM.MSG.DELETE.{stream}", b'{"seq": 1}'
    for bucket in topology.BUCKETS:
        if bucket.name not in READS[user]:
            yield f"$JS.API.STREAM.MSG.GET.{bucket.stream}", b'{"seq": 1}'
            yield f"$JS.API.DIRECT.GET.{bucket.stream}", b'{"seq": 1}'
    yield from ((f"$JS.API.{act}", b"") for act in ("META.LEADER.STEPDOWN", "SERVER.REMOVE"))
    yield "$JS.API.ACCOUNT.PURGE.$G", b""


def unheard(user: str) -> Iterator[str]:
    """Subjects that a user must not subscribe to."""
    yield from (">", "*", "$JS.>", "$JS.API.>", "$KV.>", "$KV.quota.>", "$SYS.>")
    yield from (f"_INBOX_{other}.>" for other in USERS if other != user)
    if user != "uploader":
        yield topology.REUSE


class Guarded(NamedTuple):
    """A server, its log, and where a message of each durable would be acknowledged."""

    server: NatsServer
    log: Path
    acks: dict[str, str]


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    """One for all users, whose passwords look like numbers where no quotes are around them."""
    folder, guard = tmp_path_factory.mktemp("users"), Guard()
    odd = {user: f"{number}2e4567890123456789012345678901" for number, user in enumerate(USERS)}
    credentials = with_tester(Credentials(nats=odd))
    started = start_nats(folder, credentials, guard, more=TESTER)
    yield Guarded(started, folder / NATS_LOG, asyncio.run(_prepare(started)))
    started.child.kill()
    guard.close()


async def _prepare(started: NatsServer) -> dict[str, str]:
    """Everything is there, and each stream and bucket holds something to be harmed."""
    operator = await connect(NatsSettings(url=started.url(OPERATOR)), name=OPERATOR, patience_s=60)
    await topology.apply(operator.jetstream())
    await operator.close()
    tester = await connect(NatsSettings(url=started.url("tester")), name="tester", patience_s=60)
    js = tester.jetstream()
    for kind in get_args(AnyEvent):
        for platform in PLATFORMS:
            await js.publish(f"exports.{kind.name}.{platform}.{EXPORT}", b"precious")
    for subject in ("logs.x", "progress.x", "dead.uploader.x", "audit.x", "films.slice.x.1.0"):
        await js.publish(subject, b"precious")
    await js.publish(f"$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.{topology.EXPORTS}.x", b"x")
    for bucket in topology.BUCKETS:
        await js.publish(f"{bucket.prefix}key", b"precious")
    replies = await _delivered(js)
    await tester.close()
    return replies


async def _delivered(js: JetStreamContext) -> dict[str, str]:
    """A message of each durable is under way: where it would be acknowledged."""
    replies = {}
    for durable, stream in DURABLES.items():
        subscription = await js.pull_subscribe_bind(durable, stream=stream)
        (message,) = await subscription.fetch(1, timeout=60)
        replies[durable] = message.reply
        await subscription.unsubscribe()
    return replies


async def _belongings(js: JetStreamContext) -> dict[str, Any]:
    """What must be the same afterwards; a bucket forgets old workers by itself."""
    found: dict[str, Any] = {}
    for stream in STREAMS:
        info = await js.stream_info(stream)
        kept = info.state.messages if stream != topology.WORKERS_BUCKET.stream else None
        found[stream] = (info.config, info.created, info.state.last_seq, kept)
    for durable, stream in DURABLES.items():
        consumer = await js.consumer_info(stream, durable)
        found[durable] = (consumer.config, consumer.created, consumer.ack_floor)
    return found


def denied(log: Path, user: str) -> Counter[str]:
    """The subjects that the server has refused a user, as its log tells."""
    lines = re.findall(rf'user:{user}" - \w+ Violation - Subject "([^"]+)"', log.read_text())
    return Counter(lines)


@pytest.mark.parametrize("user", USERS)
async def test_what_a_user_must_not_do_is_denied(guarded: Guarded, user: str) -> None:
    """Each act is sent for real; the server names each of them, and nothing is harmed."""
    started, log, acks = guarded
    tester = await connect(NatsSettings(url=started.url("tester")), name="tester", patience_s=60)
    js = tester.jetstream()
    before, refused = await _belongings(js), denied(log, user)
    acts = list(forbidden(user, acks))
    told: list[Exception] = []

    async def on_error(error: Exception) -> None:
        told.append(error)

    nc = await nats.connect(
        started.url(user), inbox_prefix=f"_INBOX_{user}", error_cb=on_error, pending_size=1 << 24
    )
    for subject, payload in acts:
        await nc.publish(subject, payload)
    heard = list(unheard(user))
    for subject in heard:
        await nc.subscribe(subject)
    await nc.flush(60)
    expected = Counter([*(subject for subject, _ in acts), *heard])
    assert expected.total() >= LEAST
    while len(told) < expected.total():  # noqa: ASYNC110 - the client tells of each in its own time
        await asyncio.sleep(0.01)
    await nc.close()
    assert denied(log, user) - refused == expected
    assert await _belongings(js) == before
    await tester.close()


async def test_what_a_user_needs_is_not_denied(guarded: Guarded) -> None:
    """Or the other test would prove nothing."""
    started, log, _ = guarded
    nc = await connect(NatsSettings(url=started.url("gateway")), name="gateway", patience_s=60)
    js, refused = nc.jetstream(), denied(log, "gateway")
    await (await js.key_value("projects")).get("key")
    info = await js.stream_info(topology.DEAD_LETTERS)
    await js.delete_msg(topology.DEAD_LETTERS, info.state.last_seq)
    await nc.close()
    assert denied(log, "gateway") == refused


@pytest.mark.parametrize("user", ["gateway", "status"])
async def test_who_shows_what_waits_sees_how_old_an_advisory_is(
    guarded: Guarded, user: str
) -> None:
    """Operators and metrics are told of it as of every consumer's messages."""
    nc = await connect(NatsSettings(url=guarded.server.url(user)), name=user, patience_s=60)
    report = await consumer_report(nc.jetstream(), topology.MAX_DELIVERIES)
    await nc.close()
    assert report.oldest_at is not None


def test_the_rendered_users_are_those_of_the_code() -> None:
    """``aethel-export nats-users > k8s/nats/users.conf``."""
    assert (ROOT / "k8s/nats/users.conf").read_text() == render()
