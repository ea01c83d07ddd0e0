"""What every service tells of itself."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
from litestar import Litestar

from shared.service.health import health_routes

PATIENCE_S = 60.0  # only a request that is never answered takes so long


async def test_metrics_do_not_wait_for_threads_that_wait_for_a_disk() -> None:
    """A packager whose disk is slow is not down."""
    free, held = threading.Event(), threading.Event()
    loop = asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(1))

    def read() -> None:
        held.set()
        free.wait()

    slow = loop.run_in_executor(None, read)
    try:
        app: Any = Litestar(health_routes({}))
        transport = httpx.ASGITransport(app)  # in this very loop
        async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
            answer = await asyncio.wait_for(client.get("/metrics"), PATIENCE_S)
        assert (held.is_set(), slow.done()) == (True, False)
    finally:
        free.set()
        await slow
    assert "# TYPE" in answer.text


async def test_a_check_that_gets_no_answer_says_so() -> None:
    """An error of it says what it is; a time that is over has no words of its own."""

    async def hangs() -> None:
        raise TimeoutError

    async def refuses() -> None:
        raise PermissionError("no")

    app: Any = Litestar(health_routes({"storage": hangs, "nats": refuses}))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
        said = (await client.get("/readyz")).json()
    assert said == {"storage": "no answer", "nats": "PermissionError: no"}
