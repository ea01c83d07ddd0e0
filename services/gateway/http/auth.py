"""Who is asking: a guard in front of every route below ``/api``, so that none can be forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec
from litestar import Request  # noqa: TC002 - Litestar reads the annotations of a dependency
from litestar.di import NamedDependency  # noqa: TC002 - likewise

from shared.domain.visible_text import objection
from shared.errors import ForbiddenError, UnauthorizedError
from shared.tokens import User

if TYPE_CHECKING:
    from litestar.connection import ASGIConnection
    from litestar.handlers import BaseRouteHandler
    from litestar.types import Guard

    from shared.tokens import Tokens

TICKET_ROUTE: Final = "ticket"  # in a route's ``opt``: a signed ticket in the query will do


def bearer_guard(tokens: Tokens) -> Guard:
    """The guard that reads the bearer token: it lets a request pass with its user, or not at all.

    A function, because Litestar copies objects with all that they hold, and the keys of an identity
    provider are kept once in a process. It raises UnauthorizedError where there is no token, or not
    a valid one, and UnavailableError where the provider is away and nobody can tell.
    """

    async def guard(
        connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler
    ) -> None:
        scheme, _, token = connection.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            user = await tokens.user(token.strip())
            user = _acting_for(user, connection.headers.get("x-aethel-user"))
            for claim, text in (("userId", user.user_id), ("email", user.email)):
                if said := objection(text):
                    raise UnauthorizedError(f"{claim} {said}")
            connection.state.user = user
        elif not (handler.opt.get(TICKET_ROUTE) and "ticket" in connection.query_params):
            raise UnauthorizedError("send your token as `Authorization: Bearer …`")

    return guard


def require_operator(
    connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler
) -> None:
    """A guard behind :func:`bearer_guard`.

    Raises:
        ForbiddenError: The token's role is not ``admin``.
    """
    if not connection.state.user.is_admin:
        raise ForbiddenError("this is for operators: a token with the role admin")


def current_user(request: Request[Any, Any, Any], deps: NamedDependency[Any]) -> User:
    """The user whom the guard has let pass (dependency ``user``).

    It asks for ``deps`` so that Litestar makes one after the other: two that do not need each other
    get a task each.
    """
    del deps
    user: User = request.state.user
    return user


def _acting_for(user: User, named: str | None) -> User:
    """Another service of the platform may act for a user; nobody else may."""
    if named is None:
        return user
    if user.role != "service":
        raise UnauthorizedError("X-Aethel-User is for tokens with the role service")
    try:
        return msgspec.convert({**msgspec.to_builtins(user), "userId": named, "role": "user"}, User)
    except msgspec.ValidationError as error:
        raise UnauthorizedError(f"X-Aethel-User names nobody: {error}") from error
