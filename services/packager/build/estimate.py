"""An estimate tells how far a build is and what it still takes, from what its stages take.

Each stage gets the share of the percents left that it has of the seconds left. So nothing ever
falls, whatever is passed over, comes unforeseen, or is slower than was thought.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from services.packager.build.stages import ORDER, SECONDS, UPLOAD_S, bounded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.packager.build.stages import StageName

BUILD_PERCENT: Final = 90.0  # of the whole export; the rest is the uploader's
PACE: Final = (0.2, 20.0)  # how much quicker or slower than the table a machine may be
LEARNT_S: Final = 0.3  # of stages that have ended, before they say how quick a machine is
DUE: Final = 0.8  # of an item is shown as done when it has taken as long as it should
SILENT_S: Final = 60.0  # after so long without a word nothing moves, so that a hung build shows


class Estimate:
    """The stage at work, and the costs of those to come; times are seconds of the caller's clock.

    Args:
        costs: Of the stages foreseen, in seconds; the first of them begins now.
        now_s: The time.
    """

    def __init__(self, costs: Mapping[StageName, float], now_s: float) -> None:
        self.foreseen = frozenset(costs)
        self._ahead = dict(costs)
        self._planned_s = self._spent_s = 0.0
        self._pace = 1.0
        self._shown = self._floor = self._span = 0.0
        self._share, self._step = 0.0, 1.0
        self.stage: StageName = min(costs, key=ORDER.index)
        self._enter(self.stage, now_s, None)

    def begin(self, stage: StageName, now_s: float, cost_s: float | None = None) -> None:
        """Begin another stage; one that should have come before is passed over."""
        self._learn(now_s)
        self._shown = self._floor = self._floor + self._span
        self._enter(stage, now_s, cost_s)

    def advance(self, share: float, now_s: float, *, step: float = 0.0) -> None:
        """So much of the stage is done, from 0 to 1.

        What is in work makes ``step`` more, and is shown as it goes on; 0 where bytes are counted.
        """
        self._heard_at_s = now_s
        if share > self._share or step != self._step:
            self._share, self._step = max(self._share, min(share, 1.0)), step
            self._told_at_s = now_s

    def percent(self, now_s: float) -> float:
        """How far the export is; it never falls, and ends at :data:`BUILD_PERCENT`."""
        step = min(self._step, 1.0 - self._share)
        last_s = min(now_s, self._heard_at_s + SILENT_S)
        silent_s = last_s - self._told_at_s
        share = self._share + step * _drift(silent_s / max(self._cost_s * self._pace * step, 0.01))
        self._shown = max(self._shown, self._floor + self._span * share)
        return self._shown

    def left_s(self, now_s: float) -> float:
        """Seconds that the export still takes: this stage, those to come, the upload."""
        elapsed_s = now_s - self._began_at_s
        planned_s = self._cost_s * self._pace
        known, share = self._share, max(self._share, 0.01)
        seen_s = (self._told_at_s - self._began_at_s) / share
        whole_s = max(known * seen_s + (1 - known) * planned_s, elapsed_s * (1 + 0.2 * (1 - known)))
        return whole_s - elapsed_s + self._pace * sum(self._ahead.values()) + UPLOAD_S

    def _enter(self, stage: StageName, now_s: float, cost_s: float | None) -> None:
        foreseen_s = self._ahead.get(stage, SECONDS.get(stage, 0.0))
        rank = ORDER.index(stage)
        self._ahead = {name: s for name, s in self._ahead.items() if ORDER.index(name) > rank}
        self.stage = stage
        self._cost_s = bounded(foreseen_s if cost_s is None else cost_s)
        self._span = (BUILD_PERCENT - self._floor) * self._cost_s
        self._span /= self._cost_s + sum(self._ahead.values())
        self._share, self._step = 0.0, 1.0
        self._began_at_s = self._told_at_s = self._heard_at_s = now_s

    def _learn(self, now_s: float) -> None:
        """How quick this machine is, by the stage that ends."""
        self._planned_s += self._cost_s
        self._spent_s += now_s - self._began_at_s
        if self._spent_s > LEARNT_S:
            slowest, quickest = PACE[1], PACE[0]
            self._pace = min(max(self._spent_s / self._planned_s, quickest), slowest)


def _drift(due: float) -> float:
    """How much of an item is shown as done after so many times of what it should take."""
    return DUE * due if due <= 1 else 1 - (1 - DUE) / due
