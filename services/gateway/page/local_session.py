"""Signing in to the stack on one's own machine, without a token: ``POST /local-session``.

Whoever may read the stack's folder has its tokens anyway. This hands one to the page that the same
user's browser shows, and to nobody else: not to another site in that browser, not to another user
of the machine, not to anybody who comes through a proxy.
"""

from __future__ import annotations

import asyncio
import ipaddress
import os
import sys
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import msgspec
from litestar import HttpMethod, route
from litestar.datastructures import MutableScopeHeaders

from services.gateway.http.parameters import AnyRequest
from services.gateway.page.peer import Address, owner_of, read_tables
from shared.domain.events import now
from shared.errors import ConfigurationError, ForbiddenError
from shared.service.health import is_forwarded
from shared.tokens import Tokens, User

if TYPE_CHECKING:
    from litestar.handlers import HTTPRouteHandler
    from litestar.types import Message, Scope

PATH: Final = "/local-session"
LIVES: Final = timedelta(hours=12)
PAGE_HEADER: Final = "x-aethel-page"  # no form and no link can send it


class LocalSignInRefusedError(ForbiddenError):
    """The request does not surely come from the page in a browser of the stack's own user."""

    code = "local-sign-in-refused"
    title = "Signing in without a token is refused"

    def __init__(self, reason: str) -> None:
        super().__init__(f"{reason}: sign in with a token, `aethel-export token` prints one")


class LocalSession(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A bearer token, and until when it is good."""

    token: str
    expires_at: datetime


def local_sign_in(tokens: Tokens, *, user_id: str, bind: str) -> HTTPRouteHandler:
    """The route that signs the stack's user in.

    Args:
        tokens: Makes the token.
        user_id: Whom it names.
        bind: Where the gateway listens.

    Raises:
        ConfigurationError: Others than this machine can reach the gateway.
    """
    if not _is_loopback(bind.rpartition(":")[0]):
        raise ConfigurationError(
            f"GATEWAY_LOCAL_USER={user_id!r} signs in whoever uses this machine, but "
            f"GATEWAY_BIND={bind!r} lets others in: bind to 127.0.0.1, or leave the user out"
        )
    user = User(user_id=user_id)

    @route(PATH, http_method=[HttpMethod.POST], status_code=200, include_in_schema=False)
    async def sign_in(request: AnyRequest) -> LocalSession:
        check_page(request)
        await check_peer(request)
        lives_s = int(LIVES.total_seconds())
        return LocalSession(token=tokens.bearer(user, lives_s=lives_s), expires_at=now() + LIVES)

    return sign_in


def check_page(request: AnyRequest) -> None:
    """Let only the page itself ask, by what a browser says and no page can forge.

    Raises:
        LocalSignInRefusedError: Another site asks, or one whose name leads here (DNS rebinding).
    """
    headers = request.headers
    if is_forwarded(request.headers):
        raise LocalSignInRefusedError("the request came through a proxy")
    host = headers.get("host", "")
    if not _is_loopback(_hostname(host)):
        raise LocalSignInRefusedError("the address is not one of this machine alone")
    if headers.get(PAGE_HEADER) != "1":
        raise LocalSignInRefusedError("the request is not the page's")
    if not _is_same_origin(headers.get("sec-fetch-site"), headers.get("origin"), host):
        raise LocalSignInRefusedError("another page asks for it")


async def check_peer(request: AnyRequest) -> None:
    """Let only processes of our own user ask.

    Raises:
        LocalSignInRefusedError: The connection does not come from this machine, or is another
            user's.
    """
    client, server = request.scope.get("client"), request.scope.get("server")
    try:
        peer, own = _address(client), _address(server)
    except ValueError as error:
        raise LocalSignInRefusedError("nobody knows where the request comes from") from error
    if not peer.host.is_loopback:
        raise LocalSignInRefusedError("the request comes from another machine")
    if sys.platform == "linux":
        owner = owner_of((peer, own), await asyncio.to_thread(read_tables))
        if owner != os.geteuid():
            raise LocalSignInRefusedError("the request comes from another user of this machine")


async def without_cors(message: Message, scope: Scope) -> None:
    """A hook before an answer is sent: no other origin reads what is answered here."""
    if message["type"] != "http.response.start":
        return
    asked = "/" + str(scope.get("path", "")).strip("/")  # as routing sees it
    if asked == PATH:
        headers = MutableScopeHeaders.from_message(message)
        for name in [name for name in headers if name.lower().startswith("access-control-")]:
            del headers[name]


def _is_same_origin(site: str | None, origin: str | None, host: str) -> bool:
    """What a browser says of who asks: one of both at least, and neither against it."""
    if site is None and origin is None:
        return False
    return site in {None, "same-origin"} and origin in {None, f"http://{host}"}


def _address(end: Any) -> Address:
    host, port = end or ("", 0)
    return Address.of(host, port)


def _hostname(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _is_loopback(host: str) -> bool:
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
