"""The connection to S3: how its client is set up, and its errors made ours.

Payloads go unsigned with our own CRC32C (hashing them again for the signature would cost half the
throughput; events in docs/adr/0005), so a plain-text connection belongs on loopback or a trusted
network only.
"""

from __future__ import annotations

import functools
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from aiobotocore.config import AioConfig
from aiobotocore.session import AioSession
from aiohttp import ClientError as HttpClientError
from botocore.exceptions import BotoCoreError, ClientError

from shared.errors import NotFoundError, StorageRefusedError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.settings import S3Settings

_MISSING: Final = {"404", "NoSuchKey", "NoSuchUpload", "NotFound"}
_TRANSIENT: Final = {
    "SlowDown",
    "InternalError",
    "ServiceUnavailable",
    "RequestTimeout",
    "RequestTimeTooSkewed",  # a clock that jumped, ours or theirs
    "403",  # what a HEAD is answered then: it has no body to say why
    "Throttling",
    "503",
    "500",
}


class StorageUnavailableError(UnavailableError):
    """The S3 server is away, slow, or says 5xx."""

    code = "storage-unavailable"
    title = "The storage cannot be reached"
    public = "the storage does not answer as it should: come again"


class ObjectMissingError(NotFoundError):
    """No object (or upload) of that name."""

    code = "object-missing"
    title = "The object does not exist"
    public = "what belongs to it is no longer in the storage"


def connect(settings: S3Settings, endpoint: str) -> Any:
    """A client of that server (of AWS where it is empty), to be entered as a context."""
    config = AioConfig(
        signature_version="s3v4",
        max_pool_connections=64,
        connect_timeout=5,
        read_timeout=60,
        retries={"mode": "standard", "total_max_attempts": 4},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        s3={"addressing_style": "path" if endpoint else "auto", "payload_signing_enabled": False},
    )
    return _session().create_client(
        "s3",
        endpoint_url=endpoint or None,
        region_name=settings.region,
        aws_access_key_id=settings.access_key_id or None,
        aws_secret_access_key=settings.secret_access_key or None,
        config=config,
    )


@functools.cache
def _session() -> AioSession:
    """One session a process: it reads the description of S3 once, which takes 0.1 s each time."""
    return AioSession()


@contextmanager
def errors(what: str) -> Iterator[None]:
    """Make S3's errors ours; ``what`` is the key (or prefix) that was asked for."""
    try:
        yield
    except ClientError as error:
        code = error.response["Error"].get("Code", "Unknown")
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        if code in _MISSING:
            raise ObjectMissingError(f"{what} is not in the storage") from error
        if code in _TRANSIENT or status >= 500:  # noqa: PLR2004 - RFC 9110 section 15.6
            raise StorageUnavailableError(f"the storage answered {code} for {what}") from error
        raise StorageRefusedError(code, f"{what}: {error}") from error
    except (BotoCoreError, HttpClientError, TimeoutError, OSError) as error:
        raise StorageUnavailableError(
            f"no answer from the storage for {what}: {error!r}"
        ) from error
