"""``/metrics`` of all services, from their start through an export and what they refuse."""

from __future__ import annotations

import asyncio
import subprocess
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from tests.chaos.world import SERVICES, world
from tests.measured import series

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.chaos.world import World

PAGE = b"<!doctype html><title>Game</title><p>A game"
# One series for each signing key that there is: here is none.
GROWS = "export_signing_certificate_expiry_timestamp_seconds"


async def test_metrics_are_whole_from_the_start(tmp_path: Path) -> None:
    """Every family has its series, promtool takes them, and neither work nor attacks add one."""
    async with world(tmp_path) as (here, _), aiohttp.ClientSession() as session:
        fresh = await until_looked_at(here, session)
        for name, text in fresh.items():
            empty = {
                family.name for family in text_string_to_metric_families(text) if not family.samples
            }
            assert empty <= {GROWS}, name
            assert not any("_created" in one for one in series(text)), name
            assert not objections(text), name
        await export(here, session)
        await refused(here, session)
        after = await exposed(here, session)
        for name, text in after.items():
            assert series(text) == series(fresh[name]), name
            assert not objections(text), name
        assert 'status="202"} 1.0' in after["gateway"]
        assert 'export_completed_total{platform="web"} 1.0' in after["status"]


async def exposed(here: World, session: aiohttp.ClientSession) -> dict[str, str]:
    """What each service tells."""
    found = {}
    for name in SERVICES:
        async with session.get(f"{here.health(name)}/metrics") as answer:
            assert answer.status == 200
            found[name] = await answer.text()
    return found


async def until_looked_at(here: World, session: aiohttp.ClientSession) -> Mapping[str, str]:
    """The same, once the status service has seen streams and consumers, and packagers a disk."""
    while True:
        found = await exposed(here, session)
        seen = "export_stream_fill_ratio{" in found["status"]
        disks = all("export_disk_bytes{" in found[f"packager-{n}"] for n in (1, 2))
        if seen and disks and "export_consumer_pending{" in found["status"]:
            return found
        await asyncio.sleep(0.2)


def objections(text: str) -> str:
    """What promtool (Debian's) has to say against it."""
    done = subprocess.run(
        ["promtool", "check", "metrics"], input=text, capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr


async def export(here: World, session: aiohttp.ClientSession) -> None:
    """A game goes all the way."""
    headers = {"Authorization": f"Bearer {here.token()}"}
    project = f"{here.gateway_url}/api/projects/game"
    async with session.put(f"{project}/files/index.html", data=PAGE, headers=headers) as answer:
        assert answer.status < 300, await answer.text()
    async with session.post(
        f"{project}/export", json={"platform": "web"}, headers=headers
    ) as answer:
        assert answer.status == 202, await answer.text()
        export_id = (await answer.json())["export"]["id"]
    while True:
        async with session.get(f"{project}/export/{export_id}", headers=headers) as answer:
            state = (await answer.json())["export"]
        if state["completedAt"]:
            assert state["status"] == "completed", state
            break
        await asyncio.sleep(0.1)
    async with session.get(f"{project}/export/{export_id}/download", headers=headers) as answer:
        assert answer.status == 200
    async with session.ws_connect(
        f"{here.health('status')}/export/{export_id}", protocols=["aethel.export.v1", here.token()]
    ) as socket:
        while (await socket.receive()).type is aiohttp.WSMsgType.TEXT:
            pass
        assert socket.close_code == 1000


async def refused(here: World, session: aiohttp.ClientSession) -> None:
    """What nobody should ask for: paths, methods, platforms, users, plans, heads, sockets."""
    odd = {"Authorization": f"Bearer {here.token('x|é@y', role='nobody')}"}
    for method, path in (
        *(("GET", "/nothing"), ("BREW", "/api/projects"), ("OPTIONS", "/api/quota")),
        *(("PATCH", "/metrics"), ("GET", "/api/projects/../x"), ("DELETE", "/api/admin/audit")),
        ("GET", "/api/projects/another/export"),
    ):
        async with session.request(method, f"{here.gateway_url}{path}", headers=odd) as answer:
            assert 200 <= answer.status < 500
    async with session.post(
        f"{here.gateway_url}/api/projects/game/export", json={"platform": "amiga"}, headers=odd
    ) as answer:
        assert answer.status in {400, 404}
    for name in SERVICES:
        where = urlsplit(here.health(name))
        reader, writer = await asyncio.open_connection(where.hostname, where.port)
        writer.write(b"\x16\x03\x01 nonsense\r\n\r\n")
        assert b"400" in await reader.read()
        writer.close()
    for query in ("", "?ticket=nonsense", "?ticket=a&after_seq=-1"):
        async with session.ws_connect(f"{here.health('status')}/export/nothing{query}") as socket:
            while (await socket.receive()).type is aiohttp.WSMsgType.TEXT:
                pass
            assert (socket.close_code or 0) >= 4500
