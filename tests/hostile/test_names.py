from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import pytest
import pytest_asyncio

from shared.settings import NatsSettings
from tests.integration.gateway.conftest import manifest, open_gateway
from tests.servers import empty_bucket, empty_nats

if TYPE_CHECKING:
    import random
    from collections.abc import AsyncIterator, Callable, Iterator

    from tests.integration.gateway.conftest import Gateway
    from tests.servers import Servers

pytestmark = pytest.mark.asyncio(loop_scope="module")

HIDDEN: Final = (
    [chr(code) for code in (*range(1, 9), 11, 12, 13, *range(14, 32), *range(0x7F, 0xA0))]
    + [chr(code) for code in (0xAD, 0x61C, 0x180E, *range(0x200B, 0x2010), *range(0x2028, 0x202F))]
    + [chr(code) for code in (*range(0x2060, 0x2070), 0xFEFF, 0xFFF9, 0xE0001, 0xE0041, 0x3164)]
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def gateway(servers: Servers) -> AsyncIterator[Gateway]:
    """One gateway with a project."""
    async with (
        empty_nats(NatsSettings(url=servers.nats_url)) as nc,
        empty_bucket(servers.s3) as storage,
        open_gateway(nc, storage) as opened,
    ):
        await opened.user("ann").push("game", {"index.html": b"<p>"})
        yield opened


def places(name: str) -> list[tuple[str, str, dict[str, Any]]]:
    """Every request that carries a name, or a note, from one person to another."""
    web: dict[str, Any] = {"platform": "web"}
    return [
        ("POST", "/api/projects", {"json": {"name": name}}),
        ("PUT", f"/api/projects/game/members/{quote(name, safe='')}", {"json": {"role": "viewer"}}),
        ("PUT", f"/api/projects/game/files/{quote(name, safe='')}.txt", {"data": b"x"}),
        ("PUT", "/api/projects/game/snapshot", {"json": manifest({f"a/{name}/b": b"<p>"})}),
        ("POST", "/api/projects/game/export", {"json": {**web, "options": {"appName": name}}}),
        ("POST", "/api/projects/game/export", {"json": {**web, "options": {"appIcon": name}}}),
        ("POST", "/api/projects/game/export", {"json": {**web, "options": {"signingKey": name}}}),
        ("POST", "/api/admin/dead-letters/1/replay", {"json": {"reason": name}}),
        ("POST", "/api/admin/dead-letters/replay", {"json": {"reason": name}}),
        ("POST", "/api/admin/dead-letters/drop", {"json": {"filter": {}, "reason": name}}),
        ("DELETE", f"/api/admin/dead-letters/1?reason={quote(name, safe='')}", {}),
    ]


async def test_nobody_is_deceived_by_a_name(
    gateway: Gateway, rng: random.Random, rounds: Callable[[int], Iterator[int]]
) -> None:
    """What cannot be seen is refused wherever a name comes in, and the refusal says what it is."""
    ann = gateway.user("ann", role="admin")
    for _ in rounds(4):
        letter, at = rng.choice(HIDDEN), rng.randrange(5)
        name = f"{'name'[:at]}{letter}{'name'[at:]}"
        for method, path, options in places(name):
            status, problem = await ann.call(method, path, **options)
            assert status in {400, 422}, (method, path, ascii(name), problem)
            assert problem["detail"].isprintable()


async def test_nobody_is_somebody_with_a_hidden_character(gateway: Gateway) -> None:
    """Neither by their own token nor by the service that acts for them."""
    for letter in ("\u202e", "\u200b", "\x1b"):
        assert (await gateway.user(f"ann{letter}").call("GET", "/api/projects"))[0] == 401
        assert (await gateway.user("x", email=f"a@{letter}b").call("GET", "/api/quota"))[0] == 401
