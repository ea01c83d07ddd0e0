"""S3, the one storage protocol: what the services need of their bucket.

Whatever goes wrong is one of the errors of :mod:`shared.storage.s3_client`.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import IO, TYPE_CHECKING, Any, Final, cast
from urllib.parse import quote

import msgspec

from shared.errors import StorageRefusedError
from shared.metrics import storage as metrics
from shared.storage import keys, timing
from shared.storage.checksums import crc32c_base64
from shared.storage.memory_body import MemoryBody
from shared.storage.quick_calls import SUCCESS, QuickCalls
from shared.storage.s3_client import ObjectMissingError, connect, errors, keys_of

if TYPE_CHECKING:
    from collections.abc import (
        AsyncGenerator,
        AsyncIterator,
        Collection,
        Iterable,
        Mapping,
        Sequence,
    )

    from aiobotocore.httpsession import AIOHTTPSession
    from types_aiobotocore_s3 import S3Client

    from shared.settings import S3Settings

READ_BYTES: Final = 1 << 18
DELETE_BATCH: Final = 1_000  # what one DeleteObjects takes
ARRIVAL_S: Final = 5.0  # for parts on their way when their upload is thrown away


class ObjectInfo(msgspec.Struct, frozen=True, kw_only=True):
    """One object as S3 lists it; ``crc32c`` (base64) only where it was asked for and is known."""

    key: str
    size_bytes: int
    modified: datetime
    crc32c: str | None = None


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One part of a multipart upload."""

    number: int
    etag: str
    size_bytes: int


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    """A multipart upload under way."""

    key: str
    upload_id: str
    started: datetime


