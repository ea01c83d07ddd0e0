"""The uploader's handler commits an artifact: claim its key, check the parts, make it visible."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import msgspec
import structlog
from msgspec import UNSET

from shared.domain.events import ExportCompleted, ExportPackaged, now
from shared.errors import ExportError, StorageRefusedError
from shared.storage.multipart_check import announced_parts, are_the_parts, is_committed
from shared.storage.s3_client import ObjectMissingError
from shared.stores.build_results import BuildResult
from shared.tracing import spans

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

    from services.uploader.artifact_claims import ArtifactClaims
    from shared.domain.events import Artifact, Event
    from shared.jetstream.progress_reporter import ProgressReporter
    from shared.storage.bucket import Storage
    from shared.stores.artifacts import ArtifactRecord
    from shared.stores.build_results import BuildResults

log = structlog.get_logger()

PARTS_LOST: Final = (
    "The packed files did not survive in the storage. Please start the export again."
)
_OTHER_PARTS: Final = "InvalidPart"
_EXISTS_ALREADY: Final = {"PreconditionFailed", "ConditionalRequestConflict"}  # 412 and 409


class PartsLostError(ExportError):
    """The parts are gone or are not those that the packager announced: only a new build helps."""

    code = "parts-lost"
    title = "The uploaded parts are not those that were packed"
    of_project = True


class UploaderHandler:
    """Turns the invisible parts of ``packaged`` into an object that can be downloaded."""

    def __init__(
        self, storage: Storage, claims: ArtifactClaims, results: BuildResults, *, ttl: timedelta
    ) -> None:
        self._storage = storage
        self._claims = claims
        self._results = results
        self._ttl = ttl

    async def __call__(self, event: ExportPackaged, reporter: ProgressReporter) -> Sequence[Event]:
        """Commit the artifact; again, or beside another uploader, it ends in the same object."""
        reporter.progress("uploading", 92, "Checking the parts")
        claim = await self._claims.claim(event.project_id, event.artifact, now() + self._ttl)
        record = claim.value
        if record.state == "ready" and await is_committed(self._storage, record.artifact):
            reporter.log("An identical artifact was there already; it is used again.")
            await self.discard(event)
            artifact = record.artifact
        else:
            with spans.leaf("commit", {"aethel.artifact.bytes": event.artifact.size_bytes}):
                artifact = await self._commit(event, record.artifact, reporter)
        reporter.progress("uploading", 98, "Recording the expiry")
        remembering = asyncio.create_task(self._remember(event, record))
        try:
            record = await self._claims.set_ready(event.project_id, artifact, claim)
        finally:
            await remembering
        return [
            ExportCompleted(
                **event.identity,
                artifact=msgspec.structs.replace(artifact, file_name=event.artifact.file_name),
                expires_at=record.expires_at,
                build_s=event.build_s,
            )
        ]

    async def _remember(self, event: ExportPackaged, record: ArtifactRecord) -> None:
        """The next export of the same inputs finds this, once it is ready."""
        if event.inputs is UNSET:
            return
        result = BuildResult(
            artifact_key=record.artifact.key, built_at=event.at, warnings=event.warnings
        )
        project_id, until = event.project_id, record.expires_at
        await self._results.keep(project_id, event.inputs, result, until=until)

    async def discard(self, event: Event) -> None:
        """Remove the parts of a canceled export; a committed artifact stays until it expires."""
        if isinstance(event, ExportPackaged):
            await self._storage.abort_upload(event.artifact.key, event.upload.upload_id)

    async def _commit(
        self, event: ExportPackaged, claimed: Artifact, reporter: ProgressReporter
    ) -> Artifact:
        """Complete the upload, and return the artifact that is there afterwards.

        It is the event's own, or where another build of the same input was quicker, that one's
        (compressors may differ between kinds of processor).
        """
        artifact, upload = event.artifact, event.upload
        try:
            parts = await announced_parts(self._storage, event)
            if not are_the_parts(event, parts):
                raise PartsLostError(PARTS_LOST)
            reporter.progress("uploading", 95, "Making the artifact visible")
            await self._storage.complete_upload(
                artifact.key, upload.upload_id, parts, crc32c=artifact.crc32c
            )
        except ObjectMissingError:
            log.info("upload.gone", key=artifact.key)  # completed by another, or before a crash
        except StorageRefusedError as error:
            if error.code == _OTHER_PARTS:
                raise PartsLostError(PARTS_LOST) from error
            if error.code not in _EXISTS_ALREADY:
                raise
            await self.discard(event)
        for candidate in (artifact, claimed):
            if await is_committed(self._storage, candidate):
                return candidate
        raise PartsLostError(PARTS_LOST)
