"""An artifact is checked before anybody may have it."""

from __future__ import annotations

from shared.errors import ExportError


class SelfCheckError(ExportError):
    """The artifact is not what was planned: tried again, then for operators."""

    code = "artifact-wrong"
    title = "The packed artifact failed its own check"
    retryable = True