class Storage:
    """One bucket. All keys are built in ``shared.storage.keys``; none come from a client."""

    def __init__(
        self,
        client: S3Client,
        presigner: S3Client,
        bucket: str,
        *,
        quick: QuickCalls | None = None,
    ) -> None:
        self._s3 = client
        self._quick = quick
        self._presigner = presigner
        self.bucket = bucket

    async def put(
        self, key: str, data: bytes, *, content_type: str = "application/octet-stream"
    ) -> None:
        """Store a small object in one request; S3 checks the CRC32C."""
        with errors(key):
            await self._s3.put_object(
                Bucket=self.bucket,
                Key=key,
                Body=cast("IO[bytes]", MemoryBody(data)),
                ContentType=content_type,
                ChecksumCRC32C=crc32c_base64(data),
            )
        metrics.WRITTEN_BYTES.inc(len(data))

    async def get(self, key: str, *, max_bytes: int = 256 << 20) -> bytes:
        """A whole object that is known to be small.

        Raises:
            ObjectMissingError: There is none.
            StorageRefusedError: It is larger than ``max_bytes``.
        """
        with errors(key):
            answer = await self._s3.get_object(Bucket=self.bucket, Key=key)
            if answer["ContentLength"] > max_bytes:
                answer["Body"].close()
                raise StorageRefusedError("TooLarge", f"{key} has {answer['ContentLength']} bytes")
            async with answer["Body"] as body:
                data = await body.read()
        metrics.READ_BYTES.inc(len(data))
        return data

    async def read(
        self, key: str, *, offset: int = 0, size_bytes: int | None = None
    ) -> AsyncGenerator[bytes, None]:
        """Stream an object, or a range of it, in blocks of ``READ_BYTES`` at most."""
        if size_bytes == 0:
            return
        end = "" if size_bytes is None else str(offset + size_bytes - 1)
        whole = offset == 0 and size_bytes is None
        scope: dict[str, Any] = {} if whole else {"Range": f"bytes={offset}-{end}"}
        with errors(key):
            answer = await self._s3.get_object(Bucket=self.bucket, Key=key, **scope)
            async with answer["Body"] as body:
                while block := await body.read(READ_BYTES):
                    metrics.READ_BYTES.inc(len(block))
                    yield block

    async def head(self, key: str) -> ObjectInfo | None:
        """What S3 knows of an object, or None."""
        if self._quick and (said := await self._quick.head(key)):
            return _info(key, said.headers) if said.status == SUCCESS else None
        try:
            with errors(key):
                found = await self._s3.head_object(
                    Bucket=self.bucket, Key=key, ChecksumMode="ENABLED"
                )
        except ObjectMissingError:
            return None
        return ObjectInfo(
            key=key,
            size_bytes=found["ContentLength"],
            modified=found["LastModified"].astimezone(UTC),
            crc32c=found.get("ChecksumCRC32C"),
        )

    async def objects(self, prefix: str) -> AsyncIterator[ObjectInfo]:
        """Every object below a prefix, in key order."""
        with errors(prefix):
            pages = self._s3.get_paginator("list_objects_v2").paginate(
                Bucket=self.bucket, Prefix=prefix
            )
            async for page in pages:
                for item in page.get("Contents", []):
                    yield ObjectInfo(
                        key=item["Key"],
                        size_bytes=item["Size"],
                        modified=item["LastModified"].astimezone(UTC),
                    )

    async def delete(self, keys: Iterable[str]) -> int:
        """Delete objects; those that are gone already count as deleted.

        Returns:
            How many were named.
        """
        names = list(keys)
        for start in range(0, len(names), DELETE_BATCH):
            batch = [{"Key": key} for key in names[start : start + DELETE_BATCH]]
            with errors(names[start]):
                answer = await self._s3.delete_objects(
                    Bucket=self.bucket,
                    Delete={"Objects": batch, "Quiet": True},  # type: ignore[typeddict-item]
                )
            if failed := answer.get("Errors"):
                raise StorageRefusedError(
                    failed[0].get("Code", "Unknown"), failed[0].get("Message", "")
                )
        return len(names)

    async def start_upload(self, key: str, *, content_type: str) -> str:
        """Begin a multipart upload; nothing can be seen until it is completed.

        Returns:
            The upload id.
        """
        if self._quick:
            upload_id = await self._quick.start_upload(key, content_type=content_type)
            if upload_id is not None:
                return upload_id
        with errors(key):
            answer = await self._s3.create_multipart_upload(
                Bucket=self.bucket,
                Key=key,
                ContentType=content_type,
                ChecksumAlgorithm="CRC32C",
                ChecksumType="FULL_OBJECT",
            )
        return answer["UploadId"]

    async def put_part(
        self,
        key: str,
        upload_id: str,
        number: int,
        data: bytes | bytearray | memoryview,
        *,
        crc32c: str | None = None,
    ) -> str:
        """Send one part; S3 checks its CRC32C, which is worked out here unless it is known.

        Returns:
            Its ETag.
        """
        crc32c = crc32c or crc32c_base64(data)
        if self._quick:
            etag = await self._quick.put_part(key, upload_id, number, data, crc32c=crc32c)
            if etag is not None:
                metrics.WRITTEN_BYTES.inc(len(data))
                return etag
        with errors(key):
            answer = await self._s3.upload_part(
                Bucket=self.bucket,
                Key=key,
                UploadId=upload_id,
                PartNumber=number,
                Body=cast("IO[bytes]", MemoryBody(data)),
                ChecksumCRC32C=crc32c,
            )
        metrics.WRITTEN_BYTES.inc(len(data))
        return answer["ETag"]

    async def list_parts(self, key: str, upload_id: str) -> list[Part]:
        """All parts that are there, by number."""
        with errors(key):
            pages = self._s3.get_paginator("list_parts").paginate(
                Bucket=self.bucket, Key=key, UploadId=upload_id
            )
            return [
                Part(number=part["PartNumber"], etag=part["ETag"], size_bytes=part["Size"])
                async for page in pages
                for part in page.get("Parts", [])
            ]

    async def complete_upload(
        self, key: str, upload_id: str, parts: Sequence[Part], *, crc32c: str | None = None
    ) -> None:
        """Make the object visible, if its CRC32C is what was announced.

        Raises:
            ObjectMissingError: No such upload: it was completed or aborted before.
            StorageUnavailableError: No answer came; it may be done all the same.
            StorageRefusedError: ``PreconditionFailed`` where the key exists, ``InvalidPart``,
                ``BadDigest``, …
        """
        if self._quick and crc32c:
            etags = [(part.number, part.etag) for part in parts]
            with errors(key):
                if await self._quick.complete_upload(key, upload_id, etags, crc32c=crc32c):
                    return
        checksum = {"ChecksumCRC32C": crc32c, "ChecksumType": "FULL_OBJECT"} if crc32c else {}
        with errors(key):
            await self._s3.complete_multipart_upload(
                Bucket=self.bucket,
                Key=key,
                UploadId=upload_id,
                IfNoneMatch="*",
                MultipartUpload={
                    "Parts": [{"PartNumber": p.number, "ETag": p.etag} for p in parts]
                },
                **checksum,  # type: ignore[arg-type]
            )

    async def abort_upload(
        self, key: str, upload_id: str, *, sending: Collection[asyncio.Task[Any]] = ()
    ) -> bool:
        """Throw the parts away; an upload that is gone already is fine.

        ``sending`` are the parts on their way: a storage may take one that arrives after the abort,
        and keep the upload for it. They are waited for, ``ARRIVAL_S`` at most, and then cancelled.

        Returns:
            Whether nothing of the upload can be left.
        """
        late: set[asyncio.Task[Any]] = set()
        if sending:
            _, late = await asyncio.wait(sending, timeout=ARRIVAL_S)
            for part in late:
                part.cancel()
            await asyncio.gather(*sending, return_exceptions=True)
        with errors(key), suppress(ObjectMissingError):
            await self._s3.abort_multipart_upload(Bucket=self.bucket, Key=key, UploadId=upload_id)
        return not late

    async def uploads(self, prefix: str) -> list[Upload]:
        """Multipart uploads under way below a prefix."""
        with errors(prefix):
            pages = self._s3.get_paginator("list_multipart_uploads").paginate(
                Bucket=self.bucket, Prefix=prefix
            )
            return [
                Upload(
                    key=u["Key"], upload_id=u["UploadId"], started=u["Initiated"].astimezone(UTC)
                )
                async for page in pages
                for u in page.get("Uploads", [])
            ]

    async def presign(self, key: str, *, file_name: str, expires_s: int) -> str:
        """A URL that downloads the object under its proper name for some minutes.

        Without any other right.
        """
        ascii_name = (
            file_name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_")
        )
        disposition = f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(file_name)}"
        return await self._presigner.generate_presigned_url(
            "get_object",
            Params={"Bucket": self.bucket, "Key": key, "ResponseContentDisposition": disposition},
            ExpiresIn=expires_s,
        )

    async def own_url(self, key: str, *, expires_s: int) -> str:
        """A URL by which this process itself reads the object, or any range of it."""
        return await self._s3.generate_presigned_url(
            "get_object", Params={"Bucket": self.bucket, "Key": key}, ExpiresIn=expires_s
        )

    async def check(self) -> None:
        """Raise unless the bucket is there and these credentials read in it.

        A real read: what HeadBucket needs would let a service list every object. Who is tired of
        waiting for it has seen a storage that hangs, which calls of S3 tell only minutes later.
        """
        began = time.perf_counter()
        try:
            with suppress(ObjectMissingError):
                await self.get(keys.READY)
        except asyncio.CancelledError:
            timing.ended(timing.READ, began, "unavailable")
            raise


@asynccontextmanager
async def open_storage(settings: S3Settings) -> AsyncIterator[Storage]:
    """The bucket of the settings, its connections closed at the end."""
    public = settings.public_endpoint or settings.endpoint
    async with AsyncExitStack() as stack:
        made: list[AIOHTTPSession] = []
        client = await stack.enter_async_context(
            connect(settings, settings.endpoint, on_connections=made.append)
        )
        presigner = client
        if public != settings.endpoint:
            presigner = await stack.enter_async_context(connect(settings, public))
        quick = None
        found = await keys_of(settings)
        if settings.endpoint and made and found:  # AWS' own addresses are for the SDK to find
            quick = QuickCalls(client, made[0], found, settings.bucket)
        yield Storage(client, presigner, settings.bucket, quick=quick)


def _info(key: str, headers: Mapping[str, str]) -> ObjectInfo:
    return ObjectInfo(
        key=key,
        size_bytes=int(headers["content-length"]),
        modified=parsedate_to_datetime(headers["last-modified"]),
        crc32c=headers.get("x-amz-checksum-crc32c"),
    )
