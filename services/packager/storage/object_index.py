"""The object index says which objects hold the files of an export, and how much of each."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import msgspec

from shared.domain.project import StoredFile

if TYPE_CHECKING:
    from collections.abc import Iterable


class ObjectIndex(msgspec.Struct, frozen=True, kw_only=True):
    """The objects of an export, in the order of its files."""

    files: dict[str, list[StoredFile]]  # by object
    sizes: dict[str, int]  # by object: how much of it is needed, from its start, bytes
    begun_bytes: dict[str, int]  # by path: of all objects that files up to there are cut out of

    @classmethod
    def of(cls, files: Iterable[StoredFile]) -> ObjectIndex:
        """The index of an export's files; it takes seconds for a million of them."""
        ordered = list(files)
        by_object: defaultdict[str, list[StoredFile]] = defaultdict(list)
        for file in ordered:
            by_object[file.object].append(file)
        sizes = {
            key: max(file.offset + file.size for file in held) for key, held in by_object.items()
        }
        return cls(files=dict(by_object), sizes=sizes, begun_bytes=_begun_bytes(ordered, sizes))


def _begun_bytes(files: Iterable[StoredFile], sizes: dict[str, int]) -> dict[str, int]:
    begun: set[str] = set()
    total = 0
    by_path = {}
    for file in files:
        if file.object not in begun:
            begun.add(file.object)
            total += sizes[file.object]
        by_path[file.path] = total
    return by_path
