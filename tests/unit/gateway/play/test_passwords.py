from __future__ import annotations

import time

import pytest

from services.gateway.play.passwords import (
    _COST,
    GRANT,
    GRANT_LIVES_S,
    Passwords,
    is_granted,
)
from shared.errors import TooManyRequestsError


async def test_a_grant_holds_for_its_password_and_its_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Not for the same password of another link, nor for longer than it says."""
    passwords = Passwords()
    kept, other = await passwords.hash("open sesame"), await passwords.hash("open sesame")
    assert kept.digest != other.digest
    grant = await passwords.guess("link", "open sesame", kept)
    assert grant is not None
    assert GRANT.fullmatch(grant)
    assert is_granted(grant, kept)
    assert not is_granted(grant, other)
    prolonged = grant.replace(grant.split("-")[1], f"{int(time.time()) + 10**6:x}")
    assert not is_granted(prolonged, kept)
    late = time.time() + GRANT_LIVES_S + 1
    monkeypatch.setattr(time, "time", lambda: late)
    assert not is_granted(grant, kept)


async def test_wrong_guesses_give_nothing_and_become_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """The right one, too, once there were too many; another link is another matter."""
    monkeypatch.setitem(_COST, "n", 2)  # in the time of ten real ones one more may be allowed
    passwords = Passwords()
    kept = await passwords.hash("open sesame")
    for _ in range(10):
        assert await passwords.guess("link", "close sesame", kept) is None
    with pytest.raises(TooManyRequestsError):
        await passwords.guess("link", "open sesame", kept)
    assert await passwords.guess("other", "open sesame", kept)
