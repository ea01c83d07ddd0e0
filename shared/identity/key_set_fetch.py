"""Brings a JWK Set over HTTP, within bounds of time and size."""

from __future__ import annotations

import asyncio
from functools import cache
from typing import TYPE_CHECKING, Final

import httpx

from shared.identity.provider_keys import ProviderAwayError

if TYPE_CHECKING:
    from ssl import SSLContext

TIMEOUT_S: Final = 5.0  # of all of it
MOST_BYTES: Final = 256 * 1_024
ACCEPTED: Final = {
    "Accept": "application/jwk-set+json, application/json",
    "Accept-Encoding": "identity",  # so that the bound on bytes is one on what they become
}


class KeySetFetch:
    """Asks one address, and follows no redirect: whoever can make one would choose the keys."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._tls = _tls()

    async def __call__(self) -> bytes:
        """What lies there.

        Raises:
            ProviderAwayError: It does not come, not in time, or is too large.
        """
        try:
            async with asyncio.timeout(TIMEOUT_S):
                return await self._get()
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, OSError) as error:
            raise ProviderAwayError(
                f"JWT_JWKS_URL: {type(error).__name__} {error}".rstrip()
            ) from error

    async def _get(self) -> bytes:
        body = bytearray()
        async with (
            httpx.AsyncClient(verify=self._tls, timeout=TIMEOUT_S) as client,
            client.stream("GET", self._url, headers=ACCEPTED) as answer,
        ):
            if answer.status_code != httpx.codes.OK:
                raise ProviderAwayError(f"JWT_JWKS_URL answers {answer.status_code}")
            async for block in answer.aiter_raw():
                body += block
                if len(body) > MOST_BYTES:
                    raise ProviderAwayError(f"JWT_JWKS_URL has more than {MOST_BYTES} bytes")
        return bytes(body)


@cache
def _tls() -> SSLContext:
    """Made once, because all certificates that are trusted are read for it."""
    return httpx.create_ssl_context()
