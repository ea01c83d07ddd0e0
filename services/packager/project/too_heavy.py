"""A project is too heavy where its build meets a limit of memory, time or disk."""

from __future__ import annotations

from shared.errors import ProjectError


class ProjectTooHeavyError(ProjectError):
    """The export needs more of something than one export may take.

    Args:
        what: It is ``memory``, ``time`` or the like.
        file: The file that was worked on, if that is known.
        limit: How much one export may take.
    """

    code = "project-too-heavy"
    title = "The project needs more than one export may take"

    def __init__(self, what: str, *, file: str = "", limit: str = "") -> None:
        remedy = (
            "make the file smaller or simpler, or leave it out with excludePatterns"
            if file
            else "make its largest files smaller, or leave some out with excludePatterns"
        )
        super().__init__(
            f"{file or 'the project'} needs more {what} than one export may take"
            f"{f' ({limit})' if limit else ''}; {remedy}"
        )
        self.file = file
