"""The bucket is looked at and put right, one setting after the other.

Every storage can do something less than AWS: what one does not know is told, and is no failure.
"""

from __future__ import annotations

import asyncio
import json
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import msgspec
from botocore.exceptions import ClientError

from cli.bucket.rules import (
    STALE_DAYS,
    cors_rule,
    lifecycle_rule,
    merged,
    open_to_everybody,
    tls_only,
)
from shared.errors import StorageRefusedError, UnavailableError
from shared.storage import keys
from shared.storage.bucket import Storage
from shared.storage.s3_client import ObjectMissingError, connect, errors

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from types_aiobotocore_s3 import S3Client

    from shared.settings import S3Settings

NOT_IMPLEMENTED: Final = {405, 501}
DENIED: Final = {"403", "AccessDenied", "AllAccessDisabled"}
NONE_YET: Final = {
    "NoSuchCORSConfiguration",
    "NoSuchLifecycleConfiguration",
    "NoSuchBucketPolicy",
    "NoSuchPublicAccessBlockConfiguration",
    "ServerSideEncryptionConfigurationNotFoundError",
}
BLOCKED: Final = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}
NOT_BY_THIS_KEY: Final = "this key may not: use the operator's (docs/operations.md, The storage)"
PATIENCE_S: Final = 60.0  # until a new bucket takes objects
PAUSE_S: Final = 0.2


class Outcome(StrEnum):
    """What became of a setting."""

    DONE = "done"
    TO_DO = "to do"  # a dry run leaves it
    THERE = "there already"
    UNSUPPORTED = "not supported"  # by this storage
    WARNING = "warning"  # somebody has to decide
    REFUSED = "refused"  # this key may not do it


class Step(msgspec.Struct, frozen=True):
    """One setting: its name, what became of it, and what a person should know."""

    setting: str
    outcome: Outcome
    detail: str


async def settle(s3: S3Settings, allowed: Sequence[str], *, dry_run: bool) -> list[Step]:
    """See to each setting of the bucket.

    Args:
        s3: The bucket, with the operator's key.
        allowed: Origins whose scripts download artifacts; none: CORS is left alone.
        dry_run: Change nothing, and say what would be changed.

    Raises:
        StorageUnavailableError: The storage is away.
        StorageRefusedError: It refused for another reason than a missing right.
    """
    async with connect(s3, s3.endpoint) as client:
        bucket = _Bucket(client, s3, dry_run=dry_run)
        found = await bucket.step("bucket", bucket.exists)
        if found.outcome in {Outcome.TO_DO, Outcome.REFUSED}:
            return [found]
        return [
            found,
            await bucket.step("ready object", bucket.ready),
            await bucket.step("CORS", lambda: bucket.cors(allowed)),
            await bucket.step("lifecycle", bucket.lifecycle),
            await bucket.step("policy", bucket.policy),
            await bucket.step("public access", bucket.public_access),
            await bucket.step("versions", bucket.versions),
            await bucket.step("encryption", bucket.encryption),
        ]


