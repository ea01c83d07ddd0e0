"""The pace of one user's requests: whoever sends them faster waits, so that nobody else does."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

from services.gateway.quotas.refusals import PER_SECOND
from shared.service.cell_rate import CellRate

if TYPE_CHECKING:
    from litestar.connection import ASGIConnection
    from litestar.handlers import BaseRouteHandler

LONGEST_S: Final = 10.0  # that a request is held back


class RequestPace:
    """A guard behind the authentication: so many requests of each user in a second."""

    def __init__(self, per_second: int) -> None:
        what = f"{per_second} requests a second"
        self._rate = CellRate(
            per_second, burst=per_second, longest_s=LONGEST_S, what=what, quota=PER_SECOND
        )

    async def __call__(
        self, connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler
    ) -> None:
        """Hold the request back until its turn.

        Raises:
            TooManyRequestsError: That would be long; says when to come again.
        """
        user = connection.state.get("user")  # none where a ticket will do
        if user is not None and (wait_s := self._rate.take(user.user_id)):
            await asyncio.sleep(wait_s)
