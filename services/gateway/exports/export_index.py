"""Which exports a project has, held in memory and brought up to date before each use.

The keys of a project are listed once in a process. From then on only what has changed in the bucket
since the last look is read, from its leader, in the order of its sequences: nothing is missed while
deleted keys still leave their markers, and what nobody asked for that long is listed anew. No
message is sent for an export that nobody lists, and several gateways need not know each other.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from typing import TYPE_CHECKING, Final
from weakref import WeakValueDictionary

import msgspec

from services.gateway.exports.export_list import kind_of
from services.gateway.exports.export_order import UNKNOWN, ExportOrder, is_id
from services.gateway.exports.unfolded_exports import UnfoldedExports
from shared.jetstream.batch_get import read_from_leader
from shared.jetstream.key_value import KEEPS_UP_S
from shared.jetstream.stream_life import look_at
from shared.jetstream.topology import EXPORTS_BUCKET
from shared.jetstream.turn import Turn
from shared.stores.exports import export_of, exports_of

if TYPE_CHECKING:
    from nats.aio.client import Client

    from shared.domain.export_document import Document
    from shared.jetstream.key_value import KeyValueStore
    from shared.jetstream.stream_life import StreamLife

HELD: Final = 1_000_000  # exports, 17 bytes each; projects that were asked for long ago make room
PROJECT: Final = 50  # so many exports take as much memory as a project without any
CHECKED_S: Final = 10.0  # between two questions whether the bucket was lost or brought back
FEW: Final = 100  # changes that are read one by one; more than a thirtieth of all: listed anew


class _Listed:
    """A project's exports up to a sequence of the bucket."""

    def __init__(self, order: ExportOrder, *, life: int, seq: int) -> None:
        self.order = order
        self.life = life  # of the bucket
        self.seq = seq
        self.keeps_up_until = 0.0
        self.size = 0  # in exports, when it was last used


class ExportIndex:
    """The exports of the projects that were asked for lately."""

    def __init__(self, nc: Client, documents: KeyValueStore[Document]) -> None:
        self.unfolded = UnfoldedExports()
        self._nc = nc
        self._documents = documents
        self._projects: OrderedDict[str, _Listed] = OrderedDict()  # the last one used is last
        self._size = 0  # of them all
        self._turns: WeakValueDictionary[str, Turn] = WeakValueDictionary()
        self._looking = Turn()
        self._look_again_at = 0.0
        self._life: tuple[StreamLife, int] | None = None  # of the bucket, and of our connection
        self._last_seq = 0  # at the last look
        self._lives = 0  # that were seen
        self._highest = 0  # sequence that was read

    def __len__(self) -> int:
        """How many projects are held."""
        return len(self._projects)

    async def of(self, project_id: str) -> ExportOrder:
        """All exports of a project as they are now, those that were just accepted here among them.

        Raises:
            NatsUnavailableError: NATS does not answer.
        """
        async with self._turns.setdefault(project_id, Turn()).taken():
            begun, last_seq = time.monotonic(), await self._look()
            listed = self._projects.get(project_id)
            if (
                listed is None
                or listed.life != self._lives
                or begun >= listed.keeps_up_until
                or not await self._catch_up(project_id, listed)
            ):
                listed = await self._list(project_id)
            listed.seq = max(listed.seq, last_seq)  # of this project nothing else is before that
            listed.keeps_up_until = begun + KEEPS_UP_S
            self._hold(project_id, listed)
        for export_id in self.unfolded.of(project_id):
            listed.order.add(export_id)
        return listed.order

    async def _look(self) -> int:
        """A sequence that the bucket had reached lately; see whether it is still the same bucket.

        One that has lost its end in a crash gives sequences again that were read before: whoever
        was away for a moment may have.
        """
        async with self._looking.taken():
            if time.monotonic() >= self._look_again_at:
                highest, connections = self._highest, self._nc.stats["reconnects"]
                life, last_seq = await look_at(self._nc, EXPORTS_BUCKET.stream)
                if self._life != (life, connections) or last_seq < highest:
                    self._life, self._highest = (life, connections), 0
                    self._lives += 1
                self._last_seq, self._look_again_at = last_seq, time.monotonic() + CHECKED_S
            return self._last_seq

    async def _list(self, project_id: str) -> _Listed:
        """List all keys; what is stored meanwhile comes behind the sequence."""
        lives = self._lives
        _, seq = await look_at(self._nc, EXPORTS_BUCKET.stream)
        keys = await self._documents.keys(exports_of(project_id))
        order = await asyncio.to_thread(ExportOrder.of, map(export_of, keys))
        return _Listed(order, life=lives, seq=seq)

    async def _catch_up(self, project_id: str, listed: _Listed) -> bool:
        """Read what has changed; whether that was little enough."""
        most = FEW + len(listed.order) // 30
        subject = EXPORTS_BUCKET.prefix + exports_of(project_id)
        found = await read_from_leader(
            self._nc, EXPORTS_BUCKET.stream, subject, after_seq=listed.seq, limit=most
        )
        for message in found:
            listed.seq = message.seq
            self._highest = max(self._highest, message.seq)
            export_id = export_of(message.subject.removeprefix(EXPORTS_BUCKET.prefix))
            if is_id(export_id):
                self.unfolded.remove(project_id, export_id)
                self._note(export_id, message.payload, listed.order)
        return len(found) < most

    def _note(self, export_id: str, payload: bytes, order: ExportOrder) -> None:
        if not payload:  # deleted
            order.remove(export_id)
            return
        try:
            order.put(export_id, kind_of(self._documents.decode(payload).state))
        except msgspec.MsgspecError:  # of a later release: whoever shows it must see that
            order.put(export_id, UNKNOWN)

    def _hold(self, project_id: str, listed: _Listed) -> None:
        """Keep a project, and forget those that were asked for longest ago; the latest stays."""
        if before := self._projects.pop(project_id, None):
            self._size -= before.size
        listed.size = PROJECT + len(listed.order)
        self._projects[project_id] = listed
        self._size += listed.size
        while self._size > HELD and len(self._projects) > 1:
            _, gone = self._projects.popitem(last=False)
            self._size -= gone.size
