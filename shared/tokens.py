"""Who somebody is (bearer tokens) and what a link allows (tickets).

Both are JWT. Ours are signed with HS256, by keys that cannot stand for each other; an identity
provider may sign bearer tokens too, with keys of its own.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import time
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import jwt
import msgspec

from shared.errors import UnauthorizedError
from shared.identity.settings import WEEK_S, TokenSettings
from shared.identity.signing_secrets import SigningSecrets

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from shared.identity.provider import IdentityProvider

Use = Literal["watch", "download"]
_ALGORITHM = "HS256"
SKEW_S: Final = 300  # of the issuer's clock
REMEMBERED: Final = 10_000  # bearer tokens that were found good


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


class _Known(msgspec.Struct, frozen=True):
    """A bearer token of ours that was found good, with the secrets that were believed then."""

    user: User
    secrets: tuple[str, ...]
    expires_at: float


class Tokens:
    """Makes and reads both kinds.

    Args:
        secrets: Of HS256; one alone as a text.
        max_lifetime_s: The longest that a bearer token may still be good for, seconds.
        provider: Whose tokens are believed beside our own.
    """

    def __init__(
        self,
        secrets: SigningSecrets | str,
        *,
        max_lifetime_s: float = WEEK_S,
        provider: IdentityProvider | None = None,
    ) -> None:
        self._secrets = SigningSecrets(lambda: (secrets,)) if isinstance(secrets, str) else secrets
        self._max_lifetime_s = max_lifetime_s
        self._provider = provider
        self._known: dict[str, _Known] = {}  # the one that was found last is last

    @classmethod
    def of(cls, settings: TokenSettings, environ: Mapping[str, str] = os.environ) -> Tokens:
        """As it is set; the secrets are read from the environment's files whenever those change.

        Raises:
            ConfigurationError: It would believe what it must not.
        """
        settings.provider.check()
        provider = None
        if settings.provider.jwks_url:
            from shared.identity.provider import IdentityProvider  # noqa: PLC0415 - 7 MB of HTTP

            provider = IdentityProvider.of(settings.provider)
        return cls(
            SigningSecrets.of(environ), max_lifetime_s=settings.max_lifetime_s, provider=provider
        )

    def bearer(self, user: User, *, lives_s: int = 86_400) -> str:
        """A token for ``Authorization: Bearer``."""
        return jwt.encode(_claims(user, lives_s), _bearer_key(self._secrets.signing), _ALGORITHM)

    async def user(self, token: str) -> User:
        """Who the bearer is.

        A token of ours is checked once, until it expires or other secrets are believed.

        Raises:
            UnauthorizedError: Not signed by us or by the identity provider, expired, without a
                user or an ``exp``, or good for longer than any token may be.
            UnavailableError: The identity provider is away, and nobody can tell.
        """
        secrets, known = self._secrets.believed, self._known.get(token)
        if known and known.secrets == secrets and time.time() < known.expires_at:
            return known.user
        try:
            claims = await self._bearer_claims(token, secrets)
            user = msgspec.convert(claims, User)
            left_s = int(claims["exp"]) - time.time()
        except (jwt.InvalidTokenError, msgspec.ValidationError, TypeError, OverflowError) as error:
            raise UnauthorizedError(f"the bearer token is not valid: {error}") from error
        if left_s > self._max_lifetime_s + SKEW_S:
            raise UnauthorizedError(
                f"the bearer token is good for longer than {self._max_lifetime_s:.0f} s: sign one "
                "with an earlier `exp`"
            )
        self._remember(token, _Known(user, secrets, int(claims["exp"])))
        return user

    def ticket(self, ticket: Ticket, *, lives_s: float) -> str:
        """A ticket, as it stands in a link."""
        return jwt.encode(_claims(ticket, lives_s), _ticket_key(self._secrets.signing), _ALGORITHM)

    def open_ticket(self, text: str, *, use: Use, export_id: str) -> Ticket:
        """What a ticket allows.

        Raises:
            TicketExpiredError: Its time is over.
            UnauthorizedError: Not signed by us, or for another export or use.
        """
        try:
            claims = _verified(text, map(_ticket_key, self._secrets.believed))
            ticket = msgspec.convert(claims, Ticket)
        except jwt.ExpiredSignatureError as error:
            raise TicketExpiredError("the ticket has expired: ask for a new one") from error
        except (jwt.InvalidTokenError, msgspec.ValidationError) as error:
            raise UnauthorizedError("the ticket is not valid") from error
        if ticket.use != use or ticket.export_id != export_id:
            raise UnauthorizedError("the ticket is for something else")
        return ticket

    def _remember(self, token: str, known: _Known) -> None:
        """Not of a provider: its keys may be withdrawn, and it must be asked for them."""
        if _is_ours(token):
            self._known.pop(token, None)
            self._known[token] = known
            if len(self._known) > REMEMBERED:
                del self._known[next(iter(self._known))]

    async def _bearer_claims(self, token: str, secrets: tuple[str, ...]) -> dict[str, Any]:
        """HS256 is ours alone: no key that anybody else knows can ever verify it."""
        if self._provider is None or _is_ours(token):
            return _verified(token, map(_bearer_key, secrets))
        return await self._provider.claims(token)


def _verified(text: str, keys: Iterable[bytes]) -> dict[str, Any]:
    """The claims, signed with any of these keys (raises jwt.InvalidTokenError)."""
    failure = jwt.InvalidSignatureError()
    for key in keys:
        try:
            claims: dict[str, Any] = jwt.decode(
                text,
                key,
                algorithms=[_ALGORITHM],
                # A clock that is behind the issuer's must not refuse what is good (RFC 7519 4.1.6).
                options={"require": ["exp"], "verify_iat": False},
            )
        except jwt.InvalidSignatureError as error:
            failure = error
        else:
            return claims
    raise failure


def _is_ours(token: str) -> bool:
    return bool(jwt.get_unverified_header(token).get("alg") == _ALGORITHM)


def _bearer_key(secret: str) -> bytes:
    return secret.encode()


def _ticket_key(secret: str) -> bytes:
    return hmac.digest(secret.encode(), b"aethel-export ticket v1", hashlib.sha256)


def _claims(content: msgspec.Struct, lives_s: float) -> dict[str, Any]:
    issued = time.time()
    return {**msgspec.to_builtins(content), "iat": int(issued), "exp": int(issued + lives_s)}
