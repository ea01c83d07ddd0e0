"""The build log is what the maker of a project reads about an export."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from services.packager.build.plan import MAX_NOTES
from services.packager.build.progress import megabytes
from shared.domain.build_warnings import MOST, BuildWarning, BuildWarnings

if TYPE_CHECKING:
    from services.packager.build.plan import BuildPlan, Note
    from services.packager.project.snapshot import Selection
    from shared.domain.entry_page import Kind
    from shared.domain.progress import Level

KINDS: Final[dict[Kind | None, str]] = {
    "web": "a web page of its own",
    "web-build": "a web project with package.json",
    "engine": "an engine project",
    "old-export": "an export of the old worker",
    None: "a project of no kind that can be played",
}
MAX_TEXT: Final = 500  # characters of each part of a warning


class Reporter(Protocol):
    """Takes lines for the maker."""

    def log(self, message: str, level: Level = "info") -> None:
        """Add a line to the export's log."""
        ...


def report_selection(reporter: Reporter, selection: Selection) -> None:
    """Log what the project has, and what the options leave out of it."""
    snapshot = selection.snapshot
    total_bytes = selection.size_bytes + selection.left_out_bytes
    reporter.log(
        f"The project is {KINDS[selection.kind]}: {len(snapshot.files):,} files, "
        f"{megabytes(total_bytes)}."
    )
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


def warnings_of(plan: BuildPlan) -> BuildWarnings:
    """What the export itself carries of the warnings, for those who do not read its log."""
    found = [note for note in plan.notes if note.level == "warning"]
    return BuildWarnings(count=len(found), first=tuple(map(_warning, found[:MOST])))


def _warning(note: Note) -> BuildWarning:
    return BuildWarning(
        code=note.code,
        message=note.message[:MAX_TEXT],
        file=note.file[:MAX_TEXT] or None,
        line=note.line or None,
        path=note.path[:MAX_TEXT] or None,
    )
