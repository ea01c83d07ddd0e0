"""Sixteen posters at once: how long each POST of an export takes, and what it costs each process.

Each poster asks for its next export as soon as the last one is accepted, over a connection of its
own; nobody builds meanwhile, so that the queue grows behind them. Once all are one user with one
project, once sixteen users. The posters are lean sockets, because they share the machine's cores.

A bare loop with the same messages, without HTTP and decisions, costs more than half as much (NATS,
status and its client: docs/capacity.md).
"""

from __future__ import annotations

import asyncio
import json
import statistics
import tempfile
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from cli import api_client as api
from cli.local.stack import Stack, local_stack
from cli.project_folder import read_folder
from tests.bench.environment import environment
from tests.bench.measurement import Measurement
from tests.bench.scaling import cpu_s
from tests.pushing import push_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

POSTERS: Final = 16
EACH: Final = 50  # exports that a poster asks for
TARGET_MS: Final = 25
BODY: Final = json.dumps({"platform": "source"}).encode()
ACCEPTED: Final = b"HTTP/1.1 202 "


def measure(_cache: Path) -> Iterator[Measurement]:
    """Milliseconds of a POST; CPU of an accepted export by process."""
    with (
        tempfile.TemporaryDirectory() as data,
        environment("PACKAGER_PLATFORMS", "linux"),
        local_stack(Path(data)) as stack,
    ):
        yield from asyncio.run(_measure(stack))


async def _measure(stack: Stack) -> list[Measurement]:
    users = [f"poster-{number}" for number in range(POSTERS)]
    for user in users:
        await _push(stack, user)
    await _post(stack, users, 1)  # what is done once is done
    one = await _round(stack, "one_user", users[:1] * POSTERS)
    return [*one, *await _round(stack, "many_users", users)]


async def _push(stack: Stack, user: str) -> None:
    state = stack.state
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "index.html").write_text("<!doctype html><title>Tiny</title>Tiny")
        async with api.connect(state.gateway_url, state.service_token, user=user) as client:
            await push_folder(client, user, read_folder(Path(folder)))


async def _round(stack: Stack, name: str, users: Sequence[str]) -> list[Measurement]:
    before, begun = _seconds(stack), time.perf_counter()
    took_ms = await _post(stack, users, EACH)
    rate, after = len(took_ms) / (time.perf_counter() - begun), _seconds(stack)
    p50, p90 = statistics.median(took_ms), statistics.quantiles(took_ms, n=10)[-1]
    found = [
        Measurement(name=f"posters.{name}.p50", value=p50, unit="ms", target=TARGET_MS),
        Measurement(name=f"posters.{name}.p90", value=p90, unit="ms"),
        Measurement(name=f"posters.{name}.rate", value=rate, unit="/s"),
    ]
    for process in sorted(after):
        cpu_ms = (after[process] - before[process]) * 1_000 / len(took_ms)
        found.append(Measurement(name=f"posters.{name}.cpu.{process}", value=cpu_ms, unit="ms"))
    return found


def _seconds(stack: Stack) -> dict[str, float]:
    """CPU of each process so far, the posters' own beside those of the stack."""
    return {child.name: cpu_s(child.pid) for child in stack.children} | {
        "posters": time.process_time()
    }


async def _post(stack: Stack, users: Sequence[str], each: int) -> list[float]:
    """One poster for each of ``users``, all at once; what each of their POSTs took, ms."""
    posters = [_poster(stack, user, each) for user in users]
    return [took for found in await asyncio.gather(*posters) for took in found]


async def _poster(stack: Stack, user: str, count: int) -> list[float]:
    address = urlsplit(stack.state.gateway_url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    found = []
    for _ in range(count):
        head = (
            f"POST /api/projects/{user}/export HTTP/1.1\r\nHost: {address.netloc}\r\n"
            f"Authorization: Bearer {stack.state.service_token}\r\nX-Aethel-User: {user}\r\n"
            f"Idempotency-Key: {uuid.uuid4().hex}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(BODY)}\r\n\r\n"
        )
        begun = time.perf_counter()
        writer.write(head.encode() + BODY)
        answer = await reader.readuntil(b"\r\n\r\n")
        length = next(line for line in answer.lower().split(b"\r\n") if b"content-length:" in line)
        body = await reader.readexactly(int(length.partition(b":")[2]))
        found.append((time.perf_counter() - begun) * 1_000)
        assert answer.startswith(ACCEPTED), (answer, body)
    writer.close()
    await writer.wait_closed()
    return found
