"""Tokens of an identity provider: verified with its public keys, and put into our own claims."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import jwt

from shared.identity.key_set_fetch import KeySetFetch
from shared.identity.provider_keys import ProviderKeys

if TYPE_CHECKING:
    from shared.identity.settings import ProviderSettings

LEEWAY_S: Final = 60  # between the provider's clock and ours
ROLES: Final = ("admin", "service")  # the ones that may do more than a user; the greatest first


class IdentityProvider:
    """Believes what one provider has signed for us."""

    def __init__(self, settings: ProviderSettings, keys: ProviderKeys) -> None:
        self._settings = settings
        self._keys = keys

    @classmethod
    def of(cls, settings: ProviderSettings) -> IdentityProvider:
        """The one at ``JWT_JWKS_URL``; it is asked when the first of its tokens comes."""
        fetch = KeySetFetch(settings.jwks_url)
        return cls(settings, ProviderKeys(fetch, stale_s=settings.stale_s))

    async def claims(self, token: str) -> dict[str, Any]:
        """``userId``, ``email``, ``role``, ``plan`` and ``exp``, of whatever type they are there.

        The header chooses among the provider's keys and nothing else: a key is good for the one
        algorithm that it was made for, and ``jwk``, ``jku``, ``x5c`` and ``x5u`` are never read.

        Raises:
            jwt.InvalidTokenError: Not signed by the provider, not for us, or not good now.
            ProviderAwayError: Nobody can tell.
        """
        header = jwt.get_unverified_header(token)
        kid, algorithm = header.get("kid"), header.get("alg")
        if not (isinstance(kid, str) and isinstance(algorithm, str)):
            raise jwt.InvalidTokenError("a token of an identity provider has a `kid`")
        key = await self._keys.get(kid, algorithm)
        claims = jwt.decode(
            token,
            key,
            algorithms=[key.algorithm_name],
            audience=self._settings.audience,
            issuer=self._settings.issuer,
            leeway=LEEWAY_S,
            options={"require": ["exp", "iss", "aud"], "verify_iat": False},
        )
        return own_claims(claims, self._settings)


def own_claims(claims: dict[str, Any], settings: ProviderSettings) -> dict[str, Any]:
    """A provider's claims by the names that we have for them.

    A role or a plan comes only from the claim that the operator has named for it.
    """
    return {
        "userId": claims.get(settings.user_claim),
        "email": claims.get("email") or "",
        "role": _role(claims.get(settings.role_claim)) if settings.role_claim else "user",
        "plan": claims.get(settings.plan_claim) if settings.plan_claim else None,
        "exp": claims["exp"],
    }


def _role(claim: Any) -> str:
    held = claim if isinstance(claim, list) else [claim]
    return next((role for role in ROLES if role in held), "user")
