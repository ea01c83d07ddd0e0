"""The recount brings every user's record of usage into line with what there is.

What died between counting and making, or was made by an earlier version, is put right here.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import partial
from typing import TYPE_CHECKING

from shared.domain.events import now
from shared.domain.usage import Usage

if TYPE_CHECKING:
    from collections.abc import Iterable

    from services.uploader.gc.retention import KeptExport
    from shared.domain.project import Project
    from shared.stores.usage import Usages


class UsageRecount:
    """One recount: what was counted is noted before anything is looked at, and compared after it.

    Exports that are asked for meanwhile stay counted: the difference is taken off, nothing is set.

    Args:
        usages: Changes the records that are wrong.
        counted: The records before anything was looked at.
    """

    def __init__(self, usages: Usages, counted: Iterable[Usage]) -> None:
        self._usages = usages
        self._counted = {usage.user_id: usage for usage in counted}

    async def finish(self, projects: Iterable[Project], exports: Iterable[KeptExport]) -> None:
        """Compare it with the projects and exports that were found."""
        found: defaultdict[str, dict[str, tuple[int, int]]] = defaultdict(dict)
        for project in projects:
            if project.deleted_at is None:
                found[project.owner][project.id] = (project.head_files, project.head_bytes)
        kept = Counter(export.user_id for export in exports)
        for user_id in self._counted.keys() | found.keys() | kept.keys():
            counted = self._counted.get(user_id) or Usage(user_id=user_id)
            correct = partial(_corrected, found[user_id], kept[user_id] - counted.exports)
            if correct(counted) != counted:
                await self._usages.change(user_id, correct)


def _corrected(projects: dict[str, tuple[int, int]], more: int, usage: Usage) -> Usage:
    return usage.as_found(projects, now()).counting(more)
