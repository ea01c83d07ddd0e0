"""Who somebody is (bearer tokens) and what a link allows (tickets).

Both JWT, HS256, with keys that cannot stand for each other.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from typing import Annotated, Any, Final, Literal

import jwt
import msgspec

from shared.errors import UnauthorizedError

Use = Literal["watch", "download"]
_ALGORITHM = "HS256"
WEEK_S: Final = 7 * 86_400
SKEW_S: Final = 300  # of the issuer's clock


class User(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The claims of a bearer token."""

    user_id: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    email: str = ""
    role: str = "user"
    plan: str | None = None

    @property
    def is_admin(self) -> bool:
        """An operator."""
        return self.role == "admin"


class TicketExpiredError(UnauthorizedError):
    """Well signed, but its time is over: get a new one."""

    code = "ticket-expired"
    title = "The ticket has expired"


class Ticket(msgspec.Struct, frozen=True, kw_only=True):
    """One use of one export, for a short while.

    Names the generation and stream sequence it was made at.
    """

    use: Use
    export_id: str
    project_id: str
    user_id: str
    generation: int = 1
    seq: int = 0


class Tokens:
    """Makes and reads both kinds."""

    def __init__(self, secret: str, *, max_lifetime_s: float = WEEK_S) -> None:
        self._max_lifetime_s = max_lifetime_s
        self._bearer_key = secret.encode()
        self._ticket_key = hmac.digest(secret.encode(), b"aethel-export ticket v1", hashlib.sha256)

    def bearer(self, user: User, *, lives_s: int = 86_400) -> str:
        """A token for ``Authorization: Bearer``."""
        return jwt.encode(_claims(user, lives_s), self._bearer_key, _ALGORITHM)

    def user(self, token: str) -> User:
        """Who the bearer is.

        Raises:
            UnauthorizedError: Not signed by us, expired, without a ``userId`` or an ``exp``, or
                good for longer than any token may be.
        """
        try:
            claims = jwt.decode(
                token,
                self._bearer_key,
                algorithms=[_ALGORITHM],
                options={"require": ["exp"], "verify_iat": False},
            )
            user = msgspec.convert(claims, User)
            left_s = int(claims["exp"]) - time.time()
        except (jwt.InvalidTokenError, msgspec.ValidationError, TypeError, OverflowError) as error:
            raise UnauthorizedError(f"the bearer token is not valid: {error}") from error
        if left_s > self._max_lifetime_s + SKEW_S:
            raise UnauthorizedError(
                f"the bearer token is good for longer than {self._max_lifetime_s:.0f} s: sign one "
                "with an earlier `exp`"
            )
        return user

    def ticket(self, ticket: Ticket, *, lives_s: float) -> str:
        """A ticket, as it stands in a link."""
        return jwt.encode(_claims(ticket, lives_s), self._ticket_key, _ALGORITHM)

    def open_ticket(self, text: str, *, use: Use, export_id: str) -> Ticket:
        """What a ticket allows.

        Raises:
            TicketExpiredError: Its time is over.
            UnauthorizedError: Not signed by us, or for another export or use.
        """
        try:
            claims = jwt.decode(
                text,
                self._ticket_key,
                algorithms=[_ALGORITHM],
                # A clock that is behind the issuer's must not refuse what is good (RFC 7519 4.1.6).
                options={"require": ["exp"], "verify_iat": False},
            )
            ticket = msgspec.convert(claims, Ticket)
        except jwt.ExpiredSignatureError as error:
            raise TicketExpiredError("the ticket has expired: ask for a new one") from error
        except (jwt.InvalidTokenError, msgspec.ValidationError) as error:
            raise UnauthorizedError("the ticket is not valid") from error
        if ticket.use != use or ticket.export_id != export_id:
            raise UnauthorizedError("the ticket is for something else")
        return ticket


def _claims(content: msgspec.Struct, lives_s: float) -> dict[str, Any]:
    issued = time.time()
    return {**msgspec.to_builtins(content), "iat": int(issued), "exp": int(issued + lives_s)}
