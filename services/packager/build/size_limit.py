"""Whoever takes an artifact further may have a limit: an ad network, a messenger, a shop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.errors import ProjectError

if TYPE_CHECKING:
    from collections.abc import Callable

    from services.packager.archive.unread import Buffer


class ArtifactTooLargeError(ProjectError):
    """The artifact is larger than ``maxBytes`` allows."""

    code = "artifact-too-large"

    def __init__(self, max_bytes: int) -> None:
        super().__init__(
            f"the artifact is larger than maxBytes allows, {max_bytes:,} bytes. The log names what "
            "is large: leave files out with excludePatterns, or make them smaller with "
            "optimize: balanced"
        )


def limited(send: Callable[[Buffer], None], max_bytes: int | None) -> Callable[[Buffer], None]:
    """Send at most so many bytes; None is no limit.

    Raises:
        ArtifactTooLargeError: There are more; raised by what is returned.
    """
    if max_bytes is None:
        return send
    left = max_bytes

    def send_some(part: Buffer) -> None:
        nonlocal left
        left -= len(part)
        if left < 0:
            raise ArtifactTooLargeError(max_bytes)
        send(part)

    return send_some
