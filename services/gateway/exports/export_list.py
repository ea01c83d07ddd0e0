"""The list of a project's exports: its lines, its pages, and which exports are wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from shared.domain.events import Moment
from shared.domain.export_document import TERMINAL, State, Status
from shared.domain.options import Configuration, Platform

if TYPE_CHECKING:
    from shared.domain.export_document import Document


class ExportSummary(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One line of the list."""

    id: str
    platform: Platform
    configuration: Configuration | None
    status: Status
    progress: float
    current_step: str
    warning_count: int
    created_at: Moment | None
    completed_at: Moment | None

    @classmethod
    def of(cls, state: State) -> ExportSummary:
        """The same fields of a state."""
        return cls(**{name: getattr(state, name) for name in cls.__struct_fields__})


class ExportFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which exports; an empty set does not matter."""

    statuses: frozenset[Status] = frozenset()
    platforms: frozenset[Platform] = frozenset()

    @property
    def is_narrow(self) -> bool:
        """Whether it leaves any export out."""
        return bool(self.statuses or self.platforms)

    def may_match(self, document: Document) -> bool:
        """Whether the document alone does not speak against it.

        That is cheap; how far a running export is stands elsewhere.
        """
        state = document.state
        if self.platforms and state.platform not in self.platforms:
            return False
        if not self.statuses:
            return True
        return state.status in self.statuses if state.ended else bool(self.statuses - TERMINAL)

    def matches(self, summary: ExportSummary) -> bool:
        """Whether an export is one of these as it is shown."""
        return not self.statuses or summary.status in self.statuses


class ExportPage(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Some exports of a project, newest first."""

    exports: list[ExportSummary]
    next_page_token: str | None
