"""Page tokens: where the next page begins, in a form that invites nobody to make their own."""

from __future__ import annotations

import base64
from typing import Final

from shared.errors import InvalidRequestError

LAST_SEQ: Final = (1 << 63) - 1  # no stream comes so far


def token(last: str) -> str:
    """A token for what comes after ``last``."""
    return base64.urlsafe_b64encode(last.encode()).decode()


def open_token(text: str) -> str:
    """What :func:`token` was made of.

    Raises:
        InvalidRequestError: Not one of ours.
    """
    try:
        return base64.b64decode(text, b"-_", validate=True).decode("ascii")
    except ValueError as error:
        raise InvalidRequestError("page_token is not one of ours") from error


def seq_token(last: int | None) -> str | None:
    """A token for what comes after a sequence; None at the end."""
    return None if last is None else token(str(last))


def open_seq_token(text: str | None) -> int | None:
    """What :func:`seq_token` was made of (raises InvalidRequestError)."""
    if text is None:
        return None
    seq = open_token(text)
    if not seq.isdigit() or len(seq) > 19:  # noqa: PLR2004 - 64 bits
        raise InvalidRequestError("page_token is not one of ours")
    return int(seq)
