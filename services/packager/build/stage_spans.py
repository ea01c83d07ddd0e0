"""The spans of a build, made by its packager: the build itself reaches no collector.

``plan`` and ``pack`` follow one another; a stage that has a name of its own lies beside them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.tracing import spans

if TYPE_CHECKING:
    from services.packager.build.stages import StageName
    from shared.tracing.spans import Span


class StageSpans:
    """All of them are children of the attempt; those of the plan begin when it is opened."""

    def __init__(self) -> None:
        self._whole: Span = spans.NO_SPAN
        self._stage: Span = spans.NO_SPAN
        self._name = "plan"

    def open(self) -> None:
        """The build begins; :meth:`end` must follow."""
        self._whole, self._stage = spans.child("plan"), spans.child("plan: reading")

    def begin(self, stage: StageName) -> None:
        """The stage before is over."""
        self._stage.end()
        named = f"{self._name}: {stage}"
        self._stage = spans.NO_SPAN if stage == "packing" else spans.child(named)

    def planned(self) -> None:
        """What will be packed is known now."""
        self._stage.end()
        self._whole.end()
        self._name = "pack"
        self._whole, self._stage = spans.child("pack"), spans.NO_SPAN

    def end(self) -> None:
        """Nothing more is done."""
        self._stage.end()
        self._whole.end()
        self._whole = self._stage = spans.NO_SPAN
