"""What a packager asks the uploader before it builds, and what it is answered.

The uploader is the one who may say that an artifact is there and lives on, so it is also the one
who ends the export with it.
"""

from __future__ import annotations

from typing import Final

import msgspec

from shared.domain.events import ExportRequested, Sha256

ANSWER_S: Final = 5.0  # within which an uploader answers, whatever is away
PATIENCE_S: Final = ANSWER_S + 1.0  # of packagers: the answer is on its way, too


class ReuseQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """End this export with what was built of the same inputs, if you have that."""

    event: ExportRequested
    inputs: Sha256


class ReuseAnswer(msgspec.Struct, frozen=True):
    """Whether the stream holds the end of the export: nothing is left to be built."""

    completed: bool
