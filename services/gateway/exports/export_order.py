"""The exports of one project in the order of time, small enough to be held in memory."""

from __future__ import annotations

import re
import uuid
from bisect import bisect_left
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

UNKNOWN: Final = 0  # the kind of an export whose document was not read yet
_ID: Final = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ID_BYTES: Final = 16
_YES: Final = b"\x01"


class ExportOrder:
    """Ids (UUIDv7, which sort by time) and what kind each export is of: 17 bytes each.

    Kinds are small numbers from 1 on; what they mean is the caller's.
    """

    def __init__(self) -> None:
        self._ids = bytearray()
        self._kinds = bytearray()

    @classmethod
    def of(cls, export_ids: Iterable[str]) -> ExportOrder:
        """An order of exports of unknown kinds; what is no UUID is none of ours."""
        order = cls()
        ids = dict.fromkeys(_packed(one) for one in export_ids if is_id(one))  # mostly in order
        order._ids = bytearray(b"".join(sorted(ids)))
        order._kinds = bytearray(len(order))
        return order

    def __len__(self) -> int:
        return len(self._ids) // _ID_BYTES

    def add(self, export_id: str) -> None:
        """Put an export in its place; one that is there stays as it is."""
        at, is_there = self._find(export_id)
        if not is_there:
            self._ids[at * _ID_BYTES : at * _ID_BYTES] = _packed(export_id)
            self._kinds.insert(at, UNKNOWN)

    def put(self, export_id: str, kind: int) -> None:
        """Put an export in its place, and note its kind as it is now."""
        self.add(export_id)
        self._kinds[self._find(export_id)[0]] = kind

    def learn(self, export_id: str, kind: int) -> None:
        """Note the kind of an export of which none is known: what is known may be newer."""
        at, is_there = self._find(export_id)
        if is_there and self._kinds[at] == UNKNOWN:
            self._kinds[at] = kind

    def remove(self, export_id: str) -> None:
        """Leave an export out; one that is not there is fine."""
        at, is_there = self._find(export_id)
        if is_there:
            del self._ids[at * _ID_BYTES : (at + 1) * _ID_BYTES]
            del self._kinds[at]

    def forget(self, export_id: str) -> None:
        """Leave an export out, unless its kind is known: somebody may have seen it come back."""
        at, is_there = self._find(export_id)
        if is_there and self._kinds[at] == UNKNOWN:
            self.remove(export_id)

    def older(
        self, than: str | None, kinds: Collection[int], *, limit: int
    ) -> list[tuple[str, bool]]:
        """Exports before ``than`` (None: the newest) that are or may be of these kinds.

        Returns:
            At most ``limit``, newest first, each with whether its kind is known.
        """
        end = len(self) if than is None else self._find(than)[0]
        wanted = bytes(kind == UNKNOWN or kind in kinds for kind in range(256))
        places = self._kinds[:end].translate(wanted)
        found: list[tuple[str, bool]] = []
        while len(found) < limit and (end := places.rfind(_YES, 0, end)) >= 0:
            found.append((str(uuid.UUID(bytes=self._at(end))), self._kinds[end] != UNKNOWN))
        return found

    def _find(self, export_id: str) -> tuple[int, bool]:
        """Where an id stands, or would, and whether it does."""
        packed = _packed(export_id)
        at = bisect_left(range(len(self)), packed, key=self._at)
        return at, self._at(at) == packed

    def _at(self, place: int) -> bytes:
        return bytes(self._ids[place * _ID_BYTES : (place + 1) * _ID_BYTES])


def is_id(text: str) -> bool:
    """Whether this is an export's id as we write it."""
    return _ID.fullmatch(text) is not None


def _packed(export_id: str) -> bytes:
    return bytes.fromhex(export_id.replace("-", ""))
