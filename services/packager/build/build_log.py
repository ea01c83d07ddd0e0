"""What the maker reads in the log of an export."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.packager.build.plan import MAX_NOTES
from services.packager.build.progress import megabytes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.packager.build.plan import Plan
    from shared.domain.project import Snapshot, StoredFile
    from shared.jetstream.progress_reporter import ProgressReporter


def tell_selection(
    reporter: ProgressReporter, snapshot: Snapshot, files: Sequence[StoredFile]
) -> None:
    """What the project has, and what the options leave out of it."""
    reporter.log(
        f"The project has {len(snapshot.files):,} files, {megabytes(snapshot.size_bytes)}."
    )
    left_out = len(snapshot.files) - len(files)
    if left_out:
        size = snapshot.size_bytes - sum(file.size for file in files)
        reporter.log(
            f"Left out by excludePatterns and includeAssets: {left_out:,} files, {megabytes(size)}."
        )


def tell_plan(reporter: ProgressReporter, plan: Plan) -> None:
    """What will be in the artifact, and what the maker should look at."""
    for note in plan.notes[:MAX_NOTES]:
        reporter.log(str(note), note.level)
    if len(plan.notes) > MAX_NOTES:
        reporter.log(f"… and {len(plan.notes) - MAX_NOTES:,} more of that kind.", "warning")
    made = sum(content.stored is None for content in plan.contents)
    reporter.log(
        f"Packing {len(plan.contents):,} files, {megabytes(plan.size_bytes)}; "
        f"{made} of them made here."
    )
