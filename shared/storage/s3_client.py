"""The connection to S3: how its client is set up, and its errors made ours.

Payloads go unsigned with our own CRC32C (hashing them again for the signature would cost half the
throughput; events in docs/adr/0005), so a plain-text connection belongs on loopback or a trusted
network only.
"""

from __future__ import annotations

import functools
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from aiobotocore.config import AioConfig
from aiobotocore.credentials import AioCredentials
from aiobotocore.httpsession import AIOHTTPSession
from aiobotocore.session import AioSession
from aiohttp import ClientError as HttpClientError
from botocore.exceptions import BotoCoreError, ClientError

from shared.errors import NotFoundError, StorageRefusedError, UnavailableError
from shared.storage import call_spans, timing
from shared.storage.key_files import KeyFiles, check_pair
from shared.storage.refusals import STS, kind_of
from shared.version import product_version

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from shared.settings import S3Settings


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


def connect(
    settings: S3Settings,
    endpoint: str,
    *,
    on_connections: Callable[[AIOHTTPSession], None] = lambda _: None,
) -> Any:
    """A client of that server (of AWS where it is empty), to be entered as a context.

    ``on_connections`` is handed the client's connections, which the client opens and closes.

    It signs with the keys of the settings, with those that their files hold at that moment, or
    with what the SDK finds by itself: a web identity, a profile, the machine's own role.

    Raises:
        ConfigurationError: Half a pair of keys.
    """

    class Connections(AIOHTTPSession):
        def __init__(self, **how: Any) -> None:
            super().__init__(**how)
            on_connections(self)

    config = AioConfig(
        http_session_cls=Connections,
        signature_version="s3v4",
        user_agent=f"aethel-export/{product_version()}",  # the SDK's own is put together each time
        max_pool_connections=64,
        connect_timeout=5,
        read_timeout=60,
        retries={"mode": "standard", "total_max_attempts": 4},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        s3={"addressing_style": "path" if endpoint else "auto", "payload_signing_enabled": False},
    )
    check_pair(settings)
    keys: dict[str, Any] = (
        {}
        if _key_files(settings)
        else {
            "aws_access_key_id": settings.access_key_id or None,
            "aws_secret_access_key": settings.secret_access_key or None,
        }
    )
    return _session(settings.region, _key_files(settings)).create_client(
        "s3", endpoint_url=endpoint or None, region_name=settings.region, config=config, **keys
    )


async def keys_of(settings: S3Settings) -> AioCredentials | None:
    """What a client of these settings signs with; None: it does not."""
    if settings.access_key_id and not _key_files(settings):
        return AioCredentials(settings.access_key_id, settings.secret_access_key)
    found: AioCredentials | None
    found = await _session(settings.region, _key_files(settings)).get_credentials()
    return found


def _key_files(settings: S3Settings) -> S3Settings | None:
    return settings if settings.access_key_id_file or settings.secret_access_key_file else None


@functools.cache
def _session(region: str, files: S3Settings | None) -> AioSession:
    """One session a process: it reads the description of S3 once, which takes 0.1 s each time.

    Its region is the one that web identities are signed in at.
    """
    session = AioSession()
    session.set_config_variable("region", region)
    timing.measure(session)
    call_spans.trace(session)
    if files:
        KeyFiles(files).serve(session)
    return session


@contextmanager
def errors(what: str) -> Iterator[None]:
    """Make S3's errors ours; ``what`` is the key (or prefix) that was asked for."""
    try:
        yield
    except ClientError as error:
        code = error.response["Error"].get("Code", "Unknown")
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        if error.operation_name.startswith(STS):
            message = f"the storage's token service lets us in no longer, or not yet: {error}"
            raise StorageUnavailableError(message) from error
        match kind_of(code, status):
            case "missing":
                raise ObjectMissingError(f"{what} is not in the storage") from error
            case "unavailable":
                raise StorageUnavailableError(f"the storage answered {code} for {what}") from error
        raise StorageRefusedError(code, f"{what}: {error}") from error
    except (BotoCoreError, HttpClientError, TimeoutError, OSError) as error:
        raise StorageUnavailableError(
            f"no answer from the storage for {what}: {error!r}"
        ) from error
