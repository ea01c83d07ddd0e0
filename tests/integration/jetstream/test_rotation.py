"""Whatever a service signs in to NATS with is changed while it works, without a restart."""

from __future__ import annotations

import asyncio
import os
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any, Protocol

import nats.errors
import nkeys
import pytest
from structlog.testing import capture_logs

from shared.errors import ConfigurationError
from shared.jetstream.connection import connect
from shared.jetstream.sign_in import addresses, proof
from shared.settings import NatsSettings
from tests.certificates import Authority
from tests.nats_accounts import Operator, Pair
from tests.own_nats import own_nats

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from nats.aio.client import Client
    from nats.js import JetStreamContext

SUBJECT = "work.now"
PAUSE_S = 0.02


async def until(condition: Callable[[], bool]) -> None:
    """Wait for it, however long it takes."""
    while not condition():  # noqa: ASYNC110 - nothing tells when
        await asyncio.sleep(PAUSE_S)


class Way(Protocol):
    """A way to sign in; ``generation`` counts what has been rotated."""

    variable: str

    def __init__(self, folder: Path) -> None: ...
    def server(self, generation: int) -> dict[str, Any]:
        """The configuration of a server that lets only that generation in."""

    def place(self, generation: int) -> None:
        """Replace the client's files."""

    def spoil(self) -> None:
        """Replace them by nonsense."""

    def settings(self, address: str) -> NatsSettings: ...


def replace(path: Path, text: str | bytes) -> None:
    """As operators and clusters do it: nobody reads half of it."""
    beside = path.with_suffix(".new")
    beside.write_bytes(text if isinstance(text, bytes) else text.encode())
    beside.rename(path)


class Password:
    variable = "NATS_URL_FILE"

    def __init__(self, folder: Path) -> None:
        self._file = folder / "nats_url"
        self._address = ""

    def server(self, generation: int) -> dict[str, Any]:
        return {"authorization": {"user": "worker", "password": f"pass/{generation}"}}

    def place(self, generation: int) -> None:
        replace(self._file, f"nats://worker:pass%2F{generation}@{self._address}\n")

    def spoil(self) -> None:
        replace(self._file, "")

    def settings(self, address: str) -> NatsSettings:
        self._address = address
        self.place(0)
        return NatsSettings(url="nats://nobody.invalid", url_file=str(self._file))


class Credentials:
    variable = "NATS_CREDS_FILE"

    def __init__(self, folder: Path) -> None:
        self._file = folder / "worker.creds"
        self._operator = Operator()
        self._users = [self._operator.credentials() for _ in range(4)]

    def server(self, generation: int) -> dict[str, Any]:
        old = self._users[:generation]
        return self._operator.config(revoked=tuple(public for _, public in old))

    def place(self, generation: int) -> None:
        replace(self._file, self._users[generation][0])

    def spoil(self) -> None:
        replace(self._file, "nonsense")

    def settings(self, address: str) -> NatsSettings:
        self.place(0)
        return NatsSettings(url=f"nats://{address}", creds_file=str(self._file))


class NKey:
    variable = "NATS_NKEY_SEED_FILE"

    def __init__(self, folder: Path) -> None:
        self._file = folder / "worker.nk"
        self._pairs = [Pair(nkeys.PREFIX_BYTE_USER) for _ in range(4)]

    def server(self, generation: int) -> dict[str, Any]:
        return {"authorization": {"users": [{"nkey": self._pairs[generation].public}]}}

    def place(self, generation: int) -> None:
        replace(self._file, self._pairs[generation].seed)

    def spoil(self) -> None:
        replace(self._file, "SUAnonsense")

    def settings(self, address: str) -> NatsSettings:
        self.place(0)
        return NatsSettings(url=f"nats://{address}", nkey_seed_file=str(self._file))


class Certificate:
    """The authority of both sides changes, too."""

    variable = "NATS_TLS_CERT_FILE"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._authority, self._certificate, self._key = (
            folder / name for name in ("ca.pem", "tls.pem", "tls.key")
        )
        self._authorities = [Authority(f"authority {n}") for n in range(4)]

    def server(self, generation: int) -> dict[str, Any]:
        authority = self._authorities[generation]
        certificate, key = authority.issue(self._folder, f"server-{generation}")
        ca = self._folder / f"ca-{generation}.pem"
        ca.write_bytes(authority.certificate)
        return {
            "tls": {
                "cert_file": str(certificate),
                "key_file": str(key),
                "ca_file": str(ca),
                "verify_and_map": True,
            },
            "authorization": {"users": [{"user": f"CN=client-{generation}"}]},
        }

    def place(self, generation: int) -> None:
        authority = self._authorities[generation]
        certificate, key = authority.issue(self._folder, f"client-{generation}")
        replace(self._authority, authority.certificate)
        replace(self._certificate, certificate.read_bytes())
        replace(self._key, key.read_bytes())

    def spoil(self) -> None:
        replace(self._certificate, "nonsense")

    def settings(self, address: str) -> NatsSettings:
        self.place(0)
        return NatsSettings(
            url=f"tls://{address}",
            tls_ca_file=str(self._authority),
            tls_cert_file=str(self._certificate),
            tls_key_file=str(self._key),
        )


