"""What routes are given as a request: its body comes in time, its JSON is read in one place."""

from __future__ import annotations

import asyncio
from typing import Any, Final, TypeVar

import msgspec
from litestar import Request
from litestar.exceptions import InternalServerException

from services.gateway.projects.blob_uploads import BrokenBodyError
from shared.errors import InvalidRequestError

BODY_S: Final = 60.0  # for a body that is read whole; streamed ones have limits of their own

DocumentT = TypeVar("DocumentT")


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


def decode_json(body: bytes, document: type[DocumentT]) -> DocumentT:
    """The document that a body is.

    Raises:
        InvalidRequestError: No JSON, not in UTF-8, nested too deep, or not such a document.
    """
    try:
        return msgspec.json.decode(body, type=document)
    except RecursionError as error:
        raise InvalidRequestError("the JSON is nested too deep") from error
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise InvalidRequestError(f"the body is not what it should be: {error}") from error
