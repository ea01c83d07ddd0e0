"""Build minutes: reserved before an export is accepted, settled with the real ones when it ends.

One record per user and month (UTC). A reservation that is not there has been settled, so whatever
is settled twice is charged once. Minutes are tenths, rounded up
(:func:`shared.domain.events.minutes_of`).
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import msgspec

from shared.domain.build_minutes import (
    MOST_OPEN,
    Account,
    QuotaExceededError,
    required_minutes,
)
from shared.domain.events import TerminalEvent, decode_event, now
from shared.jetstream.batch_get import read_last
from shared.jetstream.key_value import KeyValueStore, kv_safe
from shared.jetstream.topology import EXPORTS, QUOTA_BUCKET, events_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nats.js import JetStreamContext

    from shared.domain.events import AnyEvent, Event, ExportPackaged, ExportRequested

BUCKET: Final = QUOTA_BUCKET.name
ABANDONED_AFTER: Final = timedelta(minutes=10)  # far beyond the patience of any request
SETTLED_WITHIN: Final = timedelta(hours=1)  # of a terminal event
GUESS_S: Final = 1.0  # whoever asks for much in a row; an end is charged by the status service
LOOKED_AT_ONCE: Final = 100  # reservations; the events of so many fit into one batch


class Quota:
    """The bucket ``quota``."""

    def __init__(self, store: KeyValueStore[Account], js: JetStreamContext) -> None:
        self._store = store
        self._nc = js._nc  # noqa: SLF001 - its context knows no batched get

    @classmethod
    async def bind(cls, js: JetStreamContext) -> Quota:
        """Bind to the bucket."""
        return cls(await KeyValueStore.bind(js, BUCKET, Account, guess_s=GUESS_S), js)

    async def reserve(
        self,
        start: ExportRequested | ExportPackaged,
        *,
        limit: float | None,
        most_open: int = MOST_OPEN,
    ) -> None:
        """Reserve what a generation may need, in the month it is asked for; twice is once.

        Args:
            start: The generation's first event.
            limit: Minutes of the month; None: unlimited.
            most_open: How many reservations the month may have.

        Raises:
            QuotaExceededError, TooManyRequestsError: Nothing was reserved.
        """
        key, name, minutes = _key(start.user_id, start.at), _name(start), required_minutes(start)

        def decide(account: Account | None) -> Account | None:
            account = account or Account()
            if name in account.reservations:
                return None
            return account.reserve(name, minutes, start.at, limit, most_open)

        try:
            await self._store.change(key, decide)
        except QuotaExceededError:
            for names in _batches(await self._due(key)):
                await self._release_abandoned(key, names)
            await self._store.change(key, decide)

    async def settle(self, terminal_event: TerminalEvent) -> None:
        """Charge what the generation cost, give back the rest; twice is once.

        It was reserved in the month that it ended in, or, hardly ever, in the one before.
        """
        name, is_settled = _name(terminal_event), False

        def decide(account: Account | None) -> Account | None:
            nonlocal is_settled
            is_settled = account is not None and name in account.reservations
            return account.settle(name, terminal_event) if account and is_settled else None

        month_before = terminal_event.at.replace(day=1) - timedelta(days=1)
        for at in (terminal_event.at, month_before):
            if not is_settled:
                await self._store.change(_key(terminal_event.user_id, at), decide)

    async def release(self, start: Event) -> None:
        """Give everything back: nothing came of it."""
        await self._release(_key(start.user_id, start.at), [_name(start)])

    async def account(self, user_id: str) -> Account:
        """This month's, in a fixed number of requests.

        Of its reservations the oldest are looked at. Those that are under way end one day, and
        make room for the next.
        """
        key = _key(user_id, now())
        if due := await self._due(key):
            await self._release_abandoned(key, due[:LOOKED_AT_ONCE])
        found = await self._store.get(key)
        return found.value if found else Account()

    async def _due(self, key: str) -> list[str]:
        """Reservations that are old enough to be abandoned, the oldest first."""
        found = await self._store.get(key)
        reservations = found.value.reservations if found else {}
        before = now() - ABANDONED_AFTER
        due = [(reserved.at, name) for name, reserved in reservations.items()]
        return [name for at, name in sorted(due) if at < before]

    async def _release_abandoned(self, key: str, names: Sequence[str]) -> None:
        """Give back those whose request was never accepted; one request, however many they are."""
        subjects = sorted({events_of(name.partition(":")[0]) for name in names})
        events: dict[str, list[AnyEvent]] = {}
        for message in await read_last(self._nc, EXPORTS, subjects):
            with suppress(msgspec.MsgspecError):
                event = decode_event(message.payload)
                events.setdefault(event.export_id, []).append(event)
        abandoned = [
            name for name in names if _is_abandoned(name, events.get(name.partition(":")[0], ()))
        ]
        if abandoned:
            await self._release(key, abandoned)

    async def _release(self, key: str, names: Iterable[str]) -> None:
        def decide(account: Account | None) -> Account | None:
            for name in names:
                account = account and account.release(name)
            return account

        await self._store.change(key, decide)


def _is_abandoned(name: str, events: Iterable[AnyEvent]) -> bool:
    """Whether the stream knows nothing of it, or its end so long that it was settled before.

    The newest events of each kind tell: where a later generation has begun, this one had ended.
    """
    generation = int(name.partition(":")[2])
    before = now() - SETTLED_WITHIN
    mine = [event for event in events if event.generation >= generation]
    return not mine or any(
        event.at < before and (event.generation > generation or isinstance(event, TerminalEvent))
        for event in mine
    )


def _batches(names: Sequence[str]) -> Iterable[Sequence[str]]:
    return (names[n : n + LOOKED_AT_ONCE] for n in range(0, len(names), LOOKED_AT_ONCE))


def _name(event: Event) -> str:
    return f"{event.export_id}:{event.generation}"


def _key(user_id: str, at: datetime) -> str:
    user = user_id if user_id == "*" else kv_safe(user_id)
    return f"{user}.{at:%Y-%m}"
