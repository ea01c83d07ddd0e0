from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from shared.identity.key_set_fetch import KeySetFetch
from shared.identity.provider import IdentityProvider
from shared.identity.provider_keys import ProviderKeys
from shared.identity.settings import ProviderSettings
from shared.tokens import Tokens
from tests import identity_provider
from tests.identity_provider import AUDIENCE, ISSUER, ec_key, jwk, rsa_key

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

SECRET = "0123456789abcdef" * 4
STALE_S = 3_600.0


class Clock:
    """Stands still until it is told otherwise."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    """The clock by which keys age."""
    return Clock()


@pytest_asyncio.fixture
async def provider() -> AsyncIterator[identity_provider.IdentityProvider]:
    """It has one key of each kind."""
    async with identity_provider.identity_provider() as opened:
        opened.keys = [jwk(rsa_key("r"), "r1"), jwk(ec_key("e"), "e1", alg="ES256")]
        yield opened


@pytest.fixture
def tokens(provider: identity_provider.IdentityProvider, clock: Clock) -> Tokens:
    """They believe our own secret and that provider."""
    settings = ProviderSettings(
        jwks_url=provider.url,
        issuer=ISSUER,
        audience=AUDIENCE,
        role_claim="roles",
        plan_claim="tier",
    )
    keys = ProviderKeys(KeySetFetch(provider.url), stale_s=STALE_S, clock=clock)
    return Tokens(SECRET, provider=IdentityProvider(settings, keys))
