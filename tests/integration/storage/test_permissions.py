"""The table of permissions, held against the real storage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from cli.local.servers import BUCKET
from shared.storage.permissions import ROLES, Act
from tests.integration.storage.acting import (
    NOBODY,
    PLACES,
    Thing,
    client_of,
    do,
    is_denied,
    is_unharmed,
    make,
    may,
    prefix_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tests.servers import Servers

BY_PREFIX = {Act.LIST, Act.UPLOADS}
CHANGES = {Act.PUT, Act.UPLOAD, Act.COMPLETE, Act.ABORT, Act.DELETE}
CASES = [
    (role, act, place, may(role, act, prefix_of(key) if act in BY_PREFIX else key))
    for role in (*ROLES, NOBODY)
    for act in Act
    for place, key in PLACES.items()
]
GRANTED = [case[:3] for case in CASES if case[3]]
DENIED = [case[:3] for case in CASES if not case[3]]

# What nobody's work needs, on a thing that they may otherwise touch.
OTHER_WAYS: Mapping[str, Callable[[Any, str, Thing], Any]] = {
    "delete alone": lambda c, b, t: c.delete_object(Bucket=b, Key=t.key),
    "open to everybody": lambda c, b, t: c.put_object_acl(Bucket=b, Key=t.key, ACL="public-read"),
    "tag": lambda c, b, t: c.put_object_tagging(
        Bucket=b, Key=t.key, Tagging={"TagSet": [{"Key": "a", "Value": "b"}]}
    ),
    "list all": lambda c, b, _: c.list_objects_v2(Bucket=b),
    "list all as long ago": lambda c, b, _: c.list_objects(Bucket=b),
    "list all versions": lambda c, b, _: c.list_object_versions(Bucket=b),
    "list all uploads": lambda c, b, _: c.list_multipart_uploads(Bucket=b),
    "delete the bucket": lambda c, b, _: c.delete_bucket(Bucket=b),
    "make another bucket": lambda c, _b, _t: c.create_bucket(Bucket="another"),
    "keep versions": lambda c, b, _: c.put_bucket_versioning(
        Bucket=b, VersioningConfiguration={"Status": "Enabled"}
    ),
}
# What only the operator may do to the bucket.
TO_THE_BUCKET: Mapping[str, Callable[[Any, str], Any]] = {
    "cors": lambda c, b: c.put_bucket_cors(
        Bucket=b,
        CORSConfiguration={
            "CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["https://evil.example"]}]
        },
    ),
    "policy": lambda c, b: c.put_bucket_policy(
        Bucket=b,
        Policy='{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*",'
        f' "Action": "s3:GetObject", "Resource": "arn:aws:s3:::{b}/*"}}]}}',
    ),
    "lifecycle": lambda c, b: c.put_bucket_lifecycle_configuration(
        Bucket=b,
        LifecycleConfiguration={
            "Rules": [
                {"Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1}},
            ]
        },
    ),
    "read of its policy": lambda c, b: c.get_bucket_policy(Bucket=b),
}


@pytest.fixture(scope="module")
def clients(servers: Servers) -> Iterator[dict[str, Any]]:
    """Everybody's client."""
    opened = {name: client_of(name, servers.s3) for name in ("tests", *ROLES, NOBODY)}
    yield {name: one.__enter__() for name, one in opened.items()}
    for one in opened.values():
        one.__exit__(None, None, None)


@pytest.fixture(scope="module")
def things(clients: dict[str, Any]) -> dict[str, Thing]:
    """One thing of each kind, which those who may not touch it leave as it is."""
    return {place: make(clients["tests"], BUCKET, key) for place, key in PLACES.items()}


@pytest.mark.parametrize("case", DENIED, ids="-".join)
def test_what_the_table_does_not_grant_is_denied(
    clients: dict[str, Any], things: dict[str, Thing], case: tuple[str, Act, str]
) -> None:
    """403, and the thing is unharmed."""
    role, act, place = case
    assert is_denied(lambda: do(clients[role], act, BUCKET, things[place]))
    assert act not in CHANGES or is_unharmed(clients["tests"], BUCKET, things[place])


@pytest.mark.parametrize("case", GRANTED, ids="-".join)
def test_what_the_table_grants_can_be_done(
    clients: dict[str, Any], case: tuple[str, Act, str]
) -> None:
    """With the role's key and no other right."""
    role, act, place = case
    key = PLACES[place] if place == "ready" else f"{PLACES[place]}-{role}-{act}"
    do(clients[role], act, BUCKET, make(clients["tests"], BUCKET, key))


@pytest.mark.parametrize("way", OTHER_WAYS)
@pytest.mark.parametrize("role", [*ROLES, NOBODY])
def test_nobody_needs_it_so_nobody_may(
    clients: dict[str, Any], things: dict[str, Thing], role: str, way: str
) -> None:
    """Other ways to the same, and to more."""
    thing = things["artifacts" if role != "gateway" else "blobs"]
    if (role, way) not in {("uploader", "delete alone"), ("operator", "delete alone")}:
        assert is_denied(lambda: OTHER_WAYS[way](clients[role], BUCKET, thing))
    assert is_unharmed(clients["tests"], BUCKET, thing)


@pytest.mark.parametrize("what", TO_THE_BUCKET)
@pytest.mark.parametrize("role", [role for role in (*ROLES, NOBODY) if role != "operator"])
def test_the_bucket_is_the_operators(clients: dict[str, Any], role: str, what: str) -> None:
    """Who may read and where from, and how long things stay."""
    assert is_denied(lambda: TO_THE_BUCKET[what](clients[role], BUCKET))


@pytest.mark.parametrize("source", ["artifacts", "condemned", "elsewhere"])
def test_nobody_copies_what_they_may_not_read(
    clients: dict[str, Any], things: dict[str, Thing], source: str
) -> None:
    """Into a part of an artifact, by the storage's own hands."""
    into, taken = things["artifacts"], things[source]
    assert is_denied(
        lambda: clients["packager"].upload_part_copy(
            Bucket=BUCKET,
            Key=into.key,
            UploadId=into.upload_id,
            PartNumber=1,
            CopySource=f"{BUCKET}/{taken.key}",
        )
    )
    assert is_unharmed(clients["tests"], BUCKET, into)
