"""What an export weighs, and how much of that a process takes in hand.

Large exports and small ones each have a share of their own, so neither kind waits for the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import msgspec
from msgspec import UNSET

from shared.domain.events import Event, ExportRequested

if TYPE_CHECKING:
    from collections.abc import Iterable

SMALL_BYTES: Final = 64 << 20  # packed within a second or two
LEAST_BYTES: Final = 16 << 20  # a build takes memory whatever it packs
UNKNOWN_BYTES: Final = 256 << 20  # of a request of an earlier version
SMALL_SHARE: Final = 4  # a quarter of all is for small ones


class Load(msgspec.Struct, frozen=True, kw_only=True):
    """One export as the others see it: whose it is, and the bytes that it counts for."""

    user_id: str
    project_id: str
    size_bytes: Annotated[int, msgspec.Meta(ge=0)]

    @classmethod
    def of(cls, event: Event) -> Load:
        """That of a build by its request; what follows a build weighs nothing."""
        size_bytes = 0
        if isinstance(event, ExportRequested):
            known = event.project_bytes
            size_bytes = UNKNOWN_BYTES if known is UNSET else max(known, LEAST_BYTES)
        return cls(user_id=event.user_id, project_id=event.project_id, size_bytes=size_bytes)

    @property
    def is_small(self) -> bool:
        """Whether it is soon done."""
        return self.size_bytes <= SMALL_BYTES


class Shares(msgspec.Struct, frozen=True, kw_only=True):
    """How many bytes of either kind a process takes in hand."""

    large_bytes: int
    small_bytes: int

    @classmethod
    def of(cls, total_bytes: int) -> Shares:
        """A quarter of them for small exports, at least one of which has room."""
        small_bytes = max(total_bytes // SMALL_SHARE, SMALL_BYTES)
        return cls(large_bytes=total_bytes - small_bytes, small_bytes=small_bytes)

    def fit(self, load: Load, in_hand: Iterable[Load]) -> bool:
        """Whether ``load`` may be taken in hand, too.

        It may where the bytes of its kind suffice, and also where all that its kind has in hand is
        of one user, or of one project, and it is of neither: nobody fills a process for others. So
        one export alone may have any size, and one more may be beyond that or the share.
        """
        alike = [one for one in in_hand if one.is_small == load.is_small]
        share = self.small_bytes if load.is_small else self.large_bytes
        if sum(one.size_bytes for one in alike) + load.size_bytes <= share:
            return True
        return are_of_others(alike, load)


def are_of_others(loads: Iterable[Load], load: Load) -> bool:
    """Whether one user, or one project, has all ``loads``, and ``load`` is of neither.

    Nobody has none, so that is true of no loads at all.
    """
    loads = list(loads)
    users = {one.user_id for one in loads}
    projects = {one.project_id for one in loads}
    if len(users) > 1 and len(projects) > 1:
        return False
    return load.user_id not in users and load.project_id not in projects
