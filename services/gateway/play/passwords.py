"""Passwords of play links: hashed with scrypt, and the grants that the right one gives.

A grant is the moment of its end and a MAC over it, keyed by the link's own random key: it can be
checked without any state, opens this one link, and dies with the password.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import re
import secrets
import time
from typing import Final

from shared.service.cell_rate import CellRate
from shared.stores.play_links import PlayPassword

GRANT_LIVES_S: Final = 12 * 3_600
GRANT: Final = re.compile(r"grant-[0-9a-f]{8,10}-[0-9a-f]{64}")
GUESSES_AT_ONCE: Final = 10
GUESSES_PER_MINUTE: Final = 6
HASHES_AT_ONCE: Final = 2  # each takes 16 MiB
_COST: Final = {"n": 1 << 14, "r": 8, "p": 1}  # about 50 ms


class Passwords:
    """Hashes and checks, in threads, a few at a time; guesses are paced for each link."""

    def __init__(self) -> None:
        self._hashing = asyncio.Semaphore(HASHES_AT_ONCE)
        self._pace = CellRate(
            GUESSES_PER_MINUTE / 60,
            burst=GUESSES_AT_ONCE,
            what=f"{GUESSES_PER_MINUTE} passwords a minute",
        )

    async def hash(self, password: str) -> PlayPassword:
        """What is kept of a new password."""
        salt = secrets.token_bytes(16)
        digest = await self._digest(password, salt)
        return PlayPassword(salt=salt.hex(), digest=digest.hex(), grant_key=secrets.token_hex(32))

    async def is_same(self, password: str, kept: PlayPassword) -> bool:
        """Whether a password is the one that is kept; for the link's maker, who need not wait."""
        digest = await self._digest(password, bytes.fromhex(kept.salt))
        return hmac.compare_digest(digest, bytes.fromhex(kept.digest))

    async def guess(self, token: str, password: str, kept: PlayPassword) -> str | None:
        """A grant for the right password.

        Raises:
            TooManyRequestsError: Too many were tried on this link; says when to come again.
        """
        self._pace.take(token)
        return _grant(kept) if await self.is_same(password, kept) else None

    async def _digest(self, password: str, salt: bytes) -> bytes:
        async with self._hashing:
            return await asyncio.to_thread(hashlib.scrypt, password.encode(), salt=salt, **_COST)


def is_granted(grant: str, kept: PlayPassword) -> bool:
    """Whether a grant was given for this password, and still holds."""
    if not GRANT.fullmatch(grant):
        return False
    _, ends, mac = grant.split("-")
    return hmac.compare_digest(mac, _mac(kept, ends)) and int(ends, 16) > time.time()


def _grant(kept: PlayPassword) -> str:
    ends = f"{int(time.time()) + GRANT_LIVES_S:x}"
    return f"grant-{ends}-{_mac(kept, ends)}"


def _mac(kept: PlayPassword, ends: str) -> str:
    return hmac.digest(bytes.fromhex(kept.grant_key), ends.encode(), "sha256").hex()
