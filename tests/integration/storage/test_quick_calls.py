from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from aiobotocore.credentials import AioCredentials
from aiobotocore.httpsession import AIOHTTPSession
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from shared.errors import StorageRefusedError
from shared.settings import S3Settings
from shared.storage import quick_calls
from shared.storage.bucket import Part, open_storage
from shared.storage.checksums import crc32c_base64
from shared.storage.quick_calls import FEW_PARTS, MOST_FAILED, REST_S, QuickCalls
from shared.storage.s3_client import ObjectMissingError, StorageUnavailableError
from tests.measured import measured

if TYPE_CHECKING:
    from shared.storage.bucket import Storage

NAMES = st.text(
    st.characters(categories=("L", "N", "P", "S", "Zs"), exclude_characters="/\\"),
    min_size=1,
    max_size=40,
).filter(lambda name: name.strip(". ") == name)
ERRORS = "export_storage_errors_total"
CALLS = ("create_multipart_upload", "upload_part", "complete_multipart_upload", "head_object")


async def _uploaded(storage: Storage, key: str, data: bytes, *, crc32c: str = "") -> None:
    upload = await storage.start_upload(key, content_type="application/zip")
    etag = await storage.put_part(key, upload, 1, data)
    part = Part(number=1, etag=etag, size_bytes=len(data))
    await storage.complete_upload(key, upload, [part], crc32c=crc32c or crc32c_base64(data))


