"""The bucket ``usage``: what each user has, one record each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from shared.domain.usage import Usage
from shared.jetstream.key_value import KeyValueStore, kv_safe
from shared.jetstream.topology import USAGE_BUCKET

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from nats.js import JetStreamContext

BUCKET: Final = USAGE_BUCKET.name
GUESS_S: Final = 60.0  # but for the sweeper, once a day or so, only gateways write here


class Usages:
    """Reads and changes the records; whoever has none has nothing."""

    def __init__(self, store: KeyValueStore[Usage]) -> None:
        self._store = store

    @classmethod
    async def bind(cls, js: JetStreamContext) -> Usages:
        """Bind to the bucket."""
        return cls(await KeyValueStore.bind(js, BUCKET, Usage, guess_s=GUESS_S))

    async def of(self, user_id: str) -> Usage:
        """One user's record."""
        found = await self._store.get(kv_safe(user_id))
        return found.value if found else Usage(user_id=user_id)

    async def change(self, user_id: str, decide: Callable[[Usage], Usage]) -> None:
        """Change one user's record by compare-and-set; what ``decide`` raises changes nothing."""
        await self._store.change(
            kv_safe(user_id), lambda found: decide(found or Usage(user_id=user_id))
        )

    async def all(self) -> AsyncIterator[Usage]:
        """Every record; for operators."""
        async for usage in self._store.values():
            yield usage
