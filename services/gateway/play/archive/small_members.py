"""Small files that were sent lately are kept in memory: most files of most games are small.

A request to the storage would take longer than all else that is done for one.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from services.gateway.play.archive.archives import Archive
    from services.gateway.play.archive.zip_index import Member

SMALL_BYTES: Final = 64 << 10  # of one file, as it is packed
KEPT_BYTES: Final = 32 << 20  # of all together
OVERHEAD_BYTES: Final = 300  # that an entry takes besides


class SmallMembers:
    """Packed bytes by archive and place; those that were used longest ago go first."""

    def __init__(self, *, kept_bytes: int = KEPT_BYTES) -> None:
        self._kept_bytes = kept_bytes
        self._kept: OrderedDict[tuple[str, int], bytes] = OrderedDict()
        self._used_bytes = 0

    def get(self, archive: Archive, member: Member) -> bytes | None:
        """A member's packed bytes, where they are here."""
        found = self._kept.get((archive.key, member.offset))
        if found is not None:
            self._kept.move_to_end((archive.key, member.offset))
        return found

    def keep(self, archive: Archive, member: Member, packed: bytes) -> None:
        """Keep them; what is not small is not kept."""
        place = (archive.key, member.offset)
        if len(packed) > SMALL_BYTES or place in self._kept:
            return
        self._kept[place] = packed
        self._used_bytes += len(packed) + OVERHEAD_BYTES
        while self._used_bytes > self._kept_bytes:
            _, gone = self._kept.popitem(last=False)
            self._used_bytes -= len(gone) + OVERHEAD_BYTES