@settings(
    deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(name=NAMES, data=st.binary(min_size=1, max_size=4_000))
async def test_small_uploads_need_none_of_the_sdk_s_calls(
    s3_settings: S3Settings, name: str, data: bytes
) -> None:
    """Whatever the key is: the signature covers its encoded form."""
    key = f"projects/p/{hashlib.sha256(data).hexdigest()}/{name}"
    async with open_storage(s3_settings) as storage:
        with pytest.MonkeyPatch.context() as patch:
            for call in CALLS:
                patch.setattr(storage._s3, call, None)
            assert await storage.head(key) is None
            await _uploaded(storage, key, data)
            found = await storage.head(key)
        assert found is not None
        assert (found.size_bytes, found.crc32c) == (len(data), crc32c_base64(data))
        listed = [item async for item in storage.objects(key)]
        assert [(item.key, item.size_bytes) for item in listed] == [(key, len(data))]
        assert listed[0].modified == found.modified
        assert await storage.get(key) == data
        await storage.delete([key])


async def test_what_is_refused_is_told_by_the_sdk(storage: Storage) -> None:
    """A second object of a key, parts that are others, an upload that is gone: its errors."""
    await _uploaded(storage, "projects/p/one", b"one")
    with pytest.raises(StorageRefusedError, match="PreconditionFailed"):
        await _uploaded(storage, "projects/p/one", b"two")
    upload = await storage.start_upload("projects/p/two", content_type="application/zip")
    await storage.put_part("projects/p/two", upload, 1, b"two")
    other = Part(number=1, etag=f'"{"0" * 32}"', size_bytes=3)
    with pytest.raises(StorageRefusedError) as refused:
        await storage.complete_upload(
            "projects/p/two", upload, [other], crc32c=crc32c_base64(b"two")
        )
    assert refused.value.code == "InvalidPart"
    await storage.abort_upload("projects/p/two", upload)
    with pytest.raises(ObjectMissingError):
        await storage.put_part("projects/p/two", upload, 1, b"two")


async def test_keys_that_are_refused_are_told_so(s3_settings: S3Settings) -> None:
    """A wrong secret is no missing object."""
    wrong = msgspec.structs.replace(s3_settings, secret_access_key="wrong")
    async with open_storage(wrong) as storage:
        for call in (
            storage.start_upload("projects/p/one", content_type="application/zip"),
            storage.put_part("projects/p/one", "upload", 1, b"one"),
        ):
            with pytest.raises(StorageUnavailableError, match="SignatureDoesNotMatch"):
                await call


async def test_large_parts_are_the_sdk_s(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server may refuse them before they are sent."""
    asked: list[int] = []
    upload_part = storage._s3.upload_part

    async def counted(**how: Any) -> Any:
        asked.append(len(how["Body"]))
        return await upload_part(**how)

    monkeypatch.setattr(storage._s3, "upload_part", counted)
    upload = await storage.start_upload("projects/p/one", content_type="application/zip")
    await storage.put_part("projects/p/one", upload, 1, bytes(1 << 20))
    await storage.put_part("projects/p/one", upload, 2, bytes((1 << 20) + 1))
    assert asked == [(1 << 20) + 1]
    await storage.abort_upload("projects/p/one", upload)


async def test_many_parts_become_an_object_by_the_sdk(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server may take longer for that than a quick call waits."""
    asked: list[str] = []

    async def counted(_: QuickCalls, operation: str, *_how: Any, **_more: Any) -> None:
        asked.append(operation)

    monkeypatch.setattr(QuickCalls, "_call", counted)
    for count in (FEW_PARTS, FEW_PARTS + 1):
        parts = [Part(number=n, etag='"0"', size_bytes=1) for n in range(1, count + 1)]
        with pytest.raises(ObjectMissingError):
            await storage.complete_upload("projects/p/one", "none", parts, crc32c="AAAAAA==")
    assert asked == ["CompleteMultipartUpload"]


@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:9", "https://s3.example:9443/under/it/"])
@given(name=st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
async def test_addresses_are_those_of_the_sdk(endpoint: str, name: str) -> None:
    """With every character that a key may have."""
    keys = {"access_key_id": "key", "secret_access_key": "secret"}
    async with open_storage(S3Settings(bucket="bucket", endpoint=endpoint, **keys)) as storage:
        assert storage._quick is not None
        request = await storage._quick._signed("HEAD", f"projects/p/{name}", {}, {}, b"")
        theirs = await storage.own_url(f"projects/p/{name}", expires_s=60)
        assert request.url == theirs.partition("?")[0]
        assert request.headers["user-agent"].startswith("aethel-export/")


Send = Callable[[AIOHTTPSession, Any], Awaitable[Any]]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Callable[[Send], None]:
    """Has the next request sent in another way."""
    send = AIOHTTPSession.send

    def first(other: Send) -> None:
        async def once(connections: AIOHTTPSession, request: Any) -> Any:
            monkeypatch.setattr(AIOHTTPSession, "send", send)
            return await other(connections, request)

        monkeypatch.setattr(AIOHTTPSession, "send", once)

    return first


async def test_an_answer_that_is_lost_makes_nothing_twice(
    storage: Storage, sent: Callable[[Send], None]
) -> None:
    """The object is there; whoever asks again is told so, or that nothing is left to be done."""
    send = AIOHTTPSession.send

    async def lose(connections: AIOHTTPSession, request: Any) -> Any:
        answer: Any = await send(connections, request)
        await answer.content
        raise ConnectionResetError

    key, data = "projects/p/one", b"one"
    upload = await storage.start_upload(key, content_type="application/zip")
    sent(lose)
    etag = await storage.put_part(key, upload, 1, data)
    part = Part(number=1, etag=etag, size_bytes=len(data))
    sent(lose)
    try:
        await storage.complete_upload(key, upload, [part], crc32c=crc32c_base64(data))
    except ObjectMissingError:
        pass
    except StorageRefusedError as refused:
        assert refused.code == "PreconditionFailed"  # noqa: PT017 - one of two ways to say it
    assert await storage.get(key) == data
    assert await storage.uploads("") == []


async def test_an_answer_that_does_not_come_is_not_waited_for_as_long_as_the_sdk_s(
    storage: Storage, sent: Callable[[Send], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The SDK asks again, and begins with a connection of its own."""

    async def hang(*_: Any) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(quick_calls, "PATIENCE_S", 0.1)
    sent(hang)
    await _uploaded(storage, "projects/p/one", b"one")
    assert await storage.get("projects/p/one") == b"one"


async def test_a_server_that_may_still_be_at_it_is_not_asked_at_once(
    storage: Storage, sent: Callable[[Send], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else it may be said that the object exists, and its parts be thrown away under its hands."""

    async def hang(*_: Any) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(quick_calls, "COMPLETE_S", 0.1)
    upload = await storage.start_upload("projects/p/one", content_type="application/zip")
    etag = await storage.put_part("projects/p/one", upload, 1, b"one")
    part, crc32c = Part(number=1, etag=etag, size_bytes=3), crc32c_base64(b"one")
    before = measured(ERRORS, operation="CompleteMultipartUpload", kind="unavailable")
    with monkeypatch.context() as patch:
        patch.setattr(storage._s3, "complete_multipart_upload", None)
        sent(hang)
        with pytest.raises(StorageUnavailableError):
            await storage.complete_upload("projects/p/one", upload, [part], crc32c=crc32c)
    assert measured(ERRORS, operation="CompleteMultipartUpload", kind="unavailable") == before + 1
    monkeypatch.setattr(quick_calls, "COMPLETE_S", 50.0)
    await storage.complete_upload("projects/p/one", upload, [part], crc32c=crc32c)
    assert await storage.get("projects/p/one") == b"one"


async def test_a_server_that_takes_none_is_asked_by_the_sdk_alone(storage: Storage) -> None:
    """It is told once, what is asked for is done all the same, and later all is well again."""
    quick = storage._quick
    assert quick is not None
    keys, quick._keys = quick._keys, AioCredentials("nobody", "secret")
    with capture_logs() as said:
        for number in range(MOST_FAILED + 2):
            assert await storage.head(f"projects/p/{number}") is None
        await _uploaded(storage, "projects/p/one", b"one")
    assert [line["event"] for line in said] == ["storage.quick_calls_off"]
    assert await storage.get("projects/p/one") == b"one"
    quick._keys = keys
    assert await quick.head("projects/p/one") is None
    quick._resting_until -= REST_S
    assert await quick.head("projects/p/one") is not None
