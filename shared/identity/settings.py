"""What can be set for tokens; gateway and status read the same."""

from __future__ import annotations

import ipaddress
from typing import Annotated, Final
from urllib.parse import urlsplit

import msgspec

from shared.errors import ConfigurationError
from shared.settings import check_secret, env

WEEK_S: Final = 7 * 86_400
DAY_S: Final = 86_400


class SecretSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The secret that signs, and the one that it has replaced or will replace."""

    secret: Annotated[
        str,
        env(
            "JWT_SECRET",
            "signs bearer tokens and tickets; at least 32 bytes",
            secret=True,
            min_length=1,
        ),
    ]
    previous: Annotated[
        str,
        env(
            "JWT_SECRET_PREVIOUS",
            "signs nothing, but what it has signed is believed: for rotation",
            secret=True,
            may_be_empty=True,
        ),
    ] = ""

    def checked(self) -> tuple[str, ...]:
        """Those that are set, the one that signs first.

        Raises:
            ConfigurationError: One can be guessed, or both are the same.
        """
        if not self.previous:
            return (check_secret(self.secret),)
        both = check_secret(self.secret), check_secret(self.previous, "JWT_SECRET_PREVIOUS")
        if both[0] == both[1]:
            raise ConfigurationError(
                "JWT_SECRET and JWT_SECRET_PREVIOUS are the same: nothing would be rotated"
            )
        return both


class ProviderSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The identity provider whose tokens are believed beside our own."""

    jwks_url: Annotated[
        str, env("JWT_JWKS_URL", "keys of an identity provider (RS256, ES256); empty: none")
    ] = ""
    issuer: Annotated[str, env("JWT_ISSUER", "`iss` of the identity provider's tokens")] = ""
    audience: Annotated[str, env("JWT_AUDIENCE", "`aud` that its tokens must name")] = ""
    user_claim: Annotated[
        str, env("JWT_USER_CLAIM", "claim of its tokens that is the user's id", min_length=1)
    ] = "sub"
    role_claim: Annotated[
        str,
        env(
            "JWT_ROLE_CLAIM",
            "claim of its tokens, a text or a list, that may hold `admin` or `service`; "
            "empty: everybody is a user",
        ),
    ] = ""
    plan_claim: Annotated[
        str,
        env("JWT_PLAN_CLAIM", "claim of its tokens that names the plan; empty: the default plan"),
    ] = ""
    stale_s: Annotated[
        int,
        env(
            "JWT_JWKS_STALE_S",
            "how long its keys are believed while it cannot be reached, seconds",
            ge=600,
        ),
    ] = DAY_S

    def check(self) -> None:
        """What belongs together is set together.

        Raises:
            ConfigurationError: Tokens of others would be believed, keys could be changed on their
                way, or something is set in vain.
        """
        if not self.jwks_url:
            if self.issuer or self.audience or self.role_claim or self.plan_claim:
                raise ConfigurationError(
                    "JWT_ISSUER, JWT_AUDIENCE, JWT_ROLE_CLAIM and JWT_PLAN_CLAIM are for tokens of "
                    "an identity provider: set JWT_JWKS_URL too, or none of them"
                )
            return
        if not (self.issuer and self.audience):
            raise ConfigurationError(
                "JWT_JWKS_URL needs JWT_ISSUER and JWT_AUDIENCE: without them tokens that the "
                "provider has made for others would be believed"
            )
        if not _is_safe(self.jwks_url):
            raise ConfigurationError(
                f"JWT_JWKS_URL={self.jwks_url!r} must be https://…; http:// only on this machine"
            )


class TokenSettings(msgspec.Struct, frozen=True, kw_only=True):
    """All of it."""

    secrets: SecretSettings
    max_lifetime_s: Annotated[
        int,
        env(
            "JWT_MAX_LIFETIME_S", "the longest that a bearer token may still be good for, s", ge=60
        ),
    ] = WEEK_S
    provider: ProviderSettings = ProviderSettings()


def _is_safe(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    if parts.scheme == "https":
        return bool(host)
    return parts.scheme == "http" and _is_loopback(host)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
