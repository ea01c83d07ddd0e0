"""The bucket ``artifacts``: what became of each artifact key, written by the uploader only."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from shared.domain.events import Artifact
from shared.jetstream.key_value import KeyValueStore, kv_safe
from shared.jetstream.topology import ARTIFACTS_BUCKET

if TYPE_CHECKING:
    from nats.js import JetStreamContext

BUCKET: Final = ARTIFACTS_BUCKET.name


class ArtifactRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one artifact key; until it is deleted, its expiry only moves forward."""

    project_id: str
    state: Literal["claimed", "ready", "deleting"]
    artifact: Artifact  # of whoever claimed the key first; the one that is there once it is ready
    expires_at: datetime


async def bind_artifacts(js: JetStreamContext) -> KeyValueStore[ArtifactRecord]:
    """Bind to the records."""
    return await KeyValueStore.bind(js, BUCKET, ArtifactRecord)


def artifact_record_key(project_id: str, artifact_key: str) -> str:
    """``<projectId>.<hash of the artifact's key>``, so that a project's artifacts can be listed."""
    return f"{project_id}.{kv_safe(artifact_key)}"


def artifacts_of(project_id: str) -> str:
    """The pattern of all artifacts of a project."""
    return f"{project_id}.*"
