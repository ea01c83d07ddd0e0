"""Exports that were accepted here a moment ago, and whose documents may not be there yet."""

from __future__ import annotations

import time
from collections import OrderedDict, defaultdict
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection

UNFOLDED_S: Final = 600.0  # how long an accepted export is shown that no document tells of


class UnfoldedExports:
    """Held until their documents are seen, or have not come for long."""

    def __init__(self) -> None:
        self._until: OrderedDict[tuple[str, str], float] = OrderedDict()  # the oldest is first
        self._of: defaultdict[str, set[str]] = defaultdict(set)

    def add(self, project_id: str, export_id: str) -> None:
        """Show an export although its document is not there yet."""
        self._until[project_id, export_id] = time.monotonic() + UNFOLDED_S
        self._of[project_id].add(export_id)
        while self._until and next(iter(self._until.values())) < time.monotonic():
            self.remove(*next(iter(self._until)))

    def of(self, project_id: str) -> Collection[str]:
        """Those of a project."""
        return self._of.get(project_id, ())

    def remove(self, project_id: str, export_id: str) -> None:
        """Its document has come: from now on that alone counts."""
        if self._until.pop((project_id, export_id), None) is not None:
            self._of[project_id].remove(export_id)
            if not self._of[project_id]:
                del self._of[project_id]
