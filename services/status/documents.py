"""Takes events into the documents of the bucket ``exports``, and tells which were news.

An event is news once, in one process: the one whose write the bucket has taken. So whatever follows
from it, a count or a line in the log, follows once, however often it is delivered.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from weakref import WeakValueDictionary

import msgspec
import structlog
from nats.js import api

from shared.domain.events import AnyEvent, ExportRequested, now
from shared.domain.export_document import Document, fold
from shared.jetstream.errors import AWAY, NatsUnavailableError
from shared.jetstream.event_log import EventLog
from shared.jetstream.key_value import ConflictingWriteError, Record
from shared.jetstream.pull_loop import Place
from shared.jetstream.topology import ACK_WAIT_S, EXPORTS, STATUS
from shared.stores.exports import bind_exports, export_key

if TYPE_CHECKING:
    from nats.js import JetStreamContext

    from shared.jetstream.key_value import KeyValueStore

log = structlog.get_logger()

PATIENCE: Final = 2 / 3  # of the ack wait, while nobody else is given the same event
PAUSE_S: Final = 0.5
NEW: Final = timedelta(seconds=5)  # an event that comes so soon cannot have been folded before
REMEMBER_S: Final = 5.0  # what the durable has said of itself
WRITTEN: Final = 1_000  # documents that are not read again before the next write: 5 MB or so


class NewEvent(msgspec.Struct, frozen=True):
    """An event that nobody has taken in before.

    ``before`` are the events of its generation without it, by sequence.
    """

    event: AnyEvent
    place: Place
    before: dict[int, AnyEvent]


class Documents:
    """The bucket, as the one durable of all status pods fills it."""

    def __init__(
        self,
        js: JetStreamContext,
        exports: KeyValueStore[Document],
        *,
        durable: api.ConsumerInfo,
    ) -> None:
        self._js = js
        self._patience_s = PATIENCE * (durable.config.ack_wait or ACK_WAIT_S)
        self._events = EventLog(js)
        self._exports = exports
        self._durable = durable
        self._asked_at = 0.0
        self._written: OrderedDict[str, Record[Document]] = OrderedDict()  # the latest, unended
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @classmethod
    async def bind(cls, js: JetStreamContext) -> Documents:
        """Bind to the bucket.

        Raises:
            NatsUnavailableError: NATS does not answer, or has no such durable.
        """
        return cls(js, await bind_exports(js), durable=await status_durable(js))

    async def take_in(self, event: AnyEvent, place: Place, stop: asyncio.Event) -> NewEvent | None:
        """Fold an event; None where it is no news.

        A write whose answer was lost is made again, so that it is known whose it was. An event that
        is folded once more, because documents were lost, is no news: it is older than the durable,
        which began at the first. Nor is one of an earlier generation that comes again: its document
        is another's by now.

        Raises:
            NatsUnavailableError: Not for a while, or not before ``stop``; the event must come
                again.
        """
        folded = _Fold(event, place)
        ours = await self._write(folded, stop)
        before = folded.before
        if not (ours or (folded.late and place.first_time)) or await self._again(folded, place):
            return None
        if folded.late:
            others = await self._earlier(event, place.seq)
        elif before is None or before.generation < event.generation:
            others = {}
        else:
            others = {seq: found for seq, found in before.events.items() if seq != place.seq}
        return NewEvent(event, place, others)

    async def _write(self, folded: _Fold, stop: asyncio.Event) -> bool:
        """Whether it was written by this call, in this try or in one that was not answered."""
        clock = asyncio.get_running_loop().time
        deadline, unanswered = clock() + self._patience_s, False
        while True:
            try:
                async with self._turns.setdefault(folded.key, asyncio.Lock()):
                    await self._change(folded)
            except NatsUnavailableError as error:
                if stop.is_set() or clock() + PAUSE_S > deadline:
                    raise
                log.warning("fold.waiting", error=str(error))
                unanswered = unanswered or folded.writes
                folded.writes = False
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), PAUSE_S)
            else:
                return unanswered or folded.writes

    async def _change(self, folded: _Fold) -> None:
        """Write over what this process has written last, or where there can be nothing yet.

        Where that was wrong, or where it has the event already, what is there is read: documents
        may have been lost since.
        """
        found, is_read = self._written.pop(folded.key, None), False
        if found is None and not folded.is_first:
            found, is_read = await self._exports.get(folded.key), True
        while True:
            document = folded(found.value if found else None)
            if folded.writes:
                with suppress(ConflictingWriteError):
                    await self._store(folded.key, document, found)
                    return
            elif is_read:
                return
            found, is_read = await self._exports.get(folded.key), True

    async def _store(self, key: str, document: Document, found: Record[Document] | None) -> None:
        if found is None:
            revision = await self._exports.create(key, document)
        else:
            revision = await self._exports.replace(key, document, revision=found.revision)
        if not document.state.ended:
            self._written[key] = Record(document, revision)
            while len(self._written) > WRITTEN:
                self._written.popitem(last=False)

    async def _earlier(self, event: AnyEvent, seq: int) -> dict[int, AnyEvent]:
        """What lies before it in the stream, of its generation."""
        found = await self._events.of(event.export_id)
        return {at: e for at, e in found if at < seq and e.generation == event.generation}

    async def _again(self, folded: _Fold, place: Place) -> bool:
        """Whether the durable was made after the event, and others have folded it before.

        One that was made anew behind what is acknowledged (``streams wake --recreate``) gives what
        waited; what was folded stands in the document, unless a later generation has begun.
        """
        if now() - place.stored_at < NEW:
            return False
        durable = await self._durable_now()
        from_the_first = durable.config.deliver_policy == api.DeliverPolicy.ALL
        return place.stored_at < durable.created and (from_the_first or folded.late)

    async def _durable_now(self) -> api.ConsumerInfo:
        """As it is; as it was when it answered last, where it does not: nothing waits for that."""
        clock = asyncio.get_running_loop().time
        if clock() - self._asked_at > REMEMBER_S:
            try:
                self._durable = await status_durable(self._js)
            except NatsUnavailableError as error:
                log.warning("durable.unknown", consumer=STATUS, error=str(error))
            self._asked_at = clock()
        return self._durable


async def status_durable(js: JetStreamContext) -> api.ConsumerInfo:
    """What the durable of all status pods says of itself.

    Raises:
        NatsUnavailableError: NATS does not answer, or has no such durable.
    """
    try:
        info: api.ConsumerInfo = await js.consumer_info(EXPORTS, STATUS)
    except AWAY as error:
        raise NatsUnavailableError(f"{STATUS} does not answer: {error!r}") from error
    return info


class _Fold:
    """One event being folded, perhaps in several tries: each is told the document as it is."""

    def __init__(self, event: AnyEvent, place: Place) -> None:
        self.key = export_key(event.project_id, event.export_id)
        self.before: Document | None = None
        self.writes = False
        self._event = event
        self._place = place

    def __call__(self, document: Document | None) -> Document:
        place = self._place
        self.before = document
        after = fold(document, self._event, place.seq, stored_at=place.stored_at)
        self.writes = after is not document
        return after

    @property
    def is_first(self) -> bool:
        """Whether it begins an export, and has not been handed over before."""
        event = self._event
        is_start = isinstance(event, ExportRequested) and event.generation == 1
        return is_start and self._place.first_time

    @property
    def late(self) -> bool:
        """Whether a later generation has begun: its document keeps nothing of this event."""
        return self.before is not None and self.before.generation > self._event.generation
