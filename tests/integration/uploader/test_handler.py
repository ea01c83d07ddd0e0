from __future__ import annotations

import asyncio
import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec
import pytest
from msgspec import UNSET

from services.uploader.artifact_claims import ArtifactClaims, BeingDeletedError
from services.uploader.handler import PartsLostError, UploaderHandler
from shared.domain.events import (
    Artifact,
    ExportCompleted,
    ExportPackaged,
    PendingUpload,
    StoredPart,
    now,
)
from shared.jetstream.progress_reporter import ProgressReporter
from shared.storage import keys
from shared.storage.bucket import Storage
from shared.storage.checksums import crc32c_base64
from shared.stores.artifacts import artifact_record_key
from shared.stores.build_results import BuildResults

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nats.js import JetStreamContext

PART = 5 << 20
EXPORT = "01900000-0000-7000-8000-00000000000{}"


async def packaged(
    storage: Storage, data: bytes, *, export: int = 1, named: bool = False
) -> ExportPackaged:
    """Upload ``data`` as the packager would, and say so; perhaps with the parts' ETags."""
    key = keys.artifact("p", "build", "game.zip")
    upload_id = await storage.start_upload(key, content_type="application/zip")
    parts = [data[i : i + PART] for i in range(0, len(data), PART)]
    etags = [await storage.put_part(key, upload_id, n, part) for n, part in enumerate(parts, 1)]
    return ExportPackaged(
        export_id=EXPORT.format(export),
        project_id="p",
        user_id="u",
        platform="web",
        artifact=Artifact(
            key=key,
            file_name="game.zip",
            content_type="application/zip",
            size_bytes=len(data),
            sha256=hashlib.sha256(data).hexdigest(),
            crc32c=crc32c_base64(data),
        ),
        upload=PendingUpload(
            upload_id=upload_id,
            part_count=len(parts),
            part_bytes=PART,
            parts_sha256=_sha256_of(etags),
            parts=tuple(map(StoredPart, etags, map(len, parts))) if named else UNSET,
        ),
        build_s=1.0,
    )


def _sha256_of(etags: Sequence[str]) -> str:
    return hashlib.sha256("".join(f"{etag}\n" for etag in etags).encode()).hexdigest()


class Uploader:
    """The handler and what it works on."""

    def __init__(
        self,
        js: JetStreamContext,
        storage: Storage,
        uploaders_storage: Storage,
        claims: ArtifactClaims,
        results: BuildResults,
    ) -> None:
        self._js = js
        self.storage = storage
        self._own = uploaders_storage
        self.claims = claims
        self.results = results

    async def handle(self, event: ExportPackaged) -> ExportCompleted:
        reporter = ProgressReporter(self._js, event.export_id, event.generation)
        handler = UploaderHandler(self._own, self.claims, self.results, ttl=timedelta(days=1))
        try:
            (completed,) = await handler(event, reporter)
        finally:
            await reporter.close()
        assert isinstance(completed, ExportCompleted)
        return completed


@pytest.fixture
async def uploader(js: JetStreamContext, storage: Storage, uploaders_storage: Storage) -> Uploader:
    """The handler on empty servers."""
    claims, results = await ArtifactClaims.bind(js), await BuildResults.bind(js)
    return Uploader(js, storage, uploaders_storage, claims, results)


DATA = b"x" * (PART + 1_000)


async def test_parts_become_an_object_with_an_expiry(uploader: Uploader) -> None:
    """After the commit the object is there, whole, and its record is ready."""
    event = await packaged(uploader.storage, DATA)
    done = await uploader.handle(event)
    assert await uploader.storage.get(event.artifact.key) == DATA
    record = await uploader.claims.records.get(artifact_record_key("p", event.artifact.key))
    assert record is not None
    assert (record.value.state, record.value.expires_at) == ("ready", done.expires_at)


async def test_the_same_event_again_changes_nothing(uploader: Uploader) -> None:
    """A redelivered event, whose upload is long completed, completes again."""
    event = await packaged(uploader.storage, DATA)
    await uploader.handle(event)
    await uploader.handle(event)
    assert await uploader.storage.get(event.artifact.key) == DATA


async def test_an_identical_build_reuses_the_object_and_extends_its_life(
    uploader: Uploader,
) -> None:
    """Two exports of the same bytes share one object; the second leaves no upload behind."""
    first = await uploader.handle(await packaged(uploader.storage, DATA, export=1))
    second = await uploader.handle(await packaged(uploader.storage, DATA, export=2))
    assert second.expires_at > first.expires_at
    assert await uploader.storage.uploads("") == []


async def test_two_uploaders_at_once_end_in_one_object(uploader: Uploader) -> None:
    """Racing on one key, both succeed and nothing is left over."""
    events = [await packaged(uploader.storage, DATA, export=n) for n in (1, 2)]
    await asyncio.gather(*(uploader.handle(event) for event in events))
    assert await uploader.storage.get(events[0].artifact.key) == DATA
    assert await uploader.storage.uploads("") == []


