from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING

import jwt
import pytest
from aiohttp import web

from shared.errors import UnauthorizedError
from shared.identity.key_set_fetch import MOST_BYTES
from shared.identity.provider_keys import FRESH_S, PAUSE_S, ProviderAwayError
from shared.tokens import Tokens, User
from tests.identity_provider import claims, jwk, rsa_key
from tests.integration.identity.conftest import STALE_S, Clock

if TYPE_CHECKING:
    from tests.identity_provider import IdentityProvider


def by(kid: str, key: str = "r") -> str:
    """Ann's token, signed by a key that the provider calls so."""
    return jwt.encode(claims(), rsa_key(key), "RS256", headers={"kid": kid})


async def test_a_flood_of_unknown_keys_costs_the_provider_nothing(
    tokens: Tokens, provider: IdentityProvider, clock: Clock
) -> None:
    """However many names are made up, at once and one after the other; who has a key gets in."""
    provider.open.clear()
    flood = [asyncio.create_task(tokens.user(by(secrets.token_hex(8)))) for _ in range(100)]
    await provider.was_asked(1)
    provider.open.set()
    answers = await asyncio.gather(*flood, return_exceptions=True)
    assert {type(answer) for answer in answers} == {UnauthorizedError}
    for _ in range(100):
        with pytest.raises(UnauthorizedError):
            await tokens.user(by(secrets.token_hex(8)))
        assert (await tokens.user(by("r1"))).user_id == "ann"
    assert provider.asked == 1
    clock.now += PAUSE_S
    with pytest.raises(UnauthorizedError):
        await tokens.user(by("made-up"))
    assert provider.asked == 2


async def test_keys_are_rotated_in_mid_run(
    tokens: Tokens, provider: IdentityProvider, clock: Clock
) -> None:
    """A new key is found when it is first used; one that was withdrawn is believed no more."""
    assert (await tokens.user(by("r1"))).user_id == "ann"
    provider.keys = [jwk(rsa_key("r"), "r1"), jwk(rsa_key("next"), "r2")]
    clock.now += PAUSE_S
    assert (await tokens.user(by("r2", "next"))).user_id == "ann"
    provider.keys = [jwk(rsa_key("next"), "r2")]
    clock.now += FRESH_S + 1
    assert (await tokens.user(by("r2", "next"))).user_id == "ann"  # at once, while it is asked
    await provider.was_asked(3)
    while True:  # until the answer is there
        try:
            await tokens.user(by("r1"))
        except UnauthorizedError:
            break
        await asyncio.sleep(0.01)


async def test_nobody_waits_for_a_provider_whose_keys_are_known(
    tokens: Tokens, provider: IdentityProvider, clock: Clock
) -> None:
    """Not when it is time to ask it again, though it hangs."""
    await tokens.user(by("r1"))
    provider.open.clear()
    clock.now += FRESH_S + 1
    for _ in range(10):
        assert (await tokens.user(by("r1"))).user_id == "ann"
    await provider.was_asked(2)


@pytest.mark.parametrize(
    "answer",
    [
        web.Response(status=500),
        web.Response(status=302, headers={"Location": "/other"}),
        web.Response(text="no JSON"),
        web.Response(text="[" * 100_000),
        web.Response(text='{"keys": []}'),
        web.Response(text='{"keys": {}}'),
        web.Response(body=b" " * (MOST_BYTES + 1)),
        web.Response(body=b"\xff\xfe"),
        web.Response(text='{"keys": [' + ",".join(["{}"] * 101) + "]}"),
    ],
    ids=["error", "redirect", "text", "deep", "empty", "object", "large", "binary", "many"],
)
async def test_keys_are_kept_while_the_provider_is_away(
    tokens: Tokens, provider: IdentityProvider, clock: Clock, answer: web.Response
) -> None:
    """For as long as the operator says; then nobody is told that his token is bad, but to wait.

    Our own tokens need no provider.
    """
    await tokens.user(by("r1"))
    provider.answer = answer
    clock.now += STALE_S
    assert (await tokens.user(by("r1"))).user_id == "ann"
    with pytest.raises(ProviderAwayError):  # the one key that nobody can tell of
        await tokens.user(by("r2", "next"))
    clock.now += 1
    with pytest.raises(ProviderAwayError):
        await tokens.user(by("r1"))
    assert (await tokens.user(tokens.bearer(User(user_id="bob")))).user_id == "bob"


async def test_a_provider_that_comes_back_is_believed_again(
    tokens: Tokens, provider: IdentityProvider, clock: Clock
) -> None:
    """Also one that was away when the service started."""
    provider.answer = web.Response(status=503)
    with pytest.raises(ProviderAwayError):
        await tokens.user(by("r1"))
    provider.answer = None
    with pytest.raises(ProviderAwayError):  # it is left in peace for a moment
        await tokens.user(by("r1"))
    clock.now += PAUSE_S
    assert (await tokens.user(by("r1"))).user_id == "ann"
