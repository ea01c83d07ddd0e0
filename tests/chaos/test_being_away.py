"""Servers that are away, and full: refused rather than lied to, and resumed without help."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import aiohttp

from shared.domain.events import AttemptFailed, decode_event
from shared.jetstream import topology
from tests.chaos.ledger import all_messages
from tests.chaos.run import load
from tests.chaos.story import Story

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.chaos.run import Load

AWAY_S = 12.0  # more than two deliveries of a message (ACK_WAIT_S)


async def _ask(here: Load) -> tuple[int, dict[str, str], Any]:
    """Ask for an export, once: status, headers, body."""
    async with (
        aiohttp.ClientSession(headers={"Authorization": f"Bearer {here.world.token()}"}) as session,
        session.post(
            f"{here.world.gateway_url}/api/projects/good0/export",
            json={"platform": "source"},
            timeout=aiohttp.ClientTimeout(total=60),
        ) as answer,
    ):
        return answer.status, dict(answer.headers), await answer.json(content_type=None)


def _is_refusal(answer: tuple[int, dict[str, str], Any]) -> bool:
    status, headers, body = answer
    return status == 503 and int(headers["Retry-After"]) > 0 and body["retryable"]


async def _failures(here: Load) -> list[AttemptFailed]:
    events = [
        decode_event(message.data)
        for message in await all_messages(here.nc.jetstream(), topology.EXPORTS)
    ]
    return [event for event in events if isinstance(event, AttemptFailed) and event.failures]


@asynccontextmanager
async def _exporting(here: Load, stories: list[Story]) -> AsyncIterator[None]:
    """Exports run during the block, and have ended behind it."""
    living = asyncio.create_task(here.users.live(stories, at_once=6, pause_s=0.2))
    yield
    await living


async def _is_waited_for(here: Load, server: str) -> None:
    """It is away for a while; readiness says so, and comes back by itself."""
    await asyncio.sleep(2)  # until something is under way
    here.world.held.add(server)
    here.world.kill(server)
    names = ["gateway", "packager-1", "uploader-1"] + ["status"] * (server == "nats")
    reports = await asyncio.gather(*(here.world.ready(name, status=503) for name in names))
    assert all(report["storage" if server == "s3" else "nats"] != "ok" for report in reports)
    if server == "nats":
        assert _is_refusal(await _ask(here))
    await asyncio.sleep(AWAY_S)
    here.world.held.discard(server)
    await asyncio.gather(*(here.world.ready(name) for name in names))


async def _is_full(here: Load) -> None:
    """The stream of events; then there is room again."""
    js = here.nc.jetstream(timeout=10)
    stream = next(s for s in topology.STREAMS if s.name == topology.EXPORTS)
    used = (await js.stream_info(topology.EXPORTS)).state.bytes
    await js.update_stream(stream.evolve(max_bytes=used))
    for name in ("packager-1", "gateway"):
        report = await here.world.ready(name, status=503)
        assert any("full" in said for said in report.values()), report
    assert _is_refusal(await _ask(here))
    await js.update_stream(stream)
    await here.world.ready("packager-1")


async def test_a_server_that_is_away_or_full_is_waited_for(tmp_path: Path) -> None:
    """Exports wait, and go on by themselves; nothing counts as a failure.

    Where NATS is away or the stream is full, new ones are refused: 503 with Retry-After.
    """
    async with load(tmp_path, seed=6) as here:
        stories = [Story("valid", number) for number in range(24)]
        for first, server in ((0, "nats"), (9, "s3")):
            async with _exporting(here, stories[first : first + 9]):
                await _is_waited_for(here, server)
        async with _exporting(here, stories[18:]):
            await _is_full(here)
        assert await here.books(stories) == []
        assert await _failures(here) == []
