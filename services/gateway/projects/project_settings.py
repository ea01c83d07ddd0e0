"""A project's settings: small ones in its record, larger ones in the storage beside its files."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final

import msgspec

from shared.errors import TooLargeError
from shared.storage import keys
from shared.storage.s3_client import ObjectMissingError

if TYPE_CHECKING:
    from shared.domain.project import Project
    from shared.storage.bucket import Storage

SETTINGS_BYTES: Final = 64 << 10
INLINE_BYTES: Final = 1 << 10  # records are many, and all lie in one bucket of NATS


class ProjectSettings:
    """Keeps and reads them."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def encoded(self, settings: dict[str, Any]) -> bytes:
        """Settings as JSON (raises TooLargeError)."""
        data = msgspec.json.encode(settings)
        if len(data) > SETTINGS_BYTES:
            raise TooLargeError(f"settings may have {SETTINGS_BYTES} bytes, these have {len(data)}")
        return data

    async def keep(self, project_id: str, data: bytes) -> dict[str, Any]:
        """Store settings; the fields of the record that say where they are."""
        if len(data) <= INLINE_BYTES:
            return {"settings": msgspec.json.decode(data)}
        key = keys.settings(project_id, hashlib.sha256(data).hexdigest())
        await self._storage.put(key, data, content_type="application/json")
        return {"settings_key": key}

    async def of(self, project: Project) -> dict[str, Any]:
        """A project's settings; those of one that is being erased may be gone."""
        if project.settings_key is None:
            return project.settings
        try:
            data = await self._storage.get(project.settings_key)
        except ObjectMissingError:
            return {}
        return msgspec.json.decode(data, type=dict[str, Any])
