"""Build minutes: reserved before an export is accepted, settled with the real ones when it ends.

One record per user and month (UTC). A reservation that is not there has been settled, so whatever
is told twice is charged once. Minutes are tenths, rounded up
(:func:`shared.domain.events.minutes_of`).
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Literal
from weakref import WeakValueDictionary

import msgspec

from shared.domain.events import (
    ExportCompleted,
    ExportFailed,
    ExportRequested,
    TerminalEvent,
    minutes_of,
    now,
)
from shared.domain.platforms import PLATFORMS
from shared.errors import ExportError, TooManyRequestsError
from shared.jetstream.event_log import EventLog
from shared.jetstream.key_value import KeyValueStore
from shared.storage import keys

if TYPE_CHECKING:
    from collections.abc import Callable

    from nats.js import JetStreamContext

    from shared.domain.events import Event, ExportPackaged

Plan = Literal["starter_trial", "starter", "basic", "pro", "studio", "enterprise", "unlimited"]
LIMITS: Final[dict[str, float | None]] = {  # minutes a month
    "starter_trial": 10,
    "starter": 30,
    "basic": 100,
    "pro": 500,
    "studio": 2_000,
    "enterprise": None,
    "unlimited": None,
}
MOST_OPEN: Final = 5_000  # reservations of one user: the record must fit into a message
ABANDONED_AFTER: Final = timedelta(minutes=10)  # far beyond the patience of any request
SETTLED_WITHIN: Final = timedelta(hours=1)  # of an ending


class Reservation(msgspec.Struct, frozen=True, array_like=True):
    """Minutes that an export may still need."""

    minutes: float
    at: datetime


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """One user's month; ``reservations`` by ``<exportId>:<generation>``."""

    used: float = 0.0
    reservations: dict[str, Reservation] = {}
    completed: int = 0
    failed: int = 0
    duration_ms: int = 0  # of those that completed, from the request to the end
    updated_at: datetime | None = None

    @property
    def reserved(self) -> float:
        """Minutes of all that is under way."""
        return round(sum(r.minutes for r in self.reservations.values()), 1)

    def reserve(self, name: str, minutes: float, at: datetime, limit: float | None) -> Account:
        """The account with one more reservation.

        Raises:
            QuotaExceededError: Too few minutes are left.
            TooManyRequestsError: Too many exports are under way.
        """
        if limit is not None and minutes > (left := limit - self.used - self.reserved):
            raise QuotaExceededError(available=max(round(left, 1), 0.0), required=minutes)
        if len(self.reservations) >= MOST_OPEN:
            raise TooManyRequestsError(f"{MOST_OPEN} of your exports are under way already", 60)
        return msgspec.structs.replace(
            self, reservations={**self.reservations, name: Reservation(minutes, at)}
        )

    def settle(self, name: str, terminal_event: TerminalEvent) -> Account:
        """The account after an export's end."""
        took = terminal_event.at - self.reservations[name].at
        completed = isinstance(terminal_event, ExportCompleted)
        return msgspec.structs.replace(
            self.release(name),
            used=round(self.used + terminal_event.build_minutes, 1),
            completed=self.completed + completed,
            failed=self.failed + isinstance(terminal_event, ExportFailed),
            duration_ms=self.duration_ms + completed * max(took // timedelta(milliseconds=1), 0),
            updated_at=terminal_event.at,
        )

    def release(self, name: str) -> Account:
        """The account without a reservation."""
        rest = {key: value for key, value in self.reservations.items() if key != name}
        return msgspec.structs.replace(self, reservations=rest)


class QuotaExceededError(ExportError):
    """Too few build minutes are left this month."""

    code = "quota-exceeded"
    title = "Not enough build minutes"
    status = 402

    def __init__(self, *, available: float, required: float) -> None:
        super().__init__(
            f"this export needs {required:g} build minutes and {available:g} are left this month: "
            "cancel what you do not need, wait for the next month, or take a larger plan"
        )
        self.members: dict[str, Any] = {
            "available": available,
            "required": required,
            "upgradeRequired": True,
        }


class Quota:
    """The bucket ``quota``."""

    def __init__(self, records: KeyValueStore[Account], events: EventLog) -> None:
        self._store = records
        self._events = events
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @classmethod
    async def bind(cls, js: JetStreamContext) -> Quota:
        """Bind to the bucket."""
        return cls(await KeyValueStore.bind(js, "quota", Account), EventLog(js))

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


def required_minutes(start: ExportRequested | ExportPackaged) -> float:
    """What is reserved: the platform's price, or what is known where it is built already."""
    if isinstance(start, ExportRequested):
        return float(PLATFORMS[start.platform].minutes)
    return minutes_of(start.build_s)


def _name(event: Event) -> str:
    return f"{event.export_id}:{event.generation}"


def _key(user_id: str, at: datetime) -> str:
    user = user_id if user_id == "*" else keys.kv_safe(user_id)
    return f"{user}.{at:%Y-%m}"
