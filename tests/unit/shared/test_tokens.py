from __future__ import annotations

import time
from typing import Any

import jwt
import pytest

from shared.errors import UnauthorizedError
from shared.tokens import SKEW_S, WEEK_S, Tokens

SECRET = "0123456789abcdef" * 4


def signed(**claims: Any) -> str:
    """A token that somebody has made who knows the secret."""
    return jwt.encode({"userId": "ann", **claims}, SECRET, "HS256")


def test_a_token_ends() -> None:
    """Within a week, or what the operator says; the issuer's clock may be somewhat ahead."""
    for lives_s in (60, WEEK_S, WEEK_S + SKEW_S - 60):
        assert Tokens(SECRET).user(signed(exp=time.time() + lives_s)).user_id == "ann"
    generous = Tokens(SECRET, max_lifetime_s=2 * WEEK_S)
    assert generous.user(signed(exp=time.time() + 2 * WEEK_S)).user_id == "ann"


@pytest.mark.parametrize(
    "claims",
    [
        *({}, {"exp": None}, {"exp": "soon"}, {"exp": []}, {"exp": {}}, {"exp": float("inf")}),
        *({"exp": float("nan")}, {"exp": 0}, {"exp": -1}, {"exp": 10**30}, {"exp": 4_102_444_800}),
        {"exp": "4102444800"},
    ],
    ids=str,
)
def test_one_without_an_end_is_refused(claims: dict[str, Any]) -> None:
    """Or with one that nobody lives to see, or that is none."""
    with pytest.raises(UnauthorizedError):
        Tokens(SECRET).user(signed(**claims))