async def test_named_parts_become_an_object_without_being_asked_for(
    uploader: Uploader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The storage itself compares them with what it has."""

    def unasked(*_: object) -> None:
        raise AssertionError("the parts were asked for")

    monkeypatch.setattr(Storage, "list_parts", unasked)
    event = await packaged(uploader.storage, DATA, named=True)
    await uploader.handle(event)
    await uploader.handle(event)
    assert await uploader.storage.get(event.artifact.key) == DATA
    again = await packaged(uploader.storage, DATA, export=2, named=True)
    await uploader.handle(again)
    assert await uploader.storage.uploads("") == []


@pytest.mark.parametrize("damage", ["size", "etags", "count", "part"])
@pytest.mark.parametrize("named", [False, True])
async def test_parts_that_differ_from_the_event_are_refused(
    uploader: Uploader, damage: str, *, named: bool
) -> None:
    """What the packager announced must be what lies in the storage."""
    event = await packaged(uploader.storage, DATA, named=named)
    replace = msgspec.structs.replace
    match damage:
        case "size":
            event = replace(event, artifact=replace(event.artifact, size_bytes=len(DATA) - 1))
        case "etags":
            event = replace(event, upload=replace(event.upload, parts_sha256="0" * 64))
        case "count":
            event = replace(event, upload=replace(event.upload, part_count=1))
        case "part":
            other = (f'"{"0" * 32}"', f'"{"1" * 32}"')
            upload = replace(event.upload, parts_sha256=_sha256_of(other))
            if named:
                upload = replace(upload, parts=tuple(map(StoredPart, other, (PART, 1_000))))
            event = replace(event, upload=upload)
    with pytest.raises(PartsLostError):
        await uploader.handle(event)
    assert await uploader.storage.head(event.artifact.key) is None


async def test_a_lie_about_sizes_ends_its_own_export_alone(uploader: Uploader) -> None:
    """The storage compares ETags and sums; what it made of them is no artifact of that size."""
    event, replace = await packaged(uploader.storage, DATA, named=True), msgspec.structs.replace
    assert event.upload.parts
    first, last = event.upload.parts
    lie = replace(
        event,
        artifact=replace(event.artifact, size_bytes=len(DATA) + 1),
        upload=replace(event.upload, parts=(first, replace(last, size_bytes=1_001))),
    )
    with pytest.raises(PartsLostError):
        await uploader.handle(lie)
    record = await uploader.claims.records.get(artifact_record_key("p", event.artifact.key))
    assert record is not None
    assert record.value.state == "claimed"
    done = await uploader.handle(await packaged(uploader.storage, DATA, export=2, named=True))
    assert done.artifact.size_bytes == len(DATA)
    assert await uploader.storage.get(event.artifact.key) == DATA
    assert await uploader.storage.uploads("") == []


async def test_lost_parts_are_told(uploader: Uploader) -> None:
    """An upload that was aborted cannot be committed, and the error says what to do."""
    event = await packaged(uploader.storage, DATA)
    await uploader.storage.abort_upload(event.artifact.key, event.upload.upload_id)
    with pytest.raises(PartsLostError, match="start the export again"):
        await uploader.handle(event)


async def test_a_key_that_is_being_deleted_is_left_alone(uploader: Uploader) -> None:
    """While the sweeper deletes an expired artifact, nobody may reuse or rewrite it."""
    event = await packaged(uploader.storage, DATA)
    await uploader.claims.claim("p", event.artifact, now())
    key = artifact_record_key("p", event.artifact.key)
    found = await uploader.claims.records.get(key)
    assert found is not None
    deleting = msgspec.structs.replace(found.value, state="deleting")
    await uploader.claims.records.replace(key, deleting, revision=found.revision)
    with pytest.raises(BeingDeletedError):
        await uploader.handle(event)


async def test_a_canceled_export_leaves_no_parts(uploader: Uploader) -> None:
    """Discarding aborts the upload, once or twice."""
    event = await packaged(uploader.storage, DATA)
    ttl = timedelta(days=1)
    handler = UploaderHandler(uploader.storage, uploader.claims, uploader.results, ttl=ttl)
    await handler.discard(event)
    await handler.discard(event)
    assert await uploader.storage.uploads("") == []


async def test_another_build_of_the_same_input_wins_whole(uploader: Uploader) -> None:
    """Where a different processor packed other bytes first, the later export offers those."""
    first = await uploader.handle(await packaged(uploader.storage, DATA, export=1))
    second = await uploader.handle(await packaged(uploader.storage, DATA + b"!", export=2))
    assert second.artifact.sha256 == first.artifact.sha256
    assert await uploader.storage.uploads("") == []