class _Bucket:
    def __init__(self, client: S3Client, s3: S3Settings, *, dry_run: bool) -> None:
        self._client: Any = client
        self._s3 = s3
        self._storage = Storage(client, client, s3.bucket)
        self._dry_run = dry_run

    async def step(
        self, setting: str, see_to: Callable[[], Awaitable[tuple[Outcome, str]]]
    ) -> Step:
        """What became of one setting."""
        with errors(self._s3.bucket):
            try:
                outcome, detail = await see_to()
            except ClientError as error:
                if error.response["ResponseMetadata"]["HTTPStatusCode"] in NOT_IMPLEMENTED:
                    return Step(setting, Outcome.UNSUPPORTED, "this storage does not know it")
                if error.response["Error"].get("Code") not in DENIED:
                    raise
                return Step(setting, Outcome.REFUSED, NOT_BY_THIS_KEY)
            except StorageRefusedError as error:
                if error.code not in DENIED:
                    raise
                return Step(setting, Outcome.REFUSED, NOT_BY_THIS_KEY)
        return Step(setting, outcome, detail)

    async def exists(self) -> tuple[Outcome, str]:
        """The bucket is there, or is made."""
        name = self._s3.bucket
        try:
            await self._client.get_bucket_versioning(Bucket=name)
        except ClientError as error:
            if error.response["Error"].get("Code") not in {"NoSuchBucket", "404"}:
                raise
        else:
            return Outcome.THERE, name
        if not self._dry_run:
            at_home = self._s3.endpoint or self._s3.region == "us-east-1"
            place = {"LocationConstraint": self._s3.region}
            await self._client.create_bucket(
                Bucket=name, **({} if at_home else {"CreateBucketConfiguration": place})
            )
        return self._changed(f"{name} is made")

    async def ready(self) -> tuple[Outcome, str]:
        """The object that every service reads to see that the storage answers."""
        try:
            await self._storage.get(keys.READY)
        except ObjectMissingError:
            if not self._dry_run:
                await self._put_ready()
            return self._changed(f"the empty object {keys.READY!r}: services read it to be ready")
        return Outcome.THERE, keys.READY

    async def cors(self, allowed: Sequence[str]) -> tuple[Outcome, str]:
        """Scripts of the page and of editors read artifacts."""
        if not allowed:
            return Outcome.THERE, (
                "left as it is: neither EXPORT_PUBLIC_URL nor EXPORT_CORS_ORIGINS is set"
            )
        found = await self._read("get_bucket_cors", "CORSRules", [])
        rules = merged(found, cors_rule(allowed), name="ID")
        told = f"downloads for {', '.join(allowed)}"
        if rules is None:
            return Outcome.THERE, told
        await self._change("put_bucket_cors", CORSConfiguration={"CORSRules": rules})
        return self._changed(f"{told}{_others(rules)}")

    async def lifecycle(self) -> tuple[Outcome, str]:
        """Uploads that were begun and forgotten go."""
        found = await self._read("get_bucket_lifecycle_configuration", "Rules", [])
        rules = merged(found, lifecycle_rule(), name="ID")
        told = f"uploads that nobody finishes are aborted after {STALE_DAYS} days"
        if rules is None:
            return Outcome.THERE, told
        await self._change(
            "put_bucket_lifecycle_configuration", LifecycleConfiguration={"Rules": rules}
        )
        return self._changed(f"{told}{_others(rules)}")

    async def policy(self) -> tuple[Outcome, str]:
        """Nothing without TLS on AWS, and nothing for everybody anywhere."""
        document = json.loads(await self._read("get_bucket_policy", "Policy", "{}"))
        statements = document.get("Statement", [])
        statements = statements if isinstance(statements, list) else [statements]
        if public := list(open_to_everybody(statements)):
            return Outcome.WARNING, (
                f"the bucket's policy lets everybody in (statement {', '.join(public)}): "
                "take that out; nothing of ours needs it"
            )
        if not _is_aws(self._s3.endpoint):
            return Outcome.UNSUPPORTED, (
                "plain HTTP is not denied here: who ends TLS in front of this storage sees to it"
            )
        wanted = merged(statements, tls_only(self._s3.bucket), name="Sid")
        if wanted is None:
            return Outcome.THERE, "plain HTTP is denied"
        changed = {"Version": "2012-10-17", **document, "Statement": wanted}
        await self._change("put_bucket_policy", Policy=json.dumps(changed))
        return self._changed(f"plain HTTP is denied{_others(wanted)}")

    async def public_access(self) -> tuple[Outcome, str]:
        """No access list and no policy can open the bucket by mistake."""
        found = await self._read(
            "get_public_access_block", "PublicAccessBlockConfiguration", dict[str, bool]()
        )
        if found == BLOCKED:
            return Outcome.THERE, "blocked in all four ways"
        await self._change("put_public_access_block", PublicAccessBlockConfiguration=BLOCKED)
        return self._changed("blocked in all four ways")

    async def versions(self) -> tuple[Outcome, str]:
        """A bucket that keeps versions keeps what was erased."""
        status = await self._read("get_bucket_versioning", "Status", "")
        if not status:
            return Outcome.THERE, "none are kept"
        return Outcome.WARNING, (
            f"versioning is {status}: projects that were deleted stay readable by version; suspend "
            "it, and let a lifecycle rule expire noncurrent versions"
        )

    async def encryption(self) -> tuple[Outcome, str]:
        """What objects are encrypted with unless a request says otherwise."""
        found = await self._read(
            "get_bucket_encryption", "ServerSideEncryptionConfiguration", dict[str, Any]()
        )
        kinds = [
            rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"]
            for rule in found.get("Rules", [])
            if "ApplyServerSideEncryptionByDefault" in rule
        ]
        return Outcome.THERE, ", ".join(kinds) or "none by default: encrypt the storage's disks"

    async def _read(self, call: str, field: str, nothing: Any) -> Any:
        try:
            answer = await getattr(self._client, call)(Bucket=self._s3.bucket)
        except ClientError as error:
            if error.response["Error"].get("Code") not in NONE_YET:
                raise
            return nothing
        return answer.get(field, nothing)

    async def _change(self, call: str, **wanted: Any) -> None:
        if not self._dry_run:
            await getattr(self._client, call)(Bucket=self._s3.bucket, **wanted)

    def _changed(self, detail: str) -> tuple[Outcome, str]:
        return (Outcome.TO_DO if self._dry_run else Outcome.DONE), detail

    async def _put_ready(self) -> None:
        """SeaweedFS lists a new bucket before it can store anything in it."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                try:
                    return await self._storage.put(keys.READY, b"")
                except UnavailableError:
                    await asyncio.sleep(PAUSE_S)
                except StorageRefusedError as error:
                    if error.code != "NoSuchBucket":
                        raise
                    await asyncio.sleep(PAUSE_S)


def _is_aws(endpoint: str) -> bool:
    host = urlsplit(endpoint).hostname or ""
    return not endpoint or host.endswith((".amazonaws.com", ".amazonaws.com.cn"))


def _others(rules: Sequence[Any]) -> str:
    others = len(rules) - 1
    return f"; {others} of somebody else's stay as they are" if others else ""
