"""The list of a project's exports: its lines, its pages, and which exports are wanted."""

from __future__ import annotations

from itertools import product
from typing import Final, Literal, get_args

import msgspec

from services.gateway.exports.export_order import UNKNOWN
from shared.domain.events import Timestamp
from shared.domain.export_document import TERMINAL, State, Status
from shared.domain.options import Configuration, Platform

# An export's platform and whether it runs or how it has ended, as the small number that is held in
# memory for each. How far a running one is stands elsewhere, and changes all the time.
Outcome = Literal["running", "completed", "failed", "canceled"]
_KINDS: Final = {
    kind: number
    for number, kind in enumerate(product(get_args(Platform), get_args(Outcome)), UNKNOWN + 1)
}


def kind_of(state: State) -> int:
    """What kind of export this is."""
    return _KINDS[state.platform, state.status if state.ended else "running"]


class ExportSummary(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One line of the list."""

    id: str
    platform: Platform
    configuration: Configuration | None
    status: Status
    progress: float
    current_step: str
    warning_count: int
    created_at: Timestamp | None
    completed_at: Timestamp | None

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

    @property
    def kinds(self) -> frozenset[int]:
        """The kinds of exports that may be among these."""
        outcomes = {*self.statuses, *(["running"] if self.statuses - TERMINAL else ())}
        return frozenset(
            number
            for (platform, outcome), number in _KINDS.items()
            if (not self.platforms or platform in self.platforms)
            and (not self.statuses or outcome in outcomes)
        )

    def matches(self, summary: ExportSummary) -> bool:
        """Whether an export is one of these as it is shown."""
        return not self.statuses or summary.status in self.statuses


EVERY: Final = ExportFilter()
RUNNING: Final = ExportFilter(statuses=frozenset({"queued"}))  # and whatever else is no end


class ExportPage(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Some exports of a project, newest first."""

    exports: list[ExportSummary]
    next_page_token: str | None
