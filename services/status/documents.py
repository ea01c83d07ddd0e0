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

import msgspec
import structlog
from nats.js import api

from services.status.fold_outage import FoldOutage
from shared.domain.events import AnyEvent, ExportRequested, now
from shared.domain.export_document import Document, fold_together
from shared.jetstream.errors import AWAY, NatsUnavailableError
from shared.jetstream.event_groups import Handed
from shared.jetstream.event_log import EventLog
from shared.jetstream.key_value import ConflictingWriteError, Record
from shared.jetstream.topology import ACK_WAIT_S, EXPORTS, STATUS
from shared.stores.exports import bind_exports, export_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nats.js import JetStreamContext

    from shared.jetstream.key_value import KeyValueStore
    from shared.jetstream.pull_loop import Place

log = structlog.get_logger()

PATIENCE: Final = 2 / 3  # of the ack wait, while nobody else is given the same event
PAUSE_S: Final = 0.5
NEW: Final = timedelta(seconds=5)  # an event that comes so soon cannot have been folded before
REMEMBER_S: Final = 5.0  # what the durable has said of itself
WRITTEN: Final = 1_000  # documents that are not read again before the next write: 5 MB or so


class News(msgspec.Struct, frozen=True):
    """Events of one generation that nobody has taken in before, by sequence.

    ``before`` are the events of the generation without them, by sequence, too; ``events`` are all.
    """

    handed: tuple[Handed, ...]
    before: dict[int, AnyEvent]
    events: dict[int, AnyEvent]

    @classmethod
    def of(cls, handed: Sequence[Handed], before: dict[int, AnyEvent]) -> News:
        """Some, and what was there before."""
        new = {one.place.seq: one.event for one in handed}
        return cls(tuple(handed), before, dict(sorted({**before, **new}.items())))


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
        self._asking = asyncio.Lock()
        self._known_until = 0.0
        self._outage = FoldOutage(pause_s=PAUSE_S)
        self._written: OrderedDict[str, Record[Document]] = OrderedDict()  # the latest, unended

    @classmethod
    async def bind(cls, js: JetStreamContext) -> Documents:
        """Bind to the bucket.

        Raises:
            NatsUnavailableError: NATS does not answer, or has no such durable.
        """
        return cls(js, await bind_exports(js), durable=await status_durable(js))

    async def take_in(self, handed: Sequence[Handed], stop: asyncio.Event) -> list[News]:
        """Fold events of one generation of an export into its document, by one write.

        A write whose answer was lost is made again, so that it is known whose it was. An event that
        is folded once more, because documents were lost, is no news: it is older than the durable,
        which began at the first. Nor is one of an earlier generation that comes again: its document
        is another's by now.

        Raises:
            NatsUnavailableError: Not for a while, or not before ``stop``; the events must come
                again.
        """
        folded, lately = _Fold(handed), now() - NEW
        if any(one.place.stored_at <= lately for one in handed):
            await self._look_at_durable()
        await self._write(folded, stop)  # nothing is asked behind it: who dies then counts nothing
        late = folded.late
        new = [
            one
            for one in folded.handed
            if (one.place.seq in folded.ours or (late and one.place.first_time))
            and not (one.place.stored_at <= lately and self._again(one.place, late=late))
        ]
        if late:
            return [News.of([one], await self._earlier(one.event, one.place.seq)) for one in new]
        seqs = {one.place.seq for one in new}
        before = {seq: event for seq, event in folded.known.items() if seq not in seqs}
        return [News.of(new, before)] if new else []

    async def _write(self, folded: _Fold, stop: asyncio.Event) -> None:
        """Until a try is answered, or the patience is over."""
        clock = asyncio.get_running_loop().time
        deadline = folded.since + self._patience_s
        while True:
            try:
                async with self._outage.passed(stop, until=deadline):
                    await self._change(folded)
            except NatsUnavailableError:
                if stop.is_set() or clock() + PAUSE_S > deadline:
                    raise
            else:
                return

    async def _change(self, folded: _Fold) -> None:
        """Write over what this process has written last, or where there can be nothing yet.

        Where that was wrong, or where it has an event already, what is there is read: documents
        may have been lost since.
        """
        found, is_read = self._written.pop(folded.key, None), False
        if found is None and not folded.is_first:
            found, is_read = await self._exports.get(folded.key), True
        while True:
            document = folded(found.value if found else None)
            if folded.writes and (is_read or folded.is_whole):
                with suppress(ConflictingWriteError):
                    await self._store(folded, document, found)
                    return
            elif is_read:
                return
            found, is_read = await self._exports.get(folded.key), True

    async def _store(
        self, folded: _Fold, document: Document, found: Record[Document] | None
    ) -> None:
        key = folded.key
        try:
            if found is None:
                revision = await self._exports.create(key, document)
            else:
                revision = await self._exports.replace(key, document, revision=found.revision)
        except NatsUnavailableError:
            folded.claim()  # the answer may be what was lost
            raise
        folded.claim()
        if not document.state.ended:
            self._written[key] = Record(document, revision)
            while len(self._written) > WRITTEN:
                self._written.popitem(last=False)

    async def _earlier(self, event: AnyEvent, seq: int) -> dict[int, AnyEvent]:
        """What lies before it in the stream, of its generation."""
        found = await self._events.of(event.export_id)
        return {at: e for at, e in found if at < seq and e.generation == event.generation}

    def _again(self, place: Place, *, late: bool) -> bool:
        """Whether the durable was made after the event, and others have folded it before.

        One that was made anew behind what is acknowledged (``streams wake --recreate``) gives what
        waited; what was folded stands in the document, unless a later generation has begun.
        """
        from_the_first = self._durable.config.deliver_policy == api.DeliverPolicy.ALL
        return place.stored_at < self._durable.created and (from_the_first or late)

    async def _look_at_durable(self) -> None:
        """As it was when it answered last, where it does not: nothing waits until it does."""
        clock = asyncio.get_running_loop().time
        async with self._asking:
            if clock() < self._known_until:
                return
            try:
                self._durable = await status_durable(self._js)
            except NatsUnavailableError as error:
                log.warning("durable.unknown", consumer=STATUS, error=str(error))
            self._known_until = clock() + REMEMBER_S


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
    """Events being folded, perhaps in several tries: each is told the document as it is."""

    def __init__(self, handed: Sequence[Handed]) -> None:
        by_seq = {one.place.seq: one for one in reversed(handed)}  # the first of each
        self.handed = [one for _, one in sorted(by_seq.items())]
        self.since = min(one.since for one in handed)
        self.before: Document | None = None
        self.writes: set[int] = set()  # what the bucket has not got
        self.ours: set[int] = set()  # what was written, by this or a try that was not answered
        self._events = {one.place.seq: one.event for one in self.handed}
        self._newest = self.handed[-1]
        self.key = export_key(self._newest.event.project_id, self._newest.event.export_id)

    def __call__(self, document: Document | None) -> Document:
        self.before = document
        stored_at = self._newest.place.stored_at
        after = fold_together(document, self._events, stored_at=stored_at)
        if after is document:
            self.writes = set()
        elif self.late:  # all that it needs of them is a newer request
            self.writes = {seq for seq, event in self._events.items() if event is after.request}
        else:
            self.writes = self._events.keys() - self.known_before.keys()
        return after

    def claim(self) -> None:
        """They were given to the bucket, which has not refused them."""
        self.ours |= self.writes

    @property
    def is_first(self) -> bool:
        """Whether it begins an export, and has not been handed over before."""
        first = self.handed[0]
        is_start = isinstance(first.event, ExportRequested) and first.event.generation == 1
        return is_start and first.place.first_time

    @property
    def is_whole(self) -> bool:
        """Whether the document has none of them."""
        return len(self.writes) == len(self._events)

    @property
    def late(self) -> bool:
        """Whether a later generation has begun: its document keeps nothing of these events."""
        return self.before is not None and self.before.generation > self._newest.event.generation

    @property
    def known_before(self) -> dict[int, AnyEvent]:
        """What the document has of their generation."""
        is_same = self.before and self.before.generation == self._newest.event.generation
        return self.before.events if self.before and is_same else {}

    @property
    def known(self) -> dict[int, AnyEvent]:
        """The same, and these events."""
        return {**self.known_before, **self._events}
