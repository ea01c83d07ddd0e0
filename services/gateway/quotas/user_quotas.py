"""One user's quotas: taken before something is made, given back where nothing came of it.

The sweeper brings the record into line with what there is, so that a gateway which dies in between
costs nobody anything for long.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec

from shared.domain.events import now
from shared.domain.usage import Holding, Rate

if TYPE_CHECKING:
    from services.gateway.settings import UserLimits
    from shared.stores.usage import Usages


class QuotaUsage(msgspec.Struct, frozen=True):
    """How much of one quota is used; a ``limit`` of null is none."""

    used: int
    limit: int | None


class UsageReport(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What one user has and may have."""

    projects: QuotaUsage
    files: QuotaUsage
    stored_bytes: QuotaUsage
    exports: QuotaUsage


class UserQuotas:
    """Takes from each user's quotas, by compare-and-set: of racing requests as many pass as fit."""

    def __init__(self, usages: Usages, limits: UserLimits) -> None:
        self._usages = usages
        self._limits = limits
        self._projects = Rate("projectsPerHour", limits.projects_per_hour, timedelta(hours=1))
        self._starts = Rate("exportsPerDay", limits.exports_per_day, timedelta(days=1))
        self._uploads = Rate("uploadBytesPerDay", limits.upload_bytes_per_day, timedelta(days=1))

    async def add_project(self, user_id: str, project_id: str) -> None:
        """Count a project that is about to be made.

        Raises:
            QuotaUsedUpError, RateUsedUpError: It must not be made.
        """
        await self._usages.change(
            user_id,
            lambda usage: usage.with_project(project_id, self._limits.projects, now()).paying(
                self._projects, 1, now()
            ),
        )

    async def remove_project(self, user_id: str, project_id: str) -> None:
        """Give a project's place, files and bytes back."""
        await self._usages.change(user_id, lambda usage: usage.without_project(project_id))

    async def hold(self, owner: str, project_id: str, *, files: int, size_bytes: int) -> None:
        """Count what a project is about to consist of (raises QuotaUsedUpError)."""
        await self._usages.change(
            owner,
            lambda usage: usage.with_contents(
                project_id,
                Holding(files, size_bytes, now()),
                files_limit=self._limits.files,
                bytes_limit=self._limits.stored_bytes,
            ),
        )

    async def add_export(self, user_id: str) -> None:
        """Count an export that is about to be asked for.

        Raises:
            QuotaUsedUpError, RateUsedUpError: It must not be.
        """
        await self._usages.change(
            user_id,
            lambda usage: usage.with_export(self._limits.exports).paying(self._starts, 1, now()),
        )

    async def remove_export(self, user_id: str) -> None:
        """Count it no longer: nothing comes of it."""
        await self._usages.change(user_id, lambda usage: usage.counting(-1))

    async def remove_copy(self, user_id: str) -> None:
        """Count it no longer, nor as asked for today: the same request was quicker."""
        await self._usages.change(
            user_id, lambda usage: usage.counting(-1).owing(self._starts, -1, now())
        )

    async def restart(self, user_id: str) -> None:
        """Count a retry, which makes nothing that is not counted yet (raises RateUsedUpError)."""
        await self._usages.change(user_id, lambda usage: usage.paying(self._starts, 1, now()))

    async def upload(self, user_id: str, size_bytes: int) -> None:
        """Count bytes that come in (raises RateUsedUpError)."""
        await self._usages.change(
            user_id, lambda usage: usage.paying(self._uploads, size_bytes, now())
        )

    async def owe_upload(self, user_id: str, size_bytes: int) -> None:
        """Count bytes that are there already: what comes next has to wait until they are paid."""
        await self._usages.change(
            user_id, lambda usage: usage.owing(self._uploads, size_bytes, now())
        )

    async def report(self, user_id: str) -> UsageReport:
        """What a user has and may have."""
        usage = await self._usages.of(user_id)
        limits = self._limits
        return UsageReport(
            projects=QuotaUsage(len(usage.projects), limits.projects or None),
            files=QuotaUsage(usage.files, limits.files or None),
            stored_bytes=QuotaUsage(usage.stored_bytes, limits.stored_bytes or None),
            exports=QuotaUsage(usage.exports, limits.exports or None),
        )
