"""The bucket ``exports``: one document per export, under ``<projectId>.<exportId>``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from shared.domain.export_document import Document
from shared.jetstream.key_value import KeyValueStore
from shared.jetstream.topology import EXPORTS_BUCKET

if TYPE_CHECKING:
    from nats.js import JetStreamContext

BUCKET: Final = EXPORTS_BUCKET.name


async def bind_exports(js: JetStreamContext) -> KeyValueStore[Document]:
    """Bind to the documents; the status service writes them, the uploader deletes them."""
    return await KeyValueStore.bind(js, BUCKET, Document)


def export_key(project_id: str, export_id: str) -> str:
    """Where an export's document is; with ``*`` for either, a pattern."""
    return f"{project_id}.{export_id}"


def exports_of(project_id: str) -> str:
    """The pattern of all exports of a project."""
    return export_key(project_id, "*")


def project_of(key: str) -> str:
    """The project id in a key."""
    return key.partition(".")[0]


def export_of(key: str) -> str:
    """The export id in a key."""
    return key.partition(".")[2]
