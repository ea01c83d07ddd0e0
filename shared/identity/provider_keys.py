"""The keys of an identity provider: fetched when needed, never because somebody asks often."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Final

import jwt
import structlog

from shared.errors import UnavailableError
from shared.identity.key_set import KeySet, KeySetError, read_key_set
from shared.metrics.identity import KEY_FETCHES

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

log = structlog.get_logger()

FRESH_S: Final = 600  # then they are fetched anew: a key that was withdrawn is believed so long
PAUSE_S: Final = 15  # between two fetches, whatever is asked for


class ProviderAwayError(UnavailableError):
    """The identity provider does not give its keys, so nobody can tell whether a token is good."""

    code = "identity-provider-away"
    title = "Who you are cannot be checked at the moment"
    public = "the identity provider does not answer: try again soon"


class ProviderKeys:
    """Keeps the last keys that the provider gave.

    Args:
        fetch: Brings its JWK Set (raises ProviderAwayError).
        stale_s: How long they are believed while it is away, seconds.
        clock: Seconds that only grow.
    """

    def __init__(
        self,
        fetch: Callable[[], Awaitable[bytes]],
        *,
        stale_s: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._fetch = fetch
        self._stale_s = stale_s
        self._clock = clock
        self._keys: KeySet = {}
        self._fetched_at = self._tried_at = -float("inf")
        self._failure: Exception | None = None  # of the last attempt
        self._fetching: asyncio.Task[None] | None = None

    async def get(self, kid: str, algorithm: str) -> jwt.PyJWK:
        """The key of that name, for that algorithm.

        One that is known is given at once, even where it is time to fetch them anew.

        Raises:
            jwt.InvalidTokenError: The provider has no such key.
            ProviderAwayError: Nobody can tell.
        """
        known = self._known(kid, algorithm)
        if known is None or self._clock() - self._fetched_at > FRESH_S:
            fetching = self._start_fetching()
            if known is None and fetching is not None:
                await asyncio.shield(fetching)  # others wait for it too
                known = self._known(kid, algorithm)
        if known is not None:
            return known
        if self._failure is not None:
            raise ProviderAwayError(f"no keys of the identity provider: {self._failure}")
        raise jwt.InvalidTokenError("the identity provider has no key of this name")

    def _known(self, kid: str, algorithm: str) -> jwt.PyJWK | None:
        if self._clock() - self._fetched_at > self._stale_s:
            self._keys = {}
        return self._keys.get((kid, algorithm))

    def _start_fetching(self) -> asyncio.Task[None] | None:
        """The fetch that runs, or a new one; None where the last one was a moment ago."""
        if self._fetching is None and self._clock() - self._tried_at >= PAUSE_S:
            self._tried_at = self._clock()
            self._fetching = asyncio.create_task(self._renew())
        return self._fetching

    async def _renew(self) -> None:
        try:
            self._keys = read_key_set(await self._fetch())
            self._fetched_at, self._failure = self._clock(), None
        except (ProviderAwayError, KeySetError) as error:
            self._failure = error
            log.warning("identity-provider.keys-not-fetched", error=str(error))
        finally:
            self._fetching = None
            KEY_FETCHES.labels("failed" if self._failure else "fetched").inc()