class Work:
    """Messages that go out and come back through one connection, none of them lost."""

    def __init__(self, js: JetStreamContext) -> None:
        self._js = js
        self.sent = 0
        self.done = False
        self.received: set[int] = set()

    async def send(self) -> None:
        while not self.done:
            await asyncio.sleep(PAUSE_S)
            with suppress(nats.errors.Error, TimeoutError):
                await self._js.publish(
                    SUBJECT,
                    str(self.sent).encode(),
                    timeout=1,
                    headers={"Nats-Msg-Id": str(self.sent)},
                )
                self.sent += 1

    async def receive(self) -> None:
        pulled = await self._js.pull_subscribe(SUBJECT, "worker")
        while not self.done:
            with suppress(nats.errors.Error, TimeoutError):
                for message in await pulled.fetch(10, timeout=0.5):
                    await message.ack()
                    self.received.add(int(message.data))

    async def all_of(self, more: int) -> None:
        """Wait until so many more have gone both ways, and none is missing."""
        goal = self.sent + more
        await until(lambda: self.received.issuperset(range(goal)))


@asynccontextmanager
async def working(nc: Client) -> AsyncIterator[Work]:
    """A stream, somebody who sends and somebody who receives."""
    js = nc.jetstream()
    await js.add_stream(name="WORK", subjects=[SUBJECT])
    work = Work(js)
    tasks = [asyncio.create_task(work.send()), asyncio.create_task(work.receive())]
    try:
        yield work
    finally:
        work.done = True  # nats-py may swallow a cancel
        await asyncio.wait(tasks)
        await nc.close()


def told(logs: list[Any], text: str) -> bool:
    """Whether the log has a line of that error."""
    return any(text in str(line.get("error")) for line in logs)


@pytest.mark.parametrize("kind", [Password, Credentials, NKey, Certificate])
async def test_work_goes_on_while_it_is_rotated(kind: type[Way], tmp_path: Path) -> None:
    """The file first, then the server: the connection that the server cuts comes back by itself.

    The server first: what it refuses is told once, and so is a damaged file; both are tried again.
    """
    way = kind(tmp_path)
    jetstream = {"store_dir": str(tmp_path / "js")}
    with own_nats(tmp_path / "server", jetstream=jetstream, **way.server(0)) as server:
        nc = await connect(way.settings(server.address), name="worker", patience_s=30)
        async with working(nc) as work:
            await work.all_of(5)

            way.place(1)
            server.reload(jetstream=jetstream, **way.server(1))
            await until(lambda: nc.stats["reconnects"] == 1)
            await work.all_of(5)

            with capture_logs() as logs:
                server.reload(jetstream=jetstream, **way.server(2))
                await until(lambda: told(logs, server.address))
                way.spoil()
                await until(lambda: told(logs, way.variable))
                way.place(2)
                await until(lambda: nc.stats["reconnects"] == 2)
            await work.all_of(5)
            errors = [line["error"] for line in logs if line["event"] == "nats.error"]
            assert len(errors) == len(set(errors))


@pytest.mark.parametrize("kind", [Password, Credentials, NKey, Certificate])
async def test_a_damaged_file_is_named_at_start(kind: type[Way], tmp_path: Path) -> None:
    """At once, whether or not a server is there."""
    way = kind(tmp_path)
    settings = way.settings("127.0.0.1:1")
    way.spoil()
    with pytest.raises(ConfigurationError, match=way.variable):
        await connect(settings, name="worker", patience_s=30)


async def test_credentials_are_renewed_before_they_expire(tmp_path: Path) -> None:
    """The server cuts whoever's time is over; by then the file holds new ones."""
    file = tmp_path / "worker.creds"
    operator = Operator()
    replace(file, operator.credentials(lives_s=3)[0])
    with own_nats(tmp_path / "server", **operator.config()) as server:
        settings = NatsSettings(url=f"nats://{server.address}", creds_file=str(file))
        nc = await connect(settings, name="worker", patience_s=30)
        replace(file, operator.credentials()[0])
        await until(lambda: nc.stats["reconnects"] == 1)
        await nc.flush()
        await nc.close()


async def test_another_nats_is_moved_to(tmp_path: Path) -> None:
    """The servers of ``NATS_URL_FILE`` are read again, too."""
    file = tmp_path / "nats_url"
    with own_nats(tmp_path / "new") as new:
        with own_nats(tmp_path / "old") as old:
            replace(file, f"nats://{old.address}")
            settings = NatsSettings(url="", url_file=str(file))
            nc = await connect(settings, name="worker", patience_s=30)
            replace(file, f"nats://{new.address}")
        await until(lambda: nc.stats["reconnects"] == 1)
        assert nc.connected_url is not None
        assert nc.connected_url.port == new.port
        await nc.close()


def test_a_server_that_others_told_of_gets_the_password(tmp_path: Path) -> None:
    """A cluster names its servers by address, without a user; an own one goes before."""
    file = tmp_path / "nats_url"
    file.write_text("nats://a:one@first,nats://b:two@second:4223")
    settings = NatsSettings(url="", url_file=os.fspath(file))
    url = NatsSettings(url="nats://10.0.0.3:4222")
    (other,) = addresses(url)
    _, second = addresses(settings)
    assert proof(settings, other, "") == {"user": "a", "pass": "one"}
    assert proof(settings, second._replace(netloc="second:4223"), "") == {
        "user": "b",
        "pass": "two",
    }
