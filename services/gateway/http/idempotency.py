"""The same Idempotency-Key stands for the same act, however often it is sent."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import msgspec

from shared.domain.events import ExportPackaged, ExportRequested
from shared.errors import ExportError
from shared.jetstream.key_value import ConflictingWriteError, KeyValueStore, kv_safe
from shared.jetstream.topology import IDEMPOTENCY_BUCKET

if TYPE_CHECKING:
    from nats.js import JetStreamContext

Start = ExportRequested | ExportPackaged


class Asked(msgspec.Struct, frozen=True):
    """What a key stands for: the request's digest and the event it became."""

    digest: str
    event: Start


class KeyReusedError(ExportError):
    """The same Idempotency-Key with another body."""

    code = "idempotency-key-reused"
    title = "This Idempotency-Key was used for another request"
    status = 422


class Idempotency:
    """The bucket ``idempotency``.

    The event itself is kept, so that a request which died before it was published is mended by its
    repetition.
    """

    def __init__(self, records: KeyValueStore[Asked]) -> None:
        self._store = records

    @classmethod
    async def bind(cls, js: JetStreamContext) -> Idempotency:
        """Bind to the bucket."""
        return cls(await KeyValueStore.bind(js, IDEMPOTENCY_BUCKET.name, Asked))

    async def find(self, user_id: str, project_id: str, key: str, content: Any) -> Start | None:
        """The event of an earlier request with this key.

        Raises:
            KeyReusedError: That request was another one.
        """
        found = await self._store.get(_record(user_id, project_id, key))
        if found is None:
            return None
        if found.value.digest != _digest(content):
            raise KeyReusedError("use a new Idempotency-Key for a new request")
        return found.value.event

    async def keep(self, event: Start, key: str, content: Any) -> Start:
        """Let the key stand for ``event``, or for the one of a request that was quicker."""
        record = _record(event.user_id, event.project_id, key)
        try:
            await self._store.create(record, Asked(_digest(content), event))
        except ConflictingWriteError:
            return await self.find(event.user_id, event.project_id, key, content) or event
        return event


def _record(user_id: str, project_id: str, key: str) -> str:
    return kv_safe(f"{user_id}\n{project_id}\n{key}")


def _digest(content: Any) -> str:
    return hashlib.sha256(msgspec.json.encode(content)).hexdigest()
