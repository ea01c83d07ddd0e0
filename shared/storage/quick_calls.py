"""The few calls of S3 that every export makes, without what the SDK does around each.

The SDK resolves, validates and parses by descriptions that it reads anew: for what has a few bytes
that is more than half of a call's computing time. Its signer, keys and connections are used here
all the same. Whatever is not answered with success, and soon, is left to it, with its retries, its
errors and its ways to other servers.
"""

from __future__ import annotations

import asyncio
import time
from types import MappingProxyType
from typing import IO, TYPE_CHECKING, Any, Final, NamedTuple, cast
from urllib.parse import quote
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

import structlog
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest

from shared.storage import timing
from shared.storage.memory_body import MemoryBody
from shared.tracing import spans

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aiobotocore.credentials import AioCredentials
    from aiobotocore.httpsession import AIOHTTPSession
    from botocore.awsrequest import AWSPreparedRequest

log = structlog.get_logger()

SMALL_BYTES: Final = 1 << 20  # of a body: a larger one is refused before it is sent, by the SDK
FEW_PARTS: Final = 16  # a server may take its time to make an object of more
PATIENCE_S: Final = 10.0  # for an answer; then the SDK asks, which waits longer
COMPLETE_S: Final = 50.0  # likewise, less than the SDK's own; then nobody asks at once
MOST_FAILED: Final = 50  # one after the other: the server may take no such calls at all
REST_S: Final = 60.0  # until it is tried again then
SUCCESS: Final = 200
MISSING: Final = 404
TOLD: Final = frozenset({"content-length", "last-modified"})  # of each object
COMPLETE: Final = "CompleteMultipartUpload"
_XML: Final = "http://s3.amazonaws.com/doc/2006-03-01/"
_SAFE: Final = "/-_.~"  # beside letters and digits


