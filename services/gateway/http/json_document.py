"""JSON from clients becomes a document in one place, whatever is wrong with it."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from shared.errors import InvalidRequestError

DocumentT = TypeVar("DocumentT")


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
