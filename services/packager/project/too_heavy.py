"""A project is too heavy where planning it meets a limit of memory or time."""

from __future__ import annotations

from shared.errors import ProjectError


class ProjectTooHeavyError(ProjectError):
    """The export needs more of something than one export may take.

    Args:
        what: It is ``memory``, ``time`` or the like.
        file: The file that was worked on, if that is known.
    """

    code = "project-too-heavy"
    title = "The project needs more than one export may take"

    def __init__(self, what: str, *, file: str = "") -> None:
        remedy = (
            "make the file smaller or simpler, or leave it out with excludePatterns"
            if file
            else "make its largest files smaller, or leave some out with excludePatterns"
        )
        super().__init__(
            f"{file or 'the project'} needs more {what} than one export may take; {remedy}"
        )
        self.file = file
