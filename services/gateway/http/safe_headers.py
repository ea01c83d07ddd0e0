"""Safe headers stand on every answer of the gateway: those of routes, refusals, and the schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from litestar.types import Message, Scope

HEADERS: Final = {
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"content-security-policy": b"default-src 'none'; frame-ancestors 'none'",
    b"cache-control": b"no-store",
}


async def add_safe_headers(message: Message, _scope: Scope) -> None:
    """A hook before an answer is sent; what the answer says itself stays."""
    if message["type"] == "http.response.start":
        headers = list(message["headers"])
        said = {name.lower() for name, _ in headers}
        message["headers"] = headers + [found for found in HEADERS.items() if found[0] not in said]
