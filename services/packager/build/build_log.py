"""The build log is what the maker of a project reads about an export."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from services.packager.build.plan import MAX_NOTES
from services.packager.build.progress import megabytes

if TYPE_CHECKING:
    from services.packager.build.plan import BuildPlan
    from services.packager.project.snapshot import Selection
    from shared.domain.progress import Level


class Reporter(Protocol):
    """Takes lines for the maker."""

    def log(self, message: str, level: Level = "info") -> None:
        """Add a line to the export's log."""
        ...


def report_selection(reporter: Reporter, selection: Selection) -> None:
    """Log what the project has, and what the options leave out of it."""
    snapshot = selection.snapshot
    total_bytes = selection.size_bytes + selection.left_out_bytes
    reporter.log(f"The project has {len(snapshot.files):,} files, {megabytes(total_bytes)}.")
    left_out = len(snapshot.files) - len(selection.files)
    if left_out:
        reporter.log(
            f"Left out by excludePatterns and includeAssets: {left_out:,} files, "
            f"{megabytes(selection.left_out_bytes)}."
        )


def report_plan(reporter: Reporter, plan: BuildPlan) -> None:
    """Log what will be in the artifact, and what the maker should look at."""
    for note in plan.notes[:MAX_NOTES]:
        reporter.log(str(note), note.level)
    if len(plan.notes) > MAX_NOTES:
        reporter.log(f"… and {len(plan.notes) - MAX_NOTES:,} more of that kind.", "warning")
    made = sum(content.stored is None for content in plan.contents)
    reporter.log(
        f"Packing {len(plan.contents):,} files, {megabytes(plan.size_bytes)}; "
        f"{made} of them made here."
    )
