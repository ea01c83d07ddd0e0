"""What a project may ask of a build is bounded; beyond, its maker hears what is too heavy."""

from __future__ import annotations

from shared.errors import ProjectError


class ProjectTooHeavyError(ProjectError):
    """A build met one of its limits: its message names the limit and, if it is known, the file."""

    code = "project-too-heavy"
    title = "The project needs more than a build may use"
