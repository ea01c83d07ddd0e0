from __future__ import annotations

from typing import TYPE_CHECKING

import aiohttp
import jwt
import pytest
from aiohttp import web

from services.status.websocket.access import AccessCheck, Refused
from shared.domain.export_document import Document
from shared.domain.project import Project
from shared.errors import UnavailableError
from shared.jetstream.event_log import EventLog
from shared.jetstream.key_value import KeyValueStore
from tests.identity_provider import claims, rsa_key
from tests.integration.gateway.conftest import open_gateway
from tests.unit.sample_events import EXPORT, requested

if TYPE_CHECKING:
    from nats.aio.client import Client

    from shared.storage.bucket import Storage
    from shared.tokens import Tokens
    from tests.identity_provider import IdentityProvider
    from tests.integration.identity.conftest import Clock


def token(sub: str = "ann", key: str = "r") -> str:
    """As the provider makes it."""
    return jwt.encode(claims(sub=sub), rsa_key(key), "RS256", headers={"kid": "r1"})


async def test_gateway_and_status_believe_the_same_provider(
    nc: Client, storage: Storage, tokens: Tokens, provider: IdentityProvider, clock: Clock
) -> None:
    """Ann makes a project by her token and watches its exports; a stranger and a forger do not.

    While the provider is away for too long, both say so, and nobody is told to sign in again.
    """
    async with open_gateway(nc, storage, tokens=tokens) as gateway, aiohttp.ClientSession() as http:

        async def create(bearer: str) -> int:
            async with http.post(
                f"{gateway.url}/api/projects",
                json={"id": "p", "name": "P"},
                headers={"Authorization": f"Bearer {bearer}"},
            ) as answer:
                return answer.status

        assert await create(token(key="attacker")) == 401
        assert await create(token()) == 201
        js = nc.jetstream()
        access = AccessCheck(
            tokens,
            await KeyValueStore.bind(js, "projects", Project),
            await KeyValueStore.bind(js, "exports", Document),
            EventLog(js),
        )
        await EventLog(js).publish(requested())
        watched = await access.check(EXPORT, ticket=None, offered=[token()])
        assert (watched.project_id, watched.user_id) == ("p", "ann")
        assert await access.visitor(EXPORT, ticket=None, offered=[token()]) == ("ann", None)
        for bearer, code in ((token("bob"), 4504), (token(key="attacker"), 4501)):
            with pytest.raises(Refused) as refused:
                await access.check(EXPORT, ticket=None, offered=[bearer])
            assert refused.value.close_code == code
        provider.answer = web.Response(status=500)
        clock.now += 86_400
        assert await create(token()) == 503
        assert await access.visitor(EXPORT, ticket=None, offered=[token()]) is None
        with pytest.raises(UnavailableError):
            await access.check(EXPORT, ticket=None, offered=[token()])
