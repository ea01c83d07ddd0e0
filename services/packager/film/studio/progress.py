"""When it is time to tell how far a shot is, and to show a frame of it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from services.packager.film.studio.shot import FramesDone

if TYPE_CHECKING:
    from collections.abc import Callable

    from services.packager.film.studio.shot import Told

TELL_S: Final = 0.25  # between two counts of frames
PREVIEW_S: Final = 2.0


class Progress:
    """Of one shot, from now on."""

    def __init__(self, tell: Callable[[Told], object]) -> None:
        self._tell = tell
        self._begun_s = time.monotonic()
        self._told_s = 0.0
        self._shown_s = 0.0

    def counted(self, frames: int) -> None:
        """So many frames are encoded; that is told now and then."""
        if time.monotonic() - self._told_s >= TELL_S:
            self.done(frames)

    def done(self, frames: int) -> None:
        """So many frames are encoded; that is told at once."""
        self._told_s = time.monotonic()
        took_s = max(self._told_s - self._begun_s, 1e-6)
        self._tell(FramesDone(frames, frames / took_s))

    def wants_preview(self) -> bool:
        """Whether the frame in hand should be shown."""
        now_s = time.monotonic()
        if now_s - self._shown_s < PREVIEW_S:
            return False
        self._shown_s = now_s
        return True
