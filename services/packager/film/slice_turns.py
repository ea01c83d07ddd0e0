"""Whose slice a free browser films: users take turns, and within a user the films do.

The queue has them in the order in which they were asked for. Where it is another user's turn, that
slice's message is read out of the queue and the slice is filmed at once; its own message stays, and
finds later that nothing is left to do, as exports are taken out of turn (docs/adr/0020).
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import msgspec
from nats.js import api

from services.packager.film.records import SliceOrder
from services.packager.film.slice_queue import decode_order
from shared.domain.fair_order import fair_order
from shared.errors import UnavailableError
from shared.jetstream.batch_get import Stored
from shared.worker.message import OutOfTurnMessage

if TYPE_CHECKING:
    from services.packager.film.film_store import FilmStore
    from services.packager.film.slice_queue import SliceQueue
    from shared.domain.fair_order import Tenant

REMEMBERED: Final = 10_000  # users and films whose last slice is known here


class QueuedSlice(msgspec.Struct, frozen=True):
    """A slice that is asked for, and where its message lies."""

    order: SliceOrder
    stored: Stored

    @property
    def seq(self) -> int:
        """When it was asked for."""
        return self.stored.seq

    @property
    def tenant(self) -> Tenant:
        """What the share of its user, and within it of its film, is counted by."""
        return _tenant(self.order)


class SliceTurns:
    """Chooses for the browsers of one process.

    Args:
        queue: Of all slices.
        store: Knows which of them are wanted, and which are filmed already.
    """

    def __init__(self, queue: SliceQueue, store: FilmStore) -> None:
        self._queue = queue
        self._store = store
        self._began: dict[str, int] = {}  # user or film → count of slices when its last one began
        self._count = 0

    def begins(self, order: SliceOrder) -> None:
        """One of its user and its film is taken in hand here."""
        self._count += 1
        for share in _tenant(order):
            self._began.pop(share, None)
            self._began[share] = self._count
        while len(self._began) > REMEMBERED:
            del self._began[next(iter(self._began))]

    async def next(self) -> OutOfTurnMessage | None:
        """The message to be taken out of its turn; None: the queue's next one is right."""
        try:
            queued = _decoded(await self._queue.oldest())
            if len({each.order.user_id for each in queued}) < 2:  # noqa: PLR2004 - nobody else
                return None
            queued = await self._wanted(queued)
            looks = (self._store.slice(each.order.film, each.order.number) for each in queued)
            records = await asyncio.gather(*looks)
        except UnavailableError:
            return None
        found = list(zip(queued, records, strict=True))
        waiting = [
            each for each, record in found if record.state == "waiting" and not record.failures
        ]
        running = [each for each, record in found if record.state == "running"]
        order = fair_order(waiting, running, self._began)
        if not order or order[0].seq == min(each.seq for each in waiting):
            return None
        stored = order[0].stored
        return OutOfTurnMessage(
            api.RawStreamMsg(
                subject=stored.subject,
                seq=stored.seq,
                data=stored.payload,
                headers=stored.headers,
            )
        )

    async def _wanted(self, queued: list[QueuedSlice]) -> list[QueuedSlice]:
        """Those of films that still have a plan: the others' messages stay until they are due."""
        films = list({each.order.film for each in queued})
        plans = await asyncio.gather(*(self._store.plan(film) for film in films))
        wanted = {film for film, plan in zip(films, plans, strict=True) if plan is not None}
        return [each for each in queued if each.order.film in wanted]


def _tenant(order: SliceOrder) -> Tenant:
    return order.user_id, f"{order.user_id}\n{order.export_id}.{order.generation}"


def _decoded(stored: list[Stored]) -> list[QueuedSlice]:
    """Each slice once, though it may have been asked for again; others are the worker's to tell."""
    found: dict[str, QueuedSlice] = {}
    for message in stored:
        try:
            order = decode_order(message.payload)
        except msgspec.MsgspecError:
            continue
        found.setdefault(message.subject, QueuedSlice(order, message))
    return list(found.values())
