"""Build minutes: plans and their limits, and what one user's month comes to."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec

from shared.domain.events import (
    ExportCompleted,
    ExportFailed,
    ExportRequested,
    TerminalEvent,
    minutes_of,
)
from shared.domain.platforms import PLATFORMS
from shared.errors import ExportError, TooManyRequestsError

if TYPE_CHECKING:
    from shared.domain.events import ExportPackaged

PlanName = Literal["starter_trial", "starter", "basic", "pro", "studio", "enterprise", "unlimited"]
LIMITS: Final[dict[str, float | None]] = {  # minutes a month
    "starter_trial": 10,
    "starter": 30,
    "basic": 100,
    "pro": 500,
    "studio": 2_000,
    "enterprise": None,
    "unlimited": None,
}

MINUTES: Final = "buildMinutes"  # quotas, by name
PENDING: Final = "pendingExports"
MOST_OPEN: Final = 5_000  # reservations of one user: the record must fit into a message


def month_begins(at: datetime) -> datetime:
    """When the month of a moment begins, by UTC: with it each account begins anew."""
    return at.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


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

    def reserve(
        self,
        name: str,
        minutes: float,
        at: datetime,
        limit: float | None,
        most_open: int = MOST_OPEN,
    ) -> Account:
        """The account with one more reservation.

        Raises:
            QuotaExceededError: Too few minutes are left.
            TooManyRequestsError: Too many exports are under way.
        """
        if limit is not None and minutes > (left := limit - self.used - self.reserved):
            raise QuotaExceededError(available=max(round(left, 1), 0.0), required=minutes)
        if len(self.reservations) >= most_open:
            raise TooManyPendingError(most_open)
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
    quota = MINUTES

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


class TooManyPendingError(TooManyRequestsError):
    """As many exports of one user are under way as may be."""

    code = "quota-exceeded"
    title = "Too many of your exports are under way"

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"{limit} of your exports are under way already: cancel some, or come again later",
            60,
            quota=PENDING,
        )
        self.members: dict[str, Any] = {"quota": PENDING, "limit": limit}


def required_minutes(start: ExportRequested | ExportPackaged) -> float:
    """What is reserved: the platform's price, or what is known where it is built already."""
    if isinstance(start, ExportRequested):
        return float(PLATFORMS[start.platform].minutes_for(start.options))
    return minutes_of(start.build_s)
