"""Build minutes: reserved before an export is accepted, settled with the real ones when it ends.

One record per user and month (UTC). A reservation that is not there has been settled, so whatever
is settled twice is charged once. Minutes are tenths, rounded up
(:func:`shared.domain.events.minutes_of`).
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from weakref import WeakValueDictionary

from shared.domain.build_minutes import Account, QuotaExceededError, required_minutes
from shared.domain.events import (
    ExportRequested,
    TerminalEvent,
    now,
)
from shared.jetstream.event_log import EventLog
from shared.jetstream.key_value import KeyValueStore, kv_safe
from shared.jetstream.topology import QUOTA_BUCKET

if TYPE_CHECKING:
    from collections.abc import Callable

    from nats.js import JetStreamContext

    from shared.domain.events import Event, ExportPackaged

BUCKET: Final = QUOTA_BUCKET.name
ABANDONED_AFTER: Final = timedelta(minutes=10)  # far beyond the patience of any request
SETTLED_WITHIN: Final = timedelta(hours=1)  # of a terminal event


class Quota:
    """The bucket ``quota``."""

    def __init__(self, store: KeyValueStore[Account], events: EventLog) -> None:
        self._store = store
        self._events = events
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @classmethod
    async def bind(cls, js: JetStreamContext) -> Quota:
        """Bind to the bucket."""
        return cls(await KeyValueStore.bind(js, BUCKET, Account), EventLog(js))

    async def reserve(
        self, start: ExportRequested | ExportPackaged, *, limit: float | None
    ) -> None:
        """Reserve what a generation may need, in the month it is asked for; twice is once.

        Raises:
            QuotaExceededError, TooManyRequestsError: Nothing was reserved.
        """
        key, name, minutes = _key(start.user_id, start.at), _name(start), required_minutes(start)

        def decide(account: Account | None) -> Account | None:
            account = account or Account()
            if name in account.reservations:
                return None
            return account.reserve(name, minutes, start.at, limit)

        try:
            await self._change(key, decide)
        except QuotaExceededError:
            await self._release_abandoned(key)
            await self._change(key, decide)

    async def settle(self, terminal_event: TerminalEvent) -> None:
        """Charge what the generation cost, give back the rest; twice is once."""
        name = _name(terminal_event)

        def decide(account: Account | None) -> Account | None:
            if account is None or name not in account.reservations:
                return None
            return account.settle(name, terminal_event)

        month_before = terminal_event.at.replace(day=1) - timedelta(days=1)
        for at in (terminal_event.at, month_before):
            await self._change(_key(terminal_event.user_id, at), decide)

    async def release(self, start: Event) -> None:
        """Give everything back: nothing came of it."""
        await self._release(_key(start.user_id, start.at), _name(start))

    async def account(self, user_id: str) -> Account:
        """This month's."""
        key = _key(user_id, now())
        await self._release_abandoned(key)
        found = await self._store.get(key)
        return found.value if found else Account()

    async def accounts(self) -> list[Account]:
        """This month's, of all users."""
        found = [await self._store.get(key) for key in await self._store.keys(_key("*", now()))]
        return [record.value for record in found if record]

    async def _release_abandoned(self, key: str) -> None:
        """Reservations whose request was never accepted."""
        found = await self._store.get(key)
        for name, reservation in (found.value.reservations if found else {}).items():
            if reservation.at < now() - ABANDONED_AFTER and await self._abandoned(name):
                await self._release(key, name)

    async def _abandoned(self, name: str) -> bool:
        """Whether the stream knows nothing of it, or its end so long that it was settled before."""
        export_id, _, generation = name.partition(":")
        events = [event for _, event in await self._events.of(export_id)]
        mine = [event for event in events if event.generation == int(generation)]
        before = now() - SETTLED_WITHIN
        return not mine or any(
            isinstance(event, TerminalEvent) and event.at < before for event in mine
        )

    async def _release(self, key: str, name: str) -> None:
        def decide(account: Account | None) -> Account | None:
            return account and account.release(name)

        await self._change(key, decide)

    async def _change(self, key: str, decide: Callable[[Account | None], Account | None]) -> None:
        """Compare-and-set; one after the other in this process, or a user's requests would collide.

        Measured: 400 at once took 13 s without the lock.
        """
        async with self._turns.setdefault(key, asyncio.Lock()):
            await self._store.change(key, decide)


def _name(event: Event) -> str:
    return f"{event.export_id}:{event.generation}"


def _key(user_id: str, at: datetime) -> str:
    user = user_id if user_id == "*" else kv_safe(user_id)
    return f"{user}.{at:%Y-%m}"
