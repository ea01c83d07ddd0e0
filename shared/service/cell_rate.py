"""The generic cell rate algorithm (ITU-T I.371): how fast something of each user may come."""

from __future__ import annotations

import math
import time
from typing import Final

from shared.errors import TooManyRequestsError

REMEMBERED: Final = 10_000  # users
ROUNDING_S: Final = 1e-6


class CellRate:
    """So many of each user in a second, in this process; one number for each of them.

    That is the moment at which all that was taken is paid off.

    Args:
        per_second: 0: no limit.
        burst: How many may come at once.
        longest_s: That one may be held back; what would take longer is refused.
        what: Of which there are too many, and in what time: ``100 requests a second``.
        quota: What the limit is called where refusals are counted.
    """

    def __init__(
        self,
        per_second: float,
        *,
        burst: float,
        longest_s: float = 0.0,
        what: str,
        quota: str = "",
    ) -> None:
        self._per_second = per_second
        self._burst = burst
        self._longest_s = longest_s
        self._what = what
        self._quota = quota
        self._paid_off: dict[str, float] = {}

    def take(self, user_id: str) -> float:
        """Count one more.

        Returns:
            How long it has to wait, in seconds.

        Raises:
            TooManyRequestsError: That would be long; says when to come again.
        """
        if not self._per_second:
            return 0.0
        at = time.monotonic()
        paid_off = max(self._paid_off.get(user_id, 0.0), at) + 1 / self._per_second
        wait_s = paid_off - at - self._burst / self._per_second
        if wait_s > self._longest_s + ROUNDING_S:
            again_s = math.ceil(wait_s - self._longest_s)
            message = f"at most {self._what}: come again"
            raise TooManyRequestsError(message, again_s, quota=self._quota)
        self._paid_off[user_id] = paid_off
        if len(self._paid_off) > REMEMBERED:
            self._paid_off = {user: end for user, end in self._paid_off.items() if end > at}
        return max(wait_s, 0.0)

    def give_back(self, user_id: str) -> None:
        """Count one less: it was none of those that are limited."""
        if self._per_second:
            self._paid_off[user_id] = self._paid_off.get(user_id, 0.0) - 1 / self._per_second
