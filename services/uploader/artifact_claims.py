"""The bucket ``artifacts`` says of each artifact key whether it is claimed, ready or being deleted.

Only the uploader writes this bucket.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from shared.errors import UnavailableError
from shared.jetstream.key_value import NOTHING
from shared.stores.artifacts import ArtifactRecord, artifact_record_key, bind_artifacts

if TYPE_CHECKING:
    from datetime import datetime

    from nats.js import JetStreamContext

    from shared.domain.events import Artifact
    from shared.jetstream.key_value import KeyValueStore, Record


class BeingDeletedError(UnavailableError):
    """The sweeper is deleting the key's artifact; a moment later the key is free."""

    code = "artifact-being-deleted"
    title = "An expired artifact of the same name is being deleted"


class ArtifactClaims:
    """The claims on artifact keys, changed by compare-and-set."""

    def __init__(self, records: KeyValueStore[ArtifactRecord]) -> None:
        self.records = records

    @classmethod
    async def bind(cls, js: JetStreamContext) -> ArtifactClaims:
        """Bind to the bucket."""
        return cls(await bind_artifacts(js))

    async def claim(
        self, project_id: str, artifact: Artifact, expires_at: datetime
    ) -> Record[ArtifactRecord]:
        """Claim the key, or extend what is there, before its object is touched or reused.

        Mostly nobody has claimed it, so that is tried first.

        Returns:
            The record; ``ready`` means that an identical artifact is there and now lives until
                ``expires_at`` at least.

        Raises:
            BeingDeletedError: Come again later.
        """

        def decide(current: ArtifactRecord | None) -> ArtifactRecord:
            if current is None:
                return ArtifactRecord(
                    project_id=project_id, state="claimed", artifact=artifact, expires_at=expires_at
                )
            if current.state == "deleting":
                raise BeingDeletedError(f"{artifact.key} is being deleted")
            return msgspec.structs.replace(current, expires_at=max(current.expires_at, expires_at))

        key = artifact_record_key(project_id, artifact.key)
        record = await self.records.change_from(NOTHING, key, decide)
        assert record is not None  # noqa: S101 - decide never leaves nothing
        return record

    async def extend(
        self, project_id: str, artifact_key: str, expires_at: datetime
    ) -> ArtifactRecord | None:
        """Extend the life of what is ready, before it is used again; None where nothing is."""

        def decide(current: ArtifactRecord | None) -> ArtifactRecord | None:
            if current is None or current.state != "ready":
                return None
            return msgspec.structs.replace(current, expires_at=max(current.expires_at, expires_at))

        record = await self.records.change(artifact_record_key(project_id, artifact_key), decide)
        return record if record is not None and record.state == "ready" else None

    async def set_ready(
        self, project_id: str, artifact: Artifact, claimed: Record[ArtifactRecord]
    ) -> ArtifactRecord:
        """Record that the key's object is there and has been checked; ``claimed`` is the claim.

        Raises:
            BeingDeletedError: The claim ran out meanwhile; come again later.
        """

        def decide(current: ArtifactRecord | None) -> ArtifactRecord:
            if current is None or current.state == "deleting":
                raise BeingDeletedError(f"the claim on {artifact.key} ran out")
            return msgspec.structs.replace(current, state="ready", artifact=artifact)

        key = artifact_record_key(project_id, artifact.key)
        record = await self.records.change_from(claimed, key, decide)
        assert record is not None  # noqa: S101 - decide never leaves nothing
        return record.value
