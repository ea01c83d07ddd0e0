"""The bucket ``debug-keys``: each project's own key, which signs what no operator's key does.

It is made once, by whichever packager needs it first, so that exports install over each other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from shared.jetstream.key_value import ConflictingWriteError, KeyValueStore
from shared.jetstream.topology import DEBUG_KEYS_BUCKET

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from nats.js import JetStreamContext

BUCKET: Final = DEBUG_KEYS_BUCKET.name


class DebugKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key that proves nothing but that two exports are of the same project."""

    private_key: bytes  # PKCS#8, DER
    certificate: bytes  # X.509, DER


class DebugKeys:
    """The keys, by project."""

    def __init__(self, keys: KeyValueStore[DebugKey]) -> None:
        self._keys = keys

    @classmethod
    async def bind(cls, js: JetStreamContext) -> DebugKeys:
        """Bind to the bucket."""
        return cls(await KeyValueStore.bind(js, BUCKET, DebugKey))

    async def of(self, project_id: str, make: Callable[[str], DebugKey]) -> DebugKey:
        """The key of a project, made where there is none; of two that make one, the first counts.

        Raises:
            NatsUnavailableError: NATS does not answer; nobody signs with a key that is not kept.
        """
        while True:
            found = await self._keys.get(project_id)
            if found is not None:
                return found.value
            fresh = make(project_id)
            try:
                await self._keys.create(project_id, fresh)
            except ConflictingWriteError:
                continue
            return fresh

    async def forget(self, project_id: str) -> None:
        """Forget the key of a project, with the project."""
        for key in await self._keys.keys(project_id):
            await self._keys.delete(key)

    async def sweep(self, deleted: Iterable[str]) -> None:
        """Forget keys of projects that were deleted lately: a build may have made one since."""
        for project_id in {*deleted}.intersection(await self._keys.keys()):
            await self.forget(project_id)
