"""What routes are given as a request: its body comes whole and in time."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from litestar import Request
from litestar.exceptions import InternalServerException

from services.gateway.http.json_document import decode_json
from services.gateway.projects.body_pace import BrokenBodyError

BODY_S: Final = 60.0  # for a body that is read whole; streamed ones have limits of their own


class JsonRequest(Request[Any, Any, Any]):
    """A request that wrong bodies make a 400 or 408 of, never a 500."""

    async def body(self) -> bytes:
        """The whole body.

        Raises:
            BrokenBodyError: It did not come, or not in time.
        """
        try:
            async with asyncio.timeout(BODY_S):
                return await super().body()
        except TimeoutError as error:
            raise BrokenBodyError("it came too slowly: send it again") from error
        except InternalServerException as error:  # Litestar's word for it
            raise BrokenBodyError("the connection was closed in the middle of the body") from error

    async def json(self) -> Any:
        """The body as JSON (raises InvalidRequestError)."""
        return decode_json(await self.body() or b"null", object)
