"""What one user has and how fast more of it comes: pure decisions on one record for each user.

What is counted is named, not summed up: a project by its id, so that the same one is never counted
twice and one that is gone is simply not there. A limit of 0 is none.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec

from shared.errors import ExportError, TooManyRequestsError

if TYPE_CHECKING:
    from collections.abc import Mapping

QuotaName = Literal[
    "projects",
    "files",
    "storedBytes",
    "exports",
    "sharedProjects",
    "projectsPerHour",
    "exportsPerDay",
    "uploadBytesPerDay",
]
MOST_PROJECTS: Final = 5_000  # of one user, whatever is set: the record must fit into a message
UNDER_WAY: Final = timedelta(minutes=10)  # far beyond the patience of any request
WAYS_OUT: Final[dict[QuotaName, str]] = {
    "projects": "delete projects that you no longer need",
    "files": "push fewer files, or delete projects that you no longer need",
    "storedBytes": "push less, or delete projects that you no longer need",
    "exports": "delete projects that you no longer need; exports also go some time after they end",
    "sharedProjects": "they have to leave projects that they no longer need",
    "projectsPerHour": "use the projects that there are, or come again later",
    "exportsPerDay": "come again later",
    "uploadBytesPerDay": "come again later; what a project has already need not be sent again",
}


class QuotaUsedUpError(ExportError):
    """One user has as much of something as one may have."""

    code = "quota-exceeded"
    title = "A quota is used up"
    status = 403

    def __init__(self, quota: QuotaName, *, limit: int, used: int) -> None:
        super().__init__(
            f"the quota {quota!r} is used up ({used} of {limit}): {WAYS_OUT[quota]}, "
            "or ask an operator for more"
        )
        self.quota = quota
        self.members: dict[str, Any] = {"quota": quota, "limit": limit, "used": used}


class RateUsedUpError(TooManyRequestsError):
    """One user asks for more of something in a while than one may."""

    code = "quota-exceeded"
    title = "A quota is used up for now"

    def __init__(self, rate: Rate, wait: timedelta) -> None:
        super().__init__(
            f"the quota {rate.quota!r} is used up ({rate.limit}): {WAYS_OUT[rate.quota]}",
            math.ceil(wait.total_seconds()),
            quota=rate.quota,
        )
        self.members: dict[str, Any] = {"quota": rate.quota, "limit": rate.limit}


class Rate(msgspec.Struct, frozen=True):
    """``limit`` of something in any ``window``, as many at once.

    Source:
        The generic cell rate algorithm (ITU-T I.371): one moment for each user, at which all that
        was taken is paid off.
    """

    quota: QuotaName
    limit: int
    window: timedelta

    def owe(self, paid_off: datetime | None, amount: int, at: datetime) -> datetime:
        """The moment at which all is paid off once ``amount`` more is taken."""
        return max(paid_off or at, at) + amount * self.window / self.limit

    def pay(self, paid_off: datetime | None, amount: int, at: datetime) -> datetime:
        """Likewise, where so much may be taken; of anything, whoever owes nothing may take some.

        Raises:
            RateUsedUpError: Says when to come again.
        """
        after = self.owe(paid_off, amount, at)
        owed = max(paid_off or at, at) - at
        if owed and (wait := after - at - self.window) > timedelta(0):
            raise RateUsedUpError(self, min(wait, owed))
        return after


class Holding(msgspec.Struct, frozen=True, array_like=True):
    """What a project consists of, and when that was written down."""

    files: int
    size_bytes: int
    at: datetime


class Usage(msgspec.Struct, frozen=True, kw_only=True):
    """One user's record; ``exports`` counts those that the user has asked for and that are kept."""

    user_id: str
    projects: dict[str, Holding] = {}
    exports: int = 0
    paid_off: dict[str, datetime] = {}

    @property
    def files(self) -> int:
        """Files of all own projects."""
        return sum(held.files for held in self.projects.values())

    @property
    def stored_bytes(self) -> int:
        """Bytes of all own projects."""
        return sum(held.size_bytes for held in self.projects.values())

    def with_project(self, project_id: str, limit: int, at: datetime) -> Usage:
        """The record with one more project (raises QuotaUsedUpError)."""
        if project_id in self.projects:
            return self
        most = min(limit or MOST_PROJECTS, MOST_PROJECTS)
        if len(self.projects) >= most:
            raise QuotaUsedUpError("projects", limit=most, used=len(self.projects))
        return self._holding(project_id, Holding(0, 0, at))

    def without_project(self, project_id: str) -> Usage:
        """The record without a project."""
        rest = {name: held for name, held in self.projects.items() if name != project_id}
        return msgspec.structs.replace(self, projects=rest)

    def with_contents(
        self, project_id: str, held: Holding, *, files_limit: int, bytes_limit: int
    ) -> Usage:
        """The record once a project consists of something else; less than before always may be.

        Raises:
            QuotaUsedUpError: All projects together would have too many files or bytes.
        """
        before = self.projects.get(project_id) or Holding(0, 0, held.at)
        if (before.files, before.size_bytes) == (held.files, held.size_bytes):
            return self if project_id in self.projects else self._holding(project_id, held)
        after = self._holding(project_id, held)
        if held.files > before.files:
            _check("files", files_limit, after.files)
        if held.size_bytes > before.size_bytes:
            _check("storedBytes", bytes_limit, after.stored_bytes)
        return after

    def with_export(self, limit: int) -> Usage:
        """The record with one more export (raises QuotaUsedUpError)."""
        if limit and self.exports >= limit:
            raise QuotaUsedUpError("exports", limit=limit, used=self.exports)
        return self.counting(1)

    def counting(self, more: int) -> Usage:
        """The record with so many exports more, or fewer."""
        return msgspec.structs.replace(self, exports=max(self.exports + more, 0))

    def paying(self, rate: Rate, amount: int, at: datetime) -> Usage:
        """The record once ``amount`` is taken (raises RateUsedUpError)."""
        if not rate.limit:
            return self
        return self._paid_off(rate, rate.pay(self.paid_off.get(rate.quota), amount, at), at)

    def owing(self, rate: Rate, amount: int, at: datetime) -> Usage:
        """The record once ``amount`` was taken, however much that is."""
        if not rate.limit:
            return self
        return self._paid_off(rate, rate.owe(self.paid_off.get(rate.quota), amount, at), at)

    def as_found(self, found: Mapping[str, tuple[int, int]], at: datetime) -> Usage:
        """The record brought into line with the projects that there are.

        What was written down within the last minutes stays: its request may be under way.

        Args:
            found: Files and bytes of each project that the user owns.
            at: The current time.
        """
        kept = {
            project_id: held
            for project_id, held in self.projects.items()
            if held.at > at - UNDER_WAY or found.get(project_id) == (held.files, held.size_bytes)
        }
        others = {
            project_id: Holding(files, size_bytes, at - UNDER_WAY)
            for project_id, (files, size_bytes) in found.items()
            if project_id not in kept
        }
        return msgspec.structs.replace(self, projects={**kept, **others})

    def _paid_off(self, rate: Rate, moment: datetime, at: datetime) -> Usage:
        still = {name: until for name, until in self.paid_off.items() if until > at}
        return msgspec.structs.replace(self, paid_off={**still, rate.quota: moment})

    def _holding(self, project_id: str, held: Holding) -> Usage:
        return msgspec.structs.replace(self, projects={**self.projects, project_id: held})


def _check(quota: QuotaName, limit: int, wanted: int) -> None:
    if limit and wanted > limit:
        raise QuotaUsedUpError(quota, limit=limit, used=wanted)
