"""A strict export has no warnings: whoever asks for one would rather have no artifact at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from shared.errors import ProjectError

if TYPE_CHECKING:
    from services.packager.build.plan import BuildPlan

SHOWN: Final = 50


class StrictError(ProjectError):
    """The project can be exported, but not without warnings."""

    code = "project-has-warnings"
    title = "The project has warnings, and the export is strict"


def refuse_warnings(plan: BuildPlan) -> None:
    """Make errors of a plan's warnings.

    Raises:
        StrictError: It has some; the message lists them.
    """
    found = [str(note) for note in plan.notes if note.level == "warning"]
    if not found:
        return
    shown = "\n".join(f"- {warning}" for warning in found[:SHOWN])
    more = f"\n… and {len(found) - SHOWN:,} more" if len(found) > SHOWN else ""
    raise StrictError(f"options.strict allows no warnings, and the build has:\n{shown}{more}")
