"""Which exports have not ended, as a status process noted it: one record, in ``durations``.

A restarted process reads what has changed since instead of every document.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from shared.jetstream.key_value import KeyValueStore
from shared.jetstream.stream_life import StreamLife
from shared.jetstream.topology import BUILD_TIMES_BUCKET

if TYPE_CHECKING:
    from nats.js import JetStreamContext

BUCKET: Final = BUILD_TIMES_BUCKET.name
KEY: Final = "open-exports"


class OpenExportsNote(msgspec.Struct, frozen=True, kw_only=True):
    """What stays true as long as the bucket ``exports`` lives.

    Every document that was written last at ``seq`` or before is of an export that has ended, but
    for those of ``keys``.
    """

    life: StreamLife
    seq: int
    keys: tuple[str, ...]


class OpenExportsNotes:
    """The record; the status service writes it."""

    def __init__(self, store: KeyValueStore[OpenExportsNote]) -> None:
        self._store = store

    @classmethod
    async def bind(cls, js: JetStreamContext) -> OpenExportsNotes:
        """Bind to the bucket."""
        return cls(await KeyValueStore.bind(js, BUCKET, OpenExportsNote))

    async def read(self) -> OpenExportsNote | None:
        """The note, None where there is none.

        Raises:
            NatsUnavailableError: The bucket does not answer.
        """
        found = await self._store.get(KEY)
        return found.value if found else None

    async def write(self, note: OpenExportsNote) -> None:
        """Keep it, unless another process has noted later documents.

        Raises:
            NatsUnavailableError: The bucket does not answer.
        """
        await self._store.change(KEY, lambda known: None if _is_later(known, note) else note)


def _is_later(known: OpenExportsNote | None, note: OpenExportsNote) -> bool:
    return known is not None and known.life == note.life and known.seq >= note.seq
