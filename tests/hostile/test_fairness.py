"""What one tenant asks for keeps nobody else's exports from being built."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

import pytest

from services.packager.storage.object_fetcher import ObjectLostError
from shared.domain.events import ExportPackaged, TerminalEvent, now
from shared.jetstream.event_log import EventLog
from shared.jetstream.topology import EXPORTS
from shared.settings import RetrySettings
from shared.stores.export_queue import ExportQueue
from shared.stores.worker_registry import WorkerHeartbeat
from shared.worker.circuit_breaker import LEAST, LONGEST_PAUSE_S, CircuitBreaker
from shared.worker.registration import Heartbeat
from shared.worker.turns import Turns
from tests.integration.gateway.conftest import open_gateway
from tests.integration.worker.working import acknowledged, has, new_request, until, working

if TYPE_CHECKING:
    import random
    from collections.abc import AsyncIterator, Callable, Iterator

    from nats.aio.client import Client
    from nats.js import JetStreamContext

    from shared.domain.events import ExportRequested
    from shared.jetstream.progress_reporter import ProgressReporter
    from shared.storage.bucket import Storage


async def fine() -> None:
    """All servers are there."""


async def _nothing(_: Turns) -> None:
    """What a spare slot builds that is not there."""


FOR_EVER = RetrySettings(max_attempts=1_000_000, base_delay_ms=10_000)


@pytest.mark.parametrize("tenants", ["one", "many"])
async def test_bad_exports_hold_up_nobody(
    nc: Client,
    js: JetStreamContext,
    rng: random.Random,
    rounds: Callable[[int], Iterator[int]],
    tenants: str,
) -> None:
    """Of one tenant by any causes, or of many by what lies in their projects; none ever ends."""

    async def build(event: ExportRequested, _: ProgressReporter) -> None:
        if event.project_id != "good":
            error, text = causes[event.project_id]
            raise error(text)

    lost = (ObjectLostError, "gone")
    kinds = [lost, (KeyError, "odd"), (TimeoutError, "slow")] if tenants == "one" else [lost]
    for number in rounds(1):
        breaker = CircuitBreaker("packager-web", fine)
        projects = [f"bad-{number}-{n}" for n in range(rng.randint(2 * LEAST, 15))]
        kind = rng.choice(kinds)  # the same for all, mostly
        causes = {name: rng.choice([kind, kind, kind, rng.choice(kinds)]) for name in projects}
        owner = {name: "bad" if tenants == "one" else f"of {name}" for name in projects}
        bad = [
            new_request(project_id=name, user_id=owner[name])
            for name in projects + rng.choices(projects, k=rng.randint(0, 15))
        ]
        good = new_request(project_id="good", user_id="good")
        for event in bad:
            await EventLog(js).publish(event)
        slots = rng.randint(1, 3)
        async with working(
            nc, build, retry=FOR_EVER, breaker=breaker, concurrency=slots
        ) as builder:
            while len(builder.calls) < len(bad):
                await asyncio.sleep(0.02)
                assert breaker.cause is None
            await EventLog(js).publish(good)
            await until(js, good, has(ExportPackaged))
        for event in bad:
            known = [found for _, found in await EventLog(js).of(event.export_id)]
            assert not any(isinstance(found, TerminalEvent) for found in known)
        await js.purge_stream(EXPORTS)


class Clock:
    """Goes on when the test says so."""

    def __init__(self) -> None:
        self.s = 0.0

    def __call__(self) -> float:
        return self.s


async def test_an_open_breaker_tries_what_is_new(
    nc: Client, js: JetStreamContext, rng: random.Random, rounds: Callable[[int], Iterator[int]]
) -> None:
    """Where many tenants' exports fail alike, the one try that it allows is a newcomer's."""

    async def build(event: ExportRequested, _: ProgressReporter) -> None:
        if event.user_id.startswith("bad"):
            raise KeyError("a bug that these meet")

    clock = Clock()
    for number in rounds(1):
        breaker = CircuitBreaker("packager-web", fine, clock=clock)
        queue = ExportQueue(nc, "web")
        await queue.hear()
        bad = [
            new_request(project_id=f"bad-{number}-{n}", user_id=f"bad-{n % rng.randint(2, 4)}")
            for n in range(rng.randint(LEAST + 2, 3 * LEAST))
        ]
        good = new_request(project_id="good", user_id="good")
        for event in bad:
            await EventLog(js).publish(event)
        # They come again at once, before anything new does.
        again = RetrySettings(max_attempts=1_000_000, base_delay_ms=1)
        async with working(nc, build, retry=again, queue=queue, breaker=breaker):
            while breaker.cause is None:  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(0.02)
            await queue.reached((await EventLog(js).publish(good)).seq, patience_s=60)
            clock.s += LONGEST_PAUSE_S  # time for one try, for ever
            await until(js, good, has(ExportPackaged))
        await js.purge_stream(EXPORTS)


class Starts:
    """Which export begins when, over all workers of a test; builds end when the test says so."""

    def __init__(self) -> None:
        self.order: list[ExportRequested] = []
        self._running: dict[str, asyncio.Event] = {}
        self._changed = asyncio.Condition()

    async def build(self, event: ExportRequested, _: ProgressReporter) -> None:
        """Run until it is let go."""
        async with self._changed:
            self.order.append(event)
            done = self._running[event.export_id] = asyncio.Event()
            self._changed.notify_all()
        await done.wait()

    async def running(self, count: int) -> list[str]:
        """The exports at work, once they are so many."""
        async with self._changed:
            await self._changed.wait_for(lambda: len(self._running) >= count)
            return list(self._running)

    def end(self, export_id: str) -> None:
        """Let a build go."""
        self._running.pop(export_id).set()


@asynccontextmanager
async def workers(nc: Client, starts: Starts, count: int, slots: int) -> AsyncIterator[None]:
    """So many processes' workers, each with a queue and a heartbeat of its own."""
    js, stop = nc.jetstream(), asyncio.Event()
    async with AsyncExitStack() as stack:
        for number in range(count):
            queue = ExportQueue(nc, "web")
            await queue.hear()
            name = f"w{number}"
            await stack.enter_async_context(
                working(nc, starts.build, worker=name, queue=queue, concurrency=slots)
            )
            heartbeat = partial(
                WorkerHeartbeat, name=name, version="1", platforms=("web",), started_at=now()
            )
            sign = partial(heartbeat, in_hand=())
            await stack.enter_async_context(Heartbeat(js, sign, stop))
        yield