class Answer(NamedTuple):
    """What a server has said; names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class QuickCalls:
    """Calls of one bucket at a server that has an address of its own; None leaves one to the SDK.

    Args:
        client: Of the SDK, for that server; buckets stand in the paths of its addresses.
        connections: The client's.
        keys: The client's.
        bucket: Its name.
    """

    def __init__(
        self, client: Any, connections: AIOHTTPSession, keys: AioCredentials, bucket: str
    ) -> None:
        self._connections: Any = connections  # whose stubs know other requests
        self._keys = keys
        self._config = client.meta.config
        self._region = client.meta.region_name
        self._folder = f"{client.meta.endpoint_url.rstrip('/')}/{bucket}/"
        self._failed = 0  # one after the other
        self._resting_until = 0.0

    async def start_upload(self, key: str, *, content_type: str) -> str | None:
        """Begin a multipart upload; its id, or None."""
        headers = {
            "content-type": content_type,
            "x-amz-checksum-algorithm": "CRC32C",
            "x-amz-checksum-type": "FULL_OBJECT",
        }
        answer = await self._call(
            "CreateMultipartUpload", "POST", key, query={"uploads": ""}, headers=headers
        )
        document = _document(answer, "InitiateMultipartUploadResult")
        return None if document is None else document.findtext("{*}UploadId") or None

    async def put_part(
        self,
        key: str,
        upload_id: str,
        number: int,
        data: bytes | bytearray | memoryview,
        *,
        crc32c: str,
    ) -> str | None:
        """Send a small part; its ETag, or None."""
        query = {"partNumber": str(number), "uploadId": upload_id}
        headers = {"x-amz-checksum-crc32c": crc32c}
        answer = await self._call("UploadPart", "PUT", key, query=query, headers=headers, body=data)
        return answer.headers.get("etag") if answer else None

    async def complete_upload(
        self, key: str, upload_id: str, etags: Sequence[tuple[int, str]], *, crc32c: str
    ) -> bool:
        """Make an object of a few numbered parts; whether that is certain.

        Raises:
            TimeoutError: The server may still be at it; whoever is told at once that the object
                exists, and aborts the upload, could take from it what it is being made of.
        """
        if len(etags) > FEW_PARTS:
            return False
        headers = {
            "content-type": "application/xml",
            "if-none-match": "*",
            "x-amz-checksum-crc32c": crc32c,
            "x-amz-checksum-type": "FULL_OBJECT",
        }
        named = "".join(
            f"<Part><PartNumber>{number}</PartNumber><ETag>{escape(etag)}</ETag></Part>"
            for number, etag in etags
        )
        body = f'<CompleteMultipartUpload xmlns="{_XML}">{named}</CompleteMultipartUpload>'
        query = {"uploadId": upload_id}
        began = time.perf_counter()
        try:
            async with asyncio.timeout(COMPLETE_S):
                answer = await self._call(
                    COMPLETE,
                    "POST",
                    key,
                    query=query,
                    headers=headers,
                    body=body.encode(),
                    is_bounded=True,
                )
        except TimeoutError:
            timing.ended(COMPLETE, began, "unavailable")
            raise
        return _document(answer, "CompleteMultipartUploadResult") is not None

    async def head(self, key: str) -> Answer | None:
        """What is known of an object; its status is 404 where there is none."""
        headers = {"x-amz-checksum-mode": "ENABLED"}
        answer = await self._call("HeadObject", "HEAD", key, headers=headers)
        if answer and answer.status == SUCCESS and not answer.headers.keys() >= TOLD:
            return None
        return answer

    async def _call(
        self,
        operation: str,
        method: str,
        key: str,
        *,
        headers: Mapping[str, str],
        query: Mapping[str, str] = MappingProxyType({}),
        body: bytes | bytearray | memoryview = b"",
        is_bounded: bool = False,
    ) -> Answer | None:
        """The answer of a call that S3 has a name for; None where the SDK has to make it."""
        is_resting = time.monotonic() < self._resting_until
        if is_resting or spans.recording() or len(body) > SMALL_BYTES:
            return None
        began = time.perf_counter()
        try:
            async with asyncio.timeout(None if is_bounded else PATIENCE_S):
                request = await self._signed(method, key, query, headers, body)
                answer = await self._connections.send(request)
                content = await answer.content
        except Exception as error:  # noqa: BLE001 - whatever it is, the SDK tells it better
            self._fail(repr(error))
            return None
        is_missing = answer.status_code == MISSING and method == "HEAD"
        if answer.status_code != SUCCESS and not is_missing:
            self._fail(f"status {answer.status_code}")
            return None
        self._failed = 0
        timing.ended(operation, began, "missing" if is_missing else None)
        return Answer(answer.status_code, answer.headers, content)

    def _fail(self, error: str) -> None:
        self._failed += 1
        if self._failed == MOST_FAILED:
            log.warning("storage.quick_calls_off", error=error)
        if self._failed >= MOST_FAILED:
            self._resting_until = time.monotonic() + REST_S

    async def _signed(
        self,
        method: str,
        key: str,
        query: Mapping[str, str],
        headers: Mapping[str, str],
        body: bytes | bytearray | memoryview,
    ) -> AWSPreparedRequest:
        request = AWSRequest(
            method=method,
            url=self._folder + quote(key, safe=_SAFE),
            headers={"user-agent": self._config.user_agent, **headers},
            data=cast("IO[bytes]", MemoryBody(body)) if body else None,
            params=dict(query),
        )
        request.context["client_config"] = self._config  # which says that payloads go unsigned
        keys = await self._keys.get_frozen_credentials()
        S3SigV4Auth(keys, "s3", self._region).add_auth(request)
        return request.prepare()


def _document(answer: Answer | None, name: str) -> ET.Element | None:
    """What an answer consists of; an error may come as a success, too."""
    if answer is None:
        return None
    try:
        document = ET.fromstring(answer.body)  # noqa: S314 - of our own storage
    except ET.ParseError:
        return None
    return document if document.tag.rpartition("}")[2] == name else None
