"""How many exports one user may ask for in a while."""

from __future__ import annotations

import math
import time
from typing import Final

from shared.errors import TooManyRequestsError

REMEMBERED: Final = 10_000  # users


class RateLimiter:
    """``per_minute`` requests of each user, as many at once, counted in this process.

    Source:
        The generic cell rate algorithm (ITU-T I.371): one number for each user, the moment at
        which all that was taken is paid off.
    """

    def __init__(self, per_minute: int) -> None:
        self._per_minute = per_minute
        self._paid_off: dict[str, float] = {}

    def hit(self, user_id: str) -> None:
        """Count one more request.

        Raises:
            TooManyRequestsError: Says when to come again.
        """
        if self._per_minute == 0:
            return
        at, costs_s = time.monotonic(), 60 / self._per_minute
        paid_off = max(self._paid_off.get(user_id, 0.0), at) + costs_s
        if (wait_s := paid_off - at - 60) > 1e-6:  # noqa: PLR2004 - what floats lose
            raise TooManyRequestsError(
                f"at most {self._per_minute} exports a minute: come again", math.ceil(wait_s)
            )
        self._paid_off[user_id] = paid_off
        if len(self._paid_off) > REMEMBERED:
            self._paid_off = {user: end for user, end in self._paid_off.items() if end > at}
