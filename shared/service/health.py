"""What every service tells of itself: that it is ready, or what is missing, and its metrics."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

from prometheus_client import generate_latest

from shared.jetstream.headroom import FOR_EXPORTS, FOR_PROJECTS, NEW_WORK_SHARE
from shared.jetstream.topology import EXPORTS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Container, Mapping

    from nats.aio.client import Client

    from shared.jetstream.headroom import Headroom
    from shared.storage.bucket import Storage

# What proxies add. Who comes through one is no probe of the orchestrator and no Prometheus.
FORWARDED: Final = ("forwarded", "via", "x-forwarded-for", "x-real-ip")
CHECK_TIMEOUT_S: Final = 2.0
# Its own: threads that all wait for a slow disk must not make a service look dead.
_METRICS_THREAD: Final = ThreadPoolExecutor(1, thread_name_prefix="metrics")
FULL_SHARE: Final = 0.99  # of a stream's room; nothing that matters fits into the rest


class NarrowError(Exception):
    """Something becomes scarce: it is told, and the service is ready for what it still can do."""


async def readiness(
    checks: Mapping[str, Callable[[], Awaitable[None]]], *, forwarded: bool
) -> tuple[dict[str, str], bool]:
    """Run all checks at once.

    Args:
        checks: By name; what they raise says what is wrong.
        forwarded: Who asks came through a proxy: reasons are for those inside.

    Returns:
        What to tell of each, and whether the service is ready. What only becomes scarce
        (:class:`NarrowError`) is told, and leaves it ready.
    """
    outcomes = await asyncio.gather(*(_outcome(check) for check in checks.values()))
    report = {name: said for name, (said, _) in zip(checks, outcomes, strict=True)}
    if forwarded:
        report = {name: said if said == "ok" else "failed" for name, said in report.items()}
    return report, all(passed for _, passed in outcomes)


async def metrics_page() -> bytes:
    """All series as Prometheus reads them; 18 ms of the gateway's."""
    return await asyncio.get_running_loop().run_in_executor(_METRICS_THREAD, generate_latest)


def is_forwarded(headers: Container[str]) -> bool:
    """Whether a request came through a proxy, by the names of its headers in small letters."""
    return any(name in headers for name in FORWARDED)


def nats_check(nc: Client, stream: str, *, room: bool = False) -> Callable[[], Awaitable[None]]:
    """Ready when the stream answers, which also means that ``streams apply`` has run.

    With ``room`` it must not be full either: a worker whose events do not fit can do nothing.
    """

    async def check() -> None:
        if not nc.is_connected:
            raise ConnectionError("not connected to NATS")
        info = await nc.jetstream().stream_info(stream)
        limit = info.config.max_bytes or 0
        if room and limit > 0 and info.state.bytes >= FULL_SHARE * limit:
            raise ConnectionError(f"the stream {stream} is full")

    return check


def servers_check(nc: Client, storage: Storage) -> Callable[[], Awaitable[None]]:
    """Passes while everything is there that a worker needs."""
    nats = nats_check(nc, EXPORTS, room=True)

    async def check() -> None:
        await nats()
        await storage.check()

    return check


def storage_check(storage: Storage) -> Callable[[], Awaitable[None]]:
    """Ready when the bucket answers."""
    return storage.check


def drain_check(stop: asyncio.Event) -> Callable[[], Awaitable[None]]:
    """Ready until the process is told to stop: it ends what it has in hand, and takes no more."""

    async def check() -> None:
        if stop.is_set():
            raise ConnectionError("draining")

    return check


def headroom_check(headroom: Headroom) -> Callable[[], Awaitable[None]]:
    """Tells of every stream that takes no new work; ready until one is so full that nothing ends.

    Readiness is not given up before that: whoever makes room has to come in.
    """

    async def check() -> None:
        shares = await headroom.shares()
        narrow = {name: share for name, share in shares.items() if share >= NEW_WORK_SHARE}
        if not narrow:
            return
        told = ", ".join(f"{name} is {share:.0%} full" for name, share in sorted(narrow.items()))
        full = max((narrow.get(name, 0.0) for name in (*FOR_PROJECTS, *FOR_EXPORTS)), default=0.0)
        if full >= FULL_SHARE:
            raise ConnectionError(f"{told}: nothing fits any more")
        raise NarrowError(f"{told}: new work is refused")

    return check


def chatter_check(troubled: Callable[[], Collection[str]]) -> Callable[[], Awaitable[None]]:
    """Tells of the streams of progress and log lines that do not work; exports go on without."""

    async def check() -> None:
        if streams := troubled():
            raise NarrowError(f"{', '.join(streams)}: exports go on without log or percent")

    return check


async def _outcome(check: Callable[[], Awaitable[None]]) -> tuple[str, bool]:
    """What to tell of a check, and whether it lets the service be ready."""
    try:
        await asyncio.wait_for(check(), CHECK_TIMEOUT_S)
    except NarrowError as error:
        return str(error), True
    except TimeoutError as error:
        return str(error) or "no answer", False
    except Exception as error:  # noqa: BLE001 - whatever it is, this is where it is told
        return f"{type(error).__name__}: {error}", False
    return "ok", True
