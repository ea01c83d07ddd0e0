"""Whoever takes an artifact further may have a limit: an ad network, a messenger, a shop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import UNSET

from shared.errors import ProjectError

if TYPE_CHECKING:
    from services.packager.request import Request


class ArtifactTooLargeError(ProjectError):
    """The artifact is larger than ``maxBytes`` allows."""

    code = "artifact-too-large"


def check_size(size_bytes: int, request: Request) -> None:
    """Look at the artifact once it is whole.

    Raises:
        ArtifactTooLargeError: It is too large, by how much, and what to do.
    """
    limit = request.options.max_bytes
    if limit is UNSET or size_bytes <= limit:
        return
    message = (
        f"the artifact has {size_bytes:,} bytes, {size_bytes - limit:,} more than maxBytes allows. "
        "The log names what is large; leave files out with excludePatterns, or make them smaller "
        "with optimize: balanced"
    )
    raise ArtifactTooLargeError(message)
