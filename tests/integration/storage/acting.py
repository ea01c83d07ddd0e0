"""Everything that can be done in a bucket, as plain calls, and how the storage answers."""

from __future__ import annotations

from contextlib import closing, contextmanager
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Final

import botocore.session
import msgspec
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from shared.storage import keys
from shared.storage.permissions import ROLES, Act
from tests.servers import as_role

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from shared.settings import S3Settings

NOBODY: Final = "nobody"  # without any key, as the status service
PLACES: Final = {
    "blobs": keys.blob("p", 1, "a" * 64),
    "packs": keys.pack("p", 1, "b" * 64),
    "snapshots": keys.snapshot("p", "c" * 64),
    "settings": keys.settings("p", "d" * 64),
    "condemned": f"{keys.condemned('p')}e.json",
    "artifacts": keys.artifact("p", "f" * 64, "game.zip"),
    "artifact-lists": keys.artifact_list(keys.artifact("p", "f" * 64, "game.tar.gz")),
    "ready": keys.READY,
    "elsewhere": "backups/everything",
}
# SeaweedFS lets whoever may put a whole object put it in parts, too.
WITH_PUT: Final = {Act.UPLOAD, Act.COMPLETE, Act.ABORT, Act.PARTS}


class Thing(msgspec.Struct, frozen=True):
    """An object, and an upload under way to the same key."""

    key: str
    etag: str
    upload_id: str
    part: dict[str, Any]


def may(role: str, act: Act, key: str) -> bool:
    """What the table says, as SeaweedFS can tell it."""
    wanted = {act, Act.PUT} if act in WITH_PUT else {act}
    return any(
        wanted & grant.acts and any(fnmatchcase(key, pattern) for pattern in grant.keys)
        for grant in ROLES.get(role, ())
    )


@contextmanager
def client_of(role: str, s3: S3Settings) -> Iterator[Any]:
    """A client with the role's key; the tests' own for ``tests``."""
    own = s3 if role == "tests" else as_role(s3, role)
    config = Config(
        retries={"total_max_attempts": 1},
        s3={"addressing_style": "path"},
        signature_version=UNSIGNED if role == NOBODY else "s3v4",
    )
    client = botocore.session.get_session().create_client(
        "s3",
        endpoint_url=s3.endpoint,
        region_name=s3.region,
        aws_access_key_id=own.access_key_id,
        aws_secret_access_key=own.secret_access_key,
        config=config,
    )
    with closing(client):
        yield client


def make(tests: Any, bucket: str, key: str) -> Thing:
    """An object and an upload of one part."""
    at = {"Bucket": bucket, "Key": key}
    etag = tests.put_object(**at, Body=b"whole")["ETag"]
    upload_id = tests.create_multipart_upload(**at)["UploadId"]
    sent = tests.upload_part(**at, UploadId=upload_id, PartNumber=1, Body=b"part")
    return Thing(key, etag, upload_id, {"PartNumber": 1, "ETag": sent["ETag"]})


def is_unharmed(tests: Any, bucket: str, thing: Thing) -> bool:
    """The object is what it was, and so is the upload."""
    at = {"Bucket": bucket, "Key": thing.key}
    parts = tests.list_parts(**at, UploadId=thing.upload_id)["Parts"]
    return (
        tests.head_object(**at)["ETag"] == thing.etag
        and [part["ETag"] for part in parts] == [thing.part["ETag"]]
        and not tests.get_object_tagging(**at)["TagSet"]
    )


def is_denied(call: Callable[[], Any]) -> bool:
    """Whether the storage says that this one may not do it."""
    try:
        answer = call()
    except ClientError as error:
        return bool(error.response["ResponseMetadata"]["HTTPStatusCode"] == 403)
    errors = answer.get("Errors", [])  # of many keys at once
    return bool(errors) and {error["Code"] for error in errors} == {"AccessDenied"}


def do(client: Any, act: Act, bucket: str, thing: Thing) -> Any:
    """One act on a thing; a list is of what lies beside it."""
    at = {"Bucket": bucket, "Key": thing.key}
    upload = {**at, "UploadId": thing.upload_id}
    below = {"Bucket": bucket, "Prefix": prefix_of(thing.key)}
    match act:
        case Act.READ:
            return client.get_object(**at)
        case Act.PUT:
            return client.put_object(**at, Body=b"other")
        case Act.UPLOAD:
            return client.upload_part(**upload, PartNumber=2, Body=b"more")
        case Act.COMPLETE:
            whole = {"Parts": [thing.part]}
            return client.complete_multipart_upload(**upload, MultipartUpload=whole)
        case Act.PARTS:
            return client.list_parts(**upload)
        case Act.ABORT:
            return client.abort_multipart_upload(**upload)
        case Act.DELETE:
            return client.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": thing.key}]})
        case Act.LIST:
            return client.list_objects_v2(**below)
        case Act.UPLOADS:
            return client.list_multipart_uploads(**below)


def prefix_of(key: str) -> str:
    """What is listed to find a key."""
    folder, _, _ = key.rpartition("/")
    if not key.startswith(keys.PROJECTS):
        return f"{folder}/" if folder else key
    return "/".join(key.split("/")[:3]) + "/"
