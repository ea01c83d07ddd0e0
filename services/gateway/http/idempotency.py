"""The same Idempotency-Key stands for the same request, however often it is sent."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final

import msgspec

from shared.domain.events import ExportPackaged, ExportRequested
from shared.errors import ExportError
from shared.jetstream.key_value import ConflictingWriteError, KeyValueStore, kv_safe
from shared.jetstream.topology import IDEMPOTENCY_BUCKET

if TYPE_CHECKING:
    from nats.js import JetStreamContext

Start = ExportRequested | ExportPackaged
MARKER_S: Final = 1.0  # nobody watches the bucket


class IdempotencyRecord(msgspec.Struct, frozen=True):
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

    def __init__(self, records: KeyValueStore[IdempotencyRecord]) -> None:
        self._store = records

    @classmethod
    async def bind(cls, js: JetStreamContext) -> Idempotency:
        """Bind to the bucket."""
        return cls(await KeyValueStore.bind(js, IDEMPOTENCY_BUCKET.name, IdempotencyRecord))

    async def find(
        self, user_id: str, project_id: str, key: str | None, content: Any
    ) -> Start | None:
        """The event of an earlier request with this key; None without one.

        Raises:
            KeyReusedError: That request was another one.
        """
        if key is None:
            return None
        found = await self._store.get(_record(user_id, project_id, key))
        if found is None:
            return None
        if found.value.digest != _digest(content):
            raise KeyReusedError("use a new Idempotency-Key for a new request")
        return found.value.event

    async def keep(self, event: Start, key: str | None, content: Any) -> Start:
        """Let the key stand for ``event``, or for the one of a request that was quicker."""
        if key is None:
            return event
        record = _record(event.user_id, event.project_id, key)
        while True:
            try:
                await self._store.create(record, IdempotencyRecord(_digest(content), event))
            except ConflictingWriteError:
                found = await self.find(event.user_id, event.project_id, key, content)
                if found is not None:  # else it was refused and is forgotten already
                    return found
            else:
                return event

    async def forget(self, event: Start, key: str | None) -> None:
        """Let the key stand for nothing: what it was kept for is refused, and may be asked again.

        So nobody fills the bucket with requests that are refused.
        """
        if key is not None:
            record = _record(event.user_id, event.project_id, key)
            await self._store.delete(record, marker_s=MARKER_S)


def _record(user_id: str, project_id: str, key: str) -> str:
    return kv_safe(f"{user_id}\n{project_id}\n{key}")


def _digest(content: Any) -> str:
    return hashlib.sha256(msgspec.json.encode(content)).hexdigest()
