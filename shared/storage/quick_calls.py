"""The few calls of S3 that every export makes, without what the SDK does around each.

The SDK resolves, validates, signs and parses by descriptions that it reads anew: for what has a few
bytes that is more than half of a call's computing time. Whatever is not answered with success is
left to it, with its retries, its errors and its ways to other servers.

Source:
    Amazon S3 API Reference, "Authenticating Requests: Using the Authorization Header (AWS Signature
    Version 4)".
"""

from __future__ import annotations

import hashlib
import hmac
import time
from datetime import UTC, datetime
from types import MappingProxyType
from typing import IO, TYPE_CHECKING, Any, Final, NamedTuple, cast
from urllib.parse import quote, urlsplit
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

import structlog
from botocore.awsrequest import AWSPreparedRequest
from botocore.compat import HTTPHeaders

from shared.storage import timing
from shared.storage.memory_body import MemoryBody
from shared.tracing import spans

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

log = structlog.get_logger()

SMALL_BYTES: Final = 1 << 20  # of a body: a larger one is refused before it is sent, by the SDK
MOST_FAILED: Final = 50  # one after the other: the server may take no such calls at all
SUCCESS: Final = 200
MISSING: Final = 404
_XML: Final = "http://s3.amazonaws.com/doc/2006-03-01/"
_UNSIGNED: Final = "UNSIGNED-PAYLOAD"
_SAFE: Final = "-_.~"  # beside letters and digits


class Answer(NamedTuple):
    """What a server has said; names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class QuickCalls:
    """Calls of one bucket at a server that has an address of its own; None leaves one to the SDK.

    Args:
        client: Of the SDK; its connections and its keys are used.
        endpoint: The server's address.
        region: As the signature names it.
        bucket: Its name.
    """

    def __init__(self, client: Any, endpoint: str, *, region: str, bucket: str) -> None:
        self._client = client
        address = urlsplit(endpoint)
        self._base = f"{address.scheme}://{address.netloc}"
        self._host = address.netloc
        self._folder = f"{address.path.rstrip('/')}/{bucket}/"
        self._region = region
        self._failed = 0  # one after the other
        self._key: tuple[str, str, bytes] = ("", "", b"")  # of a day, made of a secret

    async def start_upload(self, key: str, *, content_type: str) -> str | None:
        """Begin a multipart upload; its id, or None."""
        headers = {
            "content-type": content_type,
            "x-amz-checksum-algorithm": "CRC32C",
            "x-amz-checksum-type": "FULL_OBJECT",
        }
        query = {"uploads": ""}
        answer = await self._call(
            "CreateMultipartUpload", "POST", key, query=query, headers=headers
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
        self, key: str, upload_id: str, etags: Iterable[tuple[int, str]], *, crc32c: str
    ) -> bool:
        """Make an object of numbered parts; whether that is certain."""
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
        answer = await self._call(
            "CompleteMultipartUpload",
            "POST",
            key,
            query=query,
            headers=headers,
            body=body.encode(),
        )
        return _document(answer, "CompleteMultipartUploadResult") is not None

    async def head(self, key: str) -> Answer | None:
        """What is known of an object; its status is 404 where there is none."""
        headers = {"x-amz-checksum-mode": "ENABLED"}
        return await self._call("HeadObject", "HEAD", key, headers=headers)

    async def _call(
        self,
        operation: str,
        method: str,
        key: str,
        *,
        headers: Mapping[str, str],
        query: Mapping[str, str] = MappingProxyType({}),
        body: bytes | bytearray | memoryview = b"",
    ) -> Answer | None:
        """The answer of a call that S3 has a name for; None where the SDK has to make it."""
        if self._failed >= MOST_FAILED or spans.recording() or len(body) > SMALL_BYTES:
            return None
        began = time.perf_counter()
        try:
            request = await self._request(method, key, query, headers, body)
            session = self._client._endpoint.http_session  # noqa: SLF001 - it has no other name
            answer = await session.send(request)
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

    async def _request(
        self,
        method: str,
        key: str,
        query: Mapping[str, str],
        headers: Mapping[str, str],
        body: bytes | bytearray | memoryview,
    ) -> AWSPreparedRequest:
        signer = self._client._request_signer  # noqa: SLF001 - it has no other name
        keys = await signer._credentials.get_frozen_credentials()  # noqa: SLF001 - likewise
        path = quote(f"{self._folder}{key}", safe=f"/{_SAFE}")
        asked = "&".join(
            f"{quote(name, safe=_SAFE)}={quote(value, safe=_SAFE)}"
            for name, value in sorted(query.items())
        )
        moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        signed = {
            **headers,
            "host": self._host,
            "x-amz-content-sha256": _UNSIGNED,
            "x-amz-date": moment,
            **({"x-amz-security-token": keys.token} if keys.token else {}),
        }
        names = sorted(signed)
        canonical = "\n".join(
            (
                method,
                path,
                asked,
                *(f"{name}:{signed[name]}" for name in names),
                "",
                ";".join(names),
                _UNSIGNED,
            )
        )
        scope = f"{moment[:8]}/{self._region}/s3/aws4_request"
        digest = hashlib.sha256(canonical.encode()).hexdigest()
        text = f"AWS4-HMAC-SHA256\n{moment}\n{scope}\n{digest}"
        signature = hmac.digest(
            self._signing_key(moment[:8], keys.secret_key), text.encode(), "sha256"
        ).hex()
        del signed["host"]  # the connection's own
        signed["authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={keys.access_key}/{scope}, "
            f"SignedHeaders={';'.join(names)}, Signature={signature}"
        )
        url = f"{self._base}{path}?{asked}" if asked else f"{self._base}{path}"
        sent = cast("IO[bytes]", MemoryBody(body)) if body else None
        return AWSPreparedRequest(method, url, HTTPHeaders.from_dict(signed), sent, False)  # noqa: FBT003 - nothing is streamed

    def _signing_key(self, day: str, secret: str) -> bytes:
        if self._key[:2] != (day, secret):
            key = f"AWS4{secret}".encode()
            for part in (day, self._region, "s3", "aws4_request"):
                key = hmac.digest(key, part.encode(), "sha256")
            self._key = day, secret, key
        return self._key[2]


def _document(answer: Answer | None, name: str) -> ET.Element | None:
    """What an answer consists of; an error may come as a success, too."""
    if answer is None:
        return None
    try:
        document = ET.fromstring(answer.body)  # noqa: S314 - of our own storage
    except ET.ParseError:
        return None
    return document if document.tag.rpartition("}")[2] == name else None
