"""Which exports a project has, held in memory and brought up to date before each use.

The keys of a project are listed once in a process. From then on only what has changed in the bucket
since the last look is read, from its leader, in the order of its sequences: nothing can be missed,
no message is sent for an export that nobody lists, and several gateways need not know each other.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

import msgspec

from services.gateway.exports.export_list import kind_of
from services.gateway.exports.export_order import UNKNOWN, ExportOrder, is_id
from shared.jetstream.batch_get import read_from_leader
from shared.jetstream.stream_life import look_at
from shared.jetstream.topology import EXPORTS_BUCKET
from shared.stores.exports import export_of, exports_of

if TYPE_CHECKING:
    from nats.aio.client import Client

    from shared.domain.export_document import Document
    from shared.jetstream.key_value import KeyValueStore
    from shared.jetstream.stream_life import StreamLife

HELD: Final = 1_000_000  # exports, 17 bytes each; projects that were asked for long ago make room
CHECKED_S: Final = 10.0  # between two questions whether the bucket was lost or brought back
FEW: Final = 100  # changes that are read one by one; more than a thirtieth of all: listed anew
UNFOLDED_S: Final = 600.0  # how long an accepted export is shown that no document tells of


class _Listed:
    """A project's exports up to a sequence of the bucket."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.order = ExportOrder()
        self.life = 0  # of the bucket; none is the first
        self.seq = 0


class ExportIndex:
    """The exports of the projects that were asked for lately."""

    def __init__(self, nc: Client, documents: KeyValueStore[Document]) -> None:
        self._nc = nc
        self._documents = documents
        self._projects: OrderedDict[str, _Listed] = OrderedDict()
        self._accepted: OrderedDict[str, tuple[str, float]] = OrderedDict()
        self._looking = asyncio.Lock()
        self._look_again_at = 0.0
        self._life: tuple[StreamLife, int] | None = None  # of the bucket, and of our connection
        self._last_seq = 0  # at the last look
        self._lives = 0  # that were seen
        self._highest = 0  # sequence that was read

    async def of(self, project_id: str) -> ExportOrder:
        """All exports of a project as they are now, those that were just accepted here among them.

        Raises:
            NatsUnavailableError: NATS does not answer.
        """
        listed = self._projects.setdefault(project_id, _Listed())
        self._projects.move_to_end(project_id)
        async with listed.lock:
            last_seq = await self._look()
            if listed.life != self._lives or not await self._catch_up(project_id, listed):
                await self._list(project_id, listed)
            listed.seq = max(listed.seq, last_seq)  # of this project nothing else is before that
        self._make_room()
        self._forget_unfolded()
        for export_id, (project, _) in self._accepted.items():
            if project == project_id:
                listed.order.add(export_id)
        return listed.order

    def accepted(self, project_id: str, export_id: str) -> None:
        """Show an export although its document is not there yet."""
        self._forget_unfolded()
        self._accepted[export_id] = project_id, time.monotonic() + UNFOLDED_S

    def is_unfolded(self, export_id: str) -> bool:
        """Whether its document may still come."""
        return export_id in self._accepted

    def folded(self, export_id: str) -> None:
        """Its document has come: from now on that alone counts."""
        self._accepted.pop(export_id, None)

    async def _look(self) -> int:
        """A sequence that the bucket had reached lately; see whether it is still the same bucket.

        One that has lost its end in a crash gives sequences again that were read before: whoever
        was away for a moment may have.
        """
        async with self._looking:
            if time.monotonic() >= self._look_again_at:
                highest, connections = self._highest, self._nc.stats["reconnects"]
                life, last_seq = await look_at(self._nc, EXPORTS_BUCKET.stream)
                if self._life != (life, connections) or last_seq < highest:
                    self._life, self._highest = (life, connections), 0
                    self._lives += 1
                self._last_seq, self._look_again_at = last_seq, time.monotonic() + CHECKED_S
            return self._last_seq

    async def _list(self, project_id: str, listed: _Listed) -> None:
        """List all keys; what is stored meanwhile comes behind the sequence."""
        lives = self._lives
        _, seq = await look_at(self._nc, EXPORTS_BUCKET.stream)
        keys = await self._documents.keys(exports_of(project_id))
        listed.order = ExportOrder.of(map(export_of, keys))
        listed.life, listed.seq = lives, seq

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
                self._note(export_id, message.payload, listed.order)
        return len(found) < most

    def _note(self, export_id: str, payload: bytes, order: ExportOrder) -> None:
        self.folded(export_id)
        if not payload:  # deleted
            order.remove(export_id)
            return
        try:
            order.put(export_id, kind_of(self._documents.decode(payload).state))
        except msgspec.MsgspecError:  # of a later release: whoever shows it must see that
            order.put(export_id, UNKNOWN)

    def _make_room(self) -> None:
        """Forget the projects that were asked for longest ago; the latest stays."""
        held = sum(len(listed.order) for listed in self._projects.values())
        while held > HELD and len(self._projects) > 1:
            _, gone = self._projects.popitem(last=False)
            held -= len(gone.order)

    def _forget_unfolded(self) -> None:
        while self._accepted and next(iter(self._accepted.values()))[1] < time.monotonic():
            self._accepted.popitem(last=False)
