"""``aethel-export storage apply`` on the real storage."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from cli.bucket.rules import CORS_ID, LIFECYCLE_ID
from cli.bucket.settle import Outcome, settle
from shared.storage.bucket import open_storage
from shared.storage.s3_client import StorageUnavailableError
from tests.integration.storage.acting import client_of
from tests.servers import as_role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.settings import S3Settings
    from tests.servers import Servers

PAGE = ["https://export.example"]
THEIRS_CORS = {
    "ID": "cdn",
    "AllowedOrigins": ["https://cdn.example"],
    "AllowedMethods": ["PUT"],
    "MaxAgeSeconds": 60,
}
THEIRS_LIFECYCLE = {
    "ID": "logs",
    "Status": "Enabled",
    "Filter": {"Prefix": "logs/"},
    "Expiration": {"Days": 3},
}


@pytest.fixture
def s3(servers: Servers) -> S3Settings:
    """A bucket that is not there yet, with the tests' key."""
    return msgspec.structs.replace(servers.s3, bucket=f"apply-{uuid.uuid4().hex[:8]}")


@pytest.fixture
def client(s3: S3Settings) -> Iterator[Any]:
    """The tests' own way to it."""
    with client_of("tests", s3) as opened:
        yield opened


async def outcomes(s3: S3Settings, *, dry_run: bool = False) -> dict[str, Outcome]:
    """What became of each setting."""
    return {step.setting: step.outcome for step in await settle(s3, PAGE, dry_run=dry_run)}


async def test_a_bucket_is_made_and_twice_is_once(s3: S3Settings, client: Any) -> None:
    """Made, usable, with its settings; what SeaweedFS does not know is told."""
    assert await outcomes(s3, dry_run=True) == {"bucket": Outcome.TO_DO}
    first = await outcomes(s3)
    assert first == {
        "bucket": Outcome.DONE,
        "ready object": Outcome.DONE,
        "CORS": Outcome.DONE,
        "lifecycle": Outcome.DONE,
        "policy": Outcome.UNSUPPORTED,
        "public access": Outcome.UNSUPPORTED,
        "versions": Outcome.THERE,
        "encryption": Outcome.THERE,
    }
    again = await outcomes(s3)
    assert set(again.values()) == {Outcome.THERE, Outcome.UNSUPPORTED}
    (cors,) = client.get_bucket_cors(Bucket=s3.bucket)["CORSRules"]
    assert (cors["AllowedOrigins"], cors["AllowedMethods"]) == (PAGE, ["GET", "HEAD"])
    async with open_storage(s3) as storage:
        await storage.check()


async def test_rules_of_others_stay(s3: S3Settings, client: Any) -> None:
    """Before ours, which is put right; a dry run changes nothing."""
    client.create_bucket(Bucket=s3.bucket)
    old = {**THEIRS_CORS, "ID": CORS_ID}
    client.put_bucket_cors(Bucket=s3.bucket, CORSConfiguration={"CORSRules": [THEIRS_CORS, old]})
    client.put_bucket_lifecycle_configuration(
        Bucket=s3.bucket, LifecycleConfiguration={"Rules": [THEIRS_LIFECYCLE]}
    )
    tried = await outcomes(s3, dry_run=True)
    assert (tried["CORS"], tried["lifecycle"]) == (Outcome.TO_DO, Outcome.TO_DO)
    assert client.get_bucket_cors(Bucket=s3.bucket)["CORSRules"][1] == old
    await settle(s3, PAGE, dry_run=False)
    theirs, ours = client.get_bucket_cors(Bucket=s3.bucket)["CORSRules"]
    assert (theirs, ours["ID"], ours["AllowedOrigins"]) == (THEIRS_CORS, CORS_ID, PAGE)
    rules = client.get_bucket_lifecycle_configuration(Bucket=s3.bucket)["Rules"]
    assert [rule["ID"] for rule in rules] == ["logs", LIFECYCLE_ID]
    assert rules[0] == THEIRS_LIFECYCLE


async def test_what_somebody_has_to_decide_is_a_warning(s3: S3Settings, client: Any) -> None:
    """A bucket that keeps versions, and one that is open to everybody."""
    await settle(s3, PAGE, dry_run=False)
    client.put_bucket_versioning(Bucket=s3.bucket, VersioningConfiguration={"Status": "Enabled"})
    everybody = {
        "Sid": "All",
        "Effect": "Allow",
        "Principal": "*",
        "Action": ["s3:GetObject"],
        "Resource": [f"arn:aws:s3:::{s3.bucket}/*"],
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [everybody]})
    client.put_bucket_policy(Bucket=s3.bucket, Policy=policy)
    steps = {step.setting: step for step in await settle(s3, PAGE, dry_run=False)}
    assert steps["versions"].outcome is Outcome.WARNING
    assert steps["policy"].outcome is Outcome.WARNING
    assert "All" in steps["policy"].detail
    assert json.loads(client.get_bucket_policy(Bucket=s3.bucket)["Policy"])["Statement"]


@pytest.mark.parametrize("role", ["operator", "gateway"])
async def test_it_is_the_operators(servers: Servers, role: str) -> None:
    """The operator's key does all of it, a service's nothing."""
    found = await outcomes(as_role(servers.s3, role))
    assert (Outcome.REFUSED in found.values()) == (role != "operator")
    if role != "operator":
        assert found == {"bucket": Outcome.REFUSED}


async def test_a_storage_that_is_away_is_an_error(s3: S3Settings) -> None:
    """Nothing is told of a bucket that nobody has seen."""
    away = msgspec.structs.replace(s3, endpoint="http://127.0.0.1:1")
    with pytest.raises(StorageUnavailableError):
        await settle(away, PAGE, dry_run=True)
