from __future__ import annotations

import re
from functools import cache
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import aiohttp
import pytest
import pytest_asyncio

from services.gateway.app import create_app
from shared.settings import NatsSettings
from tests.integration.gateway.conftest import TOKENS, open_gateway, sha
from tests.servers import empty_bucket, empty_nats

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from services.gateway.dependencies import Dependencies
    from tests.integration.gateway.conftest import Gateway
    from tests.servers import Servers

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def gateway(servers: Servers) -> AsyncIterator[Gateway]:
    """One gateway for all tests: whoever is refused leaves nothing behind."""
    async with (
        empty_nats(NatsSettings(url=servers.nats_url)) as nc,
        empty_bucket(servers.s3) as storage,
        open_gateway(nc, storage) as opened,
    ):
        yield opened


BODIES = {
    "play": {"json": {}},
    "snapshot": {"json": {"files": {"a": {"sha256": sha(b"secret"), "size": 6}}}},
    "export": {"json": {"platform": "web"}},
    "members": {"json": {"role": "viewer"}},
    "missing": {"json": {"sha256": [sha(b"secret")]}},
}


@cache
def routes() -> list[tuple[str, str]]:
    """Every route of the API, read from the application itself, so that none is forgotten."""
    deps = cast("Dependencies", SimpleNamespace(tokens=TOKENS))
    app = create_app(deps, checks={}, origins=[])
    found = {
        (str(method), route.path_format)
        for route in app.routes
        if route.path.startswith("/api")
        for method in getattr(route, "methods", ())
        if method not in {"OPTIONS", "HEAD"}
    }
    return sorted(found)


FOR_OPERATORS = [(m, p) for m, p in routes() if p.startswith("/api/admin")]
OF_A_PROJECT = [(m, p) for m, p in routes() if "{project_id}" in p and (m, p) not in FOR_OPERATORS]


def concrete(path: str, export_id: str) -> str:
    """A path with values that exist in the victim's project."""
    values = {
        "project_id": "secret",
        "export_id": export_id,
        "sha256": sha(b"secret"),
        "member": "eve",
        "path": "a",
        "seq": "1",
        "job": "0" * 32,
    }
    return re.sub(r"\{(\w+)\}", lambda m: values[m[1]], path)


@pytest.mark.parametrize(("method", "path"), routes())
async def test_nobody_gets_in_without_a_token(gateway: Gateway, method: str, path: str) -> None:
    """401 on every route, with no token and with one that another secret signed."""
    target = concrete(path, "01900000-0000-7000-8000-000000000001")
    nobody = gateway.user(None)
    assert (await nobody.call(method, target))[0] == 401
    forged = {"Authorization": "Bearer eyJhbGciOiJub25lIn0.eyJ1c2VySWQiOiJhbm4ifQ."}
    assert (await nobody.call(method, target, headers=forged))[0] == 401


@pytest.mark.parametrize(("method", "path"), OF_A_PROJECT)
async def test_a_strangers_project_does_not_exist(gateway: Gateway, method: str, path: str) -> None:
    """404 on every route of a project, with ids, hashes and exports that exist in it."""
    ann, eve = gateway.user("ann"), gateway.user("eve")
    await ann.push("secret", {"index.html": b"<p>", "a": b"secret"})
    _, made = await ann.call("POST", "/api/projects/secret/export", json={"platform": "web"})
    before = await ann.call("GET", "/api/projects/secret")
    target = concrete(path, made["export"]["id"])
    body = next((b for word, b in BODIES.items() if word in path), {"data": b"secret"})
    status, _ = await eve.call(method, target, **({} if method == "GET" else body))  # type: ignore[arg-type]
    assert status == 404
    assert await ann.call("GET", "/api/projects/secret") == before


@pytest.mark.parametrize(("method", "path"), FOR_OPERATORS)
@pytest.mark.parametrize("role", ["user", "service"])
async def test_operators_routes_are_for_operators(
    gateway: Gateway, method: str, path: str, role: str
) -> None:
    """403 for everybody else, even for a service and whomever it lifecycle for."""
    caller = gateway.user("eve", role=role)
    target = concrete(path, "01900000-0000-7000-8000-000000000001")
    assert (await caller.call(method, target))[0] == 403
    if role == "service":
        headers = {"X-Aethel-User": "admin"}
        assert (await caller.call(method, target, headers=headers))[0] == 403


@pytest.mark.parametrize(
    "path", ["/api/platforms", "/api/projects", "/nowhere", "/livez", "/schema/openapi.json"]
)
async def test_no_answer_is_taken_for_a_page(gateway: Gateway, path: str) -> None:
    """Refusals and the schema too: nothing runs in them, nobody frames them, no type is guessed."""
    async with aiohttp.ClientSession() as session, session.get(gateway.url + path) as answer:
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        policy = answer.headers["Content-Security-Policy"]
        assert policy == "default-src 'none'; frame-ancestors 'none'"


async def test_a_service_acts_for_a_user_and_nobody_else_does(gateway: Gateway) -> None:
    """It sees what that user sees; a user, or an operator, who names another is refused."""
    ann = gateway.user("ann")
    await ann.push("secret", {"index.html": b"<p>", "a": b"secret"})
    named = {"X-Aethel-User": "ann"}
    _, made = await gateway.user("platform", role="service").call(
        "POST", "/api/projects/secret/export", json={"platform": "web"}, headers=named
    )
    path = f"/api/projects/secret/export/{made['export']['id']}"
    assert (await ann.call("GET", path))[1]["export"]["userId"] == "ann"
    for role in ("user", "admin"):
        assert (await gateway.user("eve", role=role).call("GET", path, headers=named))[0] == 401
    for nobody in ("", "x" * 201):
        headers = {"X-Aethel-User": nobody}
        service = gateway.user("platform", role="service")
        assert (await service.call("GET", "/api/projects", headers=headers))[0] == 401


async def test_knowing_a_hash_gives_nothing(gateway: Gateway) -> None:
    """Another project's blob is missing from one's own, and its export is not found there."""
    ann, eve = gateway.user("ann"), gateway.user("eve")
    await ann.push("secret", {"index.html": b"<p>", "a": b"secret"})
    _, made = await ann.call("POST", "/api/projects/secret/export", json={"platform": "web"})
    await eve.push("mine", {"b": b"b"})
    status, body = await eve.call("PUT", "/api/projects/mine/snapshot", **BODIES["snapshot"])  # type: ignore[arg-type]
    assert (status, body["missing"]) == (409, [sha(b"secret")])
    for rest in ("", "/logs", "/download"):
        path = f"/api/projects/mine/export/{made['export']['id']}{rest}"
        assert (await eve.call("GET", path))[0] == 404


async def test_pages_of_listed_origins_may_ask(gateway: Gateway) -> None:
    """A preflight with all that a client sends; also a refusal can be read. Other pages may not."""
    asks = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type,idempotency-key",
    }
    url = f"{gateway.url}/api/projects/game/export"
    async with aiohttp.ClientSession() as session:
        for origin, allowed in (("https://editor.example", True), ("https://else.example", False)):
            async with session.options(url, headers={"Origin": origin, **asks}) as preflight:
                told = preflight.headers.get("Access-Control-Allow-Origin")
                assert (told == origin) is allowed
                if allowed:
                    assert "idempotency-key" in preflight.headers["Access-Control-Allow-Headers"]
            async with session.post(url, headers={"Origin": origin}) as refused:
                told = refused.headers.get("Access-Control-Allow-Origin")
                assert (refused.status, told == origin) == (401, allowed)
