"""Bytes on their way in are counted against the daily quota of the user who sends them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from services.gateway.quotas.user_quotas import UserQuotas

COUNTED_BYTES: Final = 16 << 20  # at a time: small bodies are counted together


class UploadMeter:
    """Counts for one gateway process; what it has not counted yet is lost when it ends."""

    def __init__(self, quotas: UserQuotas) -> None:
        self._quotas = quotas
        self._uncounted: dict[str, int] = {}

    async def metered(self, user_id: str, body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """The chunks of a body, as long as the quota lasts (raises RateUsedUpError)."""
        async for chunk in body:
            await self.count(user_id, len(chunk))
            yield chunk

    async def count(self, user_id: str, size_bytes: int) -> None:
        """Count bytes that the user lets us store (raises RateUsedUpError)."""
        uncounted = self._uncounted.pop(user_id, 0) + size_bytes
        if uncounted >= COUNTED_BYTES:
            await self._quotas.upload(user_id, uncounted)
        else:
            self._uncounted[user_id] = uncounted