async def test_nobody_waits_for_more_than_one_build_in_each_slot(
    nc: Client,
    js: JetStreamContext,
    rng: random.Random,
    rounds: Callable[[int], Iterator[int]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Behind a heavy user's queue, others' first exports begin as soon as each slot is free once.

    Nothing is handed back for that: every message is delivered once.
    """
    monkeypatch.setattr(Turns, "for_others", _nothing)  # no spare slot helps
    monkeypatch.setattr("shared.worker.message.ELSEWHERE_S", 0.1)
    events, queue = EventLog(js), ExportQueue(nc, "web")
    for number in rounds(1):
        starts, count, slots = Starts(), rng.randint(1, 2), rng.randint(1, 2)
        free = count * slots
        heavy = [
            new_request(user_id=f"heavy-{number}", project_id=f"h{rng.randint(1, 3)}")
            for _ in range(rng.randint(12, 24))
        ]
        others = [
            new_request(user_id=f"light-{number}-{n}", project_id="light")
            for n in range(rng.randint(1, 3))
        ]
        for event in heavy:
            await events.publish(event)
        async with workers(nc, starts, count, slots):
            await starts.running(free)
            for event in others:
                seq = (await events.publish(event)).seq
            await queue.hear()
            await queue.reached(seq, patience_s=60)
            told_to_others = {e.export_id: queue.position(e.export_id) or 0 for e in others}
            await asyncio.sleep(0.2)  # every worker hears of them, too
            left = len(heavy) + len(others)
            while left:
                at_work = await starts.running(min(free, left))
                starts.end(rng.choice(at_work))
                left -= 1
            for event in heavy + others:
                await until(js, event, has(ExportPackaged))
            await acknowledged(js)
        begun = [event.export_id for event in starts.order]
        assert sorted(begun) == sorted(event.export_id for event in heavy + others)
        later = begun[free:]
        last = max(later.index(event.export_id) for event in others)
        assert last < len(others) + free
        for place, export_id in enumerate(later):
            if export_id in told_to_others:
                assert abs(told_to_others[export_id] - 1 - place) < free
        await queue.close()
        await js.purge_stream(EXPORTS)


async def test_one_users_requests_hold_up_no_others(nc: Client, storage: Storage) -> None:
    """Beyond their pace they wait, and beyond that they are refused; another's comes at once."""
    async with open_gateway(nc, storage, requests_per_second=1) as gateway:
        eve, ann = gateway.user("eve"), gateway.user("ann")
        assert (await eve.call("GET", "/api/projects"))[0] == 200
        flood = [asyncio.create_task(eve.call("GET", "/api/projects")) for _ in range(30)]
        done, _ = await asyncio.wait(flood, return_when=asyncio.FIRST_COMPLETED)
        (status, problem) = done.pop().result()
        assert (status, problem["code"]) == (429, "too-many-requests")
        assert (await ann.call("GET", "/api/projects"))[0] == 200
        assert sum(not task.done() for task in flood) > 5
        for task in flood:
            task.cancel()
        await asyncio.gather(*flood, return_exceptions=True)
