"""Operator, accounts and users of NATS, as ``nsc`` makes them.

Source:
    https://docs.nats.io/running-a-nats-service/configuration/securing_nats/auth_intro/jwt and
    https://github.com/nats-io/jwt/blob/main/v2/claims.go
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import time
from typing import Any

import nkeys

UNLIMITED = -1
HEAD = {"typ": "JWT", "alg": "ed25519-nkey"}


class Pair:
    """A key pair of one kind: operator, account or user."""

    def __init__(self, prefix: int) -> None:
        self.seed = bytes(nkeys.encode_seed(os.urandom(32), prefix)).decode()
        self.public = nkeys.from_seed(bytearray(self.seed.encode())).public_key.decode()

    def sign(self, subject: str, name: str, claims: dict[str, Any], **more: Any) -> str:
        """A JWT about the subject; ``more`` are claims beside those of NATS."""
        body = {"iss": self.public, "sub": subject, "name": name, "iat": int(time.time()), **more}
        body["nats"] = {**claims, "version": 2}
        body["jti"] = base64.b32encode(hashlib.sha256(_json(body)).digest()).decode().rstrip("=")
        text = f"{_base64(_json(HEAD))}.{_base64(_json(body))}"
        signature = nkeys.from_seed(bytearray(self.seed.encode())).sign(text.encode())
        return f"{text}.{_base64(signature)}"


class Operator:
    """An operator with a system account and one with JetStream, whose users come and go."""

    def __init__(self) -> None:
        self._operator = Pair(nkeys.PREFIX_BYTE_OPERATOR)
        self._system = Pair(nkeys.PREFIX_BYTE_ACCOUNT)
        self._account = Pair(nkeys.PREFIX_BYTE_ACCOUNT)
        own = {"type": "operator", "system_account": self._system.public}
        self._token = self._operator.sign(self._operator.public, "operator", own)

    def credentials(self, *, lives_s: float | None = None) -> tuple[str, str]:
        """A credentials file of a new user, and the user's public key."""
        user = Pair(nkeys.PREFIX_BYTE_USER)
        unlimited = dict.fromkeys(("subs", "data", "payload"), UNLIMITED)
        claims = {"type": "user", "pub": {}, "sub": {}, **unlimited}
        ends = {} if lives_s is None else {"exp": int(time.time() + lives_s)}
        token = self._account.sign(user.public, "worker", claims, **ends)
        text = (
            f"-----BEGIN NATS USER JWT-----\n{token}\n------END NATS USER JWT------\n\n"
            f"-----BEGIN USER NKEY SEED-----\n{user.seed}\n------END USER NKEY SEED------\n"
        )
        return text, user.public

    def config(self, *, revoked: tuple[str, ...] = ()) -> dict[str, Any]:
        """What a server has to know; revoked users are thrown out."""
        numbers = ("subs", "data", "payload", "imports", "exports", "conn", "leaf")
        limits = {**dict.fromkeys(numbers, UNLIMITED), "wildcards": True}
        storage = dict.fromkeys(("mem_storage", "disk_storage", "streams", "consumer"), UNLIMITED)
        plain = {"type": "account", "limits": limits}
        work = {
            "type": "account",
            "limits": {**limits, **storage},
            "revocations": dict.fromkeys(revoked, int(time.time())),
        }
        sign = self._operator.sign
        return {
            "operator": self._token,  # a server takes no other one while it runs
            "system_account": self._system.public,
            "resolver": "MEMORY",
            "resolver_preload": {
                self._system.public: sign(self._system.public, "system", plain),
                self._account.public: sign(self._account.public, "work", work),
            },
        }


def _json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
