"""Who has most: what operators look at when a bucket or the storage fills up."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING, Literal

import msgspec

from shared.stores.usage import Usages

if TYPE_CHECKING:
    from nats.js import JetStreamContext

    from shared.domain.usage import Usage

UsageOrder = Literal["projects", "files", "storedBytes", "exports"]


class UserUsage(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What one user has."""

    user_id: str
    projects: int
    files: int
    stored_bytes: int
    exports: int

    @classmethod
    def of(cls, usage: Usage) -> UserUsage:
        """The numbers of a record."""
        return cls(
            user_id=usage.user_id,
            projects=len(usage.projects),
            files=usage.files,
            stored_bytes=usage.stored_bytes,
            exports=usage.exports,
        )

    def by(self, order: UsageOrder) -> int:
        """The number that an order goes by."""
        value: int = getattr(self, "stored_bytes" if order == "storedBytes" else order)
        return value


class OwnedProject(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One project of a user."""

    id: str
    files: int
    size_bytes: int


class HeavyUsers:
    """Reads the records of usage, all of them: not for requests of users."""

    def __init__(self, usages: Usages) -> None:
        self._usages = usages

    @classmethod
    async def bind(cls, js: JetStreamContext) -> HeavyUsers:
        """Bind to the bucket."""
        return cls(await Usages.bind(js))

    async def most(self, order: UsageOrder, limit: int) -> list[UserUsage]:
        """Those who have most of something, the first has most."""
        everybody = [UserUsage.of(usage) async for usage in self._usages.all()]
        return heapq.nlargest(limit, everybody, key=lambda user: user.by(order))

    async def projects_of(self, user_id: str) -> list[OwnedProject]:
        """The projects of one user, by id."""
        held = (await self._usages.of(user_id)).projects
        return [
            OwnedProject(id=name, files=each.files, size_bytes=each.size_bytes)
            for name, each in sorted(held.items())
        ]
