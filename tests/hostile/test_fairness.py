"""What one tenant asks for keeps nobody else's exports from being built."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from services.packager.storage.object_fetcher import ObjectLostError
from shared.domain.events import ExportPackaged, TerminalEvent
from shared.jetstream.event_log import EventLog
from shared.jetstream.topology import EXPORTS
from shared.settings import RetrySettings
from tests.integration.worker.working import has, new_request, until, working

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator

    from nats.aio.client import Client
    from nats.js import JetStreamContext

    from shared.domain.events import ExportRequested
    from shared.jetstream.progress_reporter import ProgressReporter

FOR_EVER = RetrySettings(max_attempts=1_000_000, base_delay_ms=10_000)


async def test_the_bad_exports_of_one_tenant_hold_up_nobody(
    nc: Client, js: JetStreamContext, rng: random.Random, rounds: Callable[[int], Iterator[int]]
) -> None:
    """In any number of projects, of any cause, and although none of them ever ends."""

    async def build(event: ExportRequested, _: ProgressReporter) -> None:
        if event.user_id.startswith("bad"):
            error, text = causes[event.project_id]
            raise error(text)

    for number in rounds(2):
        projects = [f"bad-{number}-{n}" for n in range(rng.randint(1, 12))]
        causes = {
            name: rng.choice([(ObjectLostError, "gone"), (KeyError, "odd"), (TimeoutError, "slow")])
            for name in projects
        }
        bad = [
            new_request(project_id=rng.choice(projects), user_id=f"bad-{number}")
            for _ in range(rng.randint(3, 30))
        ]
        good = new_request(project_id="good", user_id="good")
        for event in bad:
            await EventLog(js).publish(event)
        async with working(nc, build, retry=FOR_EVER, concurrency=rng.randint(1, 3)) as builder:
            while len(builder.calls) < len(bad):  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(0.02)
            await EventLog(js).publish(good)
            await until(js, good, has(ExportPackaged))
        for event in bad:
            known = [found for _, found in await EventLog(js).of(event.export_id)]
            assert not any(isinstance(found, TerminalEvent) for found in known)
        await js.purge_stream(EXPORTS)
