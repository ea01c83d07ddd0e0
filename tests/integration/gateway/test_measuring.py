"""What the gateway counts: in series that are there from the start, and no others."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from services.gateway.play.preview import messages
from services.gateway.play.preview.preview_app import STATUSES
from services.gateway.settings import UserLimits
from tests.integration.gateway.conftest import open_gateway, sha
from tests.measured import measured, series

if TYPE_CHECKING:
    from nats.aio.client import Client

    from shared.storage.bucket import Storage
    from tests.integration.gateway.conftest import Caller, Gateway

EXPORTS = "/api/projects/game/export"


def requests(route: str, method: str, status: object) -> float:
    """How many were answered like that."""
    return measured("export_http_requests_total", route=route, method=method, status=status)


async def exposed(gateway: Gateway) -> set[str]:
    """All series of the gateway."""
    return series((await gateway.user(None).call("GET", "/metrics"))[1].decode())


async def test_odd_requests_make_no_series(gateway: Gateway) -> None:
    """Whatever path, method, platform, user, plan or body somebody sends."""
    before, rng = await exposed(gateway), random.Random(7)
    for number in range(12):
        odd = rng.randbytes(6).hex()
        mallory = gateway.user(f"mallory|{odd}", plan=f"plan-{odd}", role=f"role-{odd}")
        path = rng.choice([f"/{odd}", f"/api/{odd}", f"/api/projects/{odd}", EXPORTS, "/metrics"])
        method = rng.choice(["GET", "PUT", "PATCH", "OPTIONS", "TRACE", f"M{number}"])
        await mallory.call(method, path)
        await mallory.call("POST", EXPORTS, json={"platform": odd, "configuration": odd})
        await mallory.call("PUT", f"/api/projects/p{odd}/blobs/{odd}", data=odd.encode())
    assert await exposed(gateway) == before


async def test_a_request_counts_for_its_route(gateway: Gateway) -> None:
    """By the status where the route names it, else by its class; what is no route's is one."""
    ann = gateway.user("ann")
    route = "/api/projects/{project_id}"
    found, missing = requests(route, "GET", 200), requests(route, "GET", 404)
    unknown, forbidden = requests("unknown", "other", 404), requests("unknown", "other", 405)
    page = requests("/", "GET", "5xx")
    await ann.push("game", {"index.html": b"<p>"})
    await ann.call("GET", "/api/projects/game")
    await ann.call("GET", "/api/projects/another")
    await ann.call("GET", "/api/nothing")
    await ann.call("PATCH", "/api/projects/game")
    await ann.call("GET", "/")  # there is no page here
    assert requests(route, "GET", 200) == found + 1
    assert requests(route, "GET", 404) == missing + 1
    assert requests("unknown", "other", 404) == unknown + 1
    assert requests("unknown", "other", 405) == forbidden + 1
    assert requests("/", "GET", "5xx") == page + 1


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (b"\x16\x03\x01 what is this\r\n\r\n", "malformed"),
        (b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 200 + b"\r\n", "head-too-large"),
        (b"GET /" + b"x" * 8_000 + b" HTTP/1.1\r\n\r\n", "url-too-long"),
    ],
)
async def test_what_reaches_no_route_is_counted(gateway: Gateway, sent: bytes, code: str) -> None:
    """By what its client is told."""
    before, where = measured("export_http_refused_total", code=code), urlsplit(gateway.url)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    writer.write(sent)
    assert code.encode() in await reader.read()
    writer.close()
    assert measured("export_http_refused_total", code=code) == before + 1


async def test_limits_that_are_reached_are_counted(nc: Client, storage: Storage) -> None:
    """By the plan of who reaches them, or the default where the token names none we know."""
    limits = UserLimits(projects=1, pending_exports=1, files=1)
    async with open_gateway(nc, storage, user_limits=limits) as gateway:
        ann = gateway.user("ann", plan="starter_trial")
        await ann.push("game", {"index.html": b"<p>"})
        seconds = measured("export_build_seconds_reserved_total", plan="starter_trial")
        before = refused("starter_trial")
        assert (await ann.call("POST", EXPORTS, json={"platform": "web"}))[0] == 202
        assert (
            measured("export_build_seconds_reserved_total", plan="starter_trial") == seconds + 180
        )
        answers = [
            await ann.call("POST", EXPORTS, json={"platform": "web"}),
            await ann.call("POST", EXPORTS, json={"platform": "source"}),
            await ann.call("POST", "/api/projects", json={"name": "Another"}),
            await push_two(ann),
        ]
        assert [status for status, _ in answers] == [429, 429, 403, 403]
        after = refused("starter_trial")
        assert {
            limit: count - before[limit] for limit, count in after.items() if count > before[limit]
        } == {
            "pendingExports": 2,
            "projects": 1,
            "files": 1,
        }
        other = refused("unlimited")
        await gateway.user("bob", plan="platinum").call("POST", "/api/projects", json={"name": "a"})
        await gateway.user("bob", plan="platinum").call("POST", "/api/projects", json={"name": "b"})
        assert refused("unlimited")["projects"] == other["projects"] + 1


async def push_two(caller: Caller) -> tuple[int, Any]:
    """One file more than the project may have."""
    data = b"<p>"
    names = {"index.html": data, "b.html": data}
    files = {name: {"sha256": sha(data), "size": len(data)} for name in names}
    return await caller.call("PUT", "/api/projects/game/snapshot", json={"files": files})


def refused(plan: str) -> dict[str, float]:
    """How often each limit has refused somebody of a plan."""
    limits = ("projects", "files", "exports", "pendingExports", "buildMinutes")
    return {
        limit: measured("export_quota_refused_total", plan=plan, limit=limit) for limit in limits
    }


def test_every_page_of_play_links_has_its_series() -> None:
    """A status that a message has is counted from 0 on."""
    told = [value for value in vars(messages).values() if isinstance(value, messages.Message)]
    assert len(told) > 5
    assert {message.status for message in told} <= set(STATUSES)
