"""An identity provider on loopback: a real HTTP server that gives out real public keys."""

from __future__ import annotations

import asyncio
import json
import time
from contextlib import asynccontextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec, rsa

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

ISSUER, AUDIENCE = "https://identity.example/", "aethel-export"


@cache
def rsa_key(name: str, bits: int = 2_048) -> rsa.RSAPrivateKey:
    """One key by that name in a run of the tests."""
    del name
    return rsa.generate_private_key(public_exponent=65_537, key_size=bits)


@cache
def ec_key(name: str) -> ec.EllipticCurvePrivateKey:
    """Likewise, on P-256."""
    del name
    return ec.generate_private_key(ec.SECP256R1())


def jwk(key: PrivateKeyTypes, kid: str, **further: Any) -> dict[str, Any]:
    """The public half, as a provider publishes it."""
    is_rsa = isinstance(key, rsa.RSAPrivateKey)
    algorithm = jwt.algorithms.RSAAlgorithm if is_rsa else jwt.algorithms.ECAlgorithm
    public = json.loads(algorithm.to_jwk(key.public_key()))  # type: ignore[arg-type]
    public.pop("key_ops", None)
    return {**public, "kid": kid, "use": "sig", **further}


def claims(**changed: Any) -> dict[str, Any]:
    """What a provider says of Ann for an hour; None leaves a claim out."""
    now = int(time.time())
    usual = {"iss": ISSUER, "aud": AUDIENCE, "sub": "ann", "email": "ann@x", "exp": now + 3_600}
    return {name: value for name, value in {**usual, **changed}.items() if value is not None}


class IdentityProvider:
    """What it publishes, how often it was asked, and how it fails."""

    def __init__(self) -> None:
        self.url = ""
        self.keys: list[dict[str, Any]] = []
        self.asked = 0
        self.answer: web.Response | None = None  # in place of the keys
        self.open = asyncio.Event()  # answers wait for it
        self.open.set()
        self._asked_again = asyncio.Condition()

    async def serve(self, _request: web.Request) -> web.Response:
        """Its JWK Set."""
        async with self._asked_again:
            self.asked += 1
            self._asked_again.notify_all()
        await self.open.wait()
        return self.answer or web.json_response({"keys": self.keys})

    async def was_asked(self, times: int) -> None:
        """Wait until it was asked so often."""
        async with self._asked_again:
            await self._asked_again.wait_for(lambda: self.asked >= times)


@asynccontextmanager
async def identity_provider() -> AsyncIterator[IdentityProvider]:
    """On a free port."""
    provider = IdentityProvider()
    app = web.Application()
    app.router.add_get("/{path:.*}", provider.serve)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    provider.url = f"http://{host}:{port}/keys"
    try:
        yield provider
    finally:
        provider.open.set()
        await runner.cleanup()
