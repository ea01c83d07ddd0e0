"""What every service process has in common.

Its settings are read, its address is bound, and only then it works, until it is told to stop.
"""

from __future__ import annotations

import asyncio
import gc
import os
import resource
import signal
import socket
import sys
from contextlib import nullcontext
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar

import structlog
import uvicorn
import uvloop

from shared import logs
from shared.errors import ConfigurationError
from shared.metrics import process as metrics
from shared.service.http_protocol import BoundedHttpProtocol
from shared.service.loop_lag import loop_lag_measured
from shared.service.websocket_protocol import LeanWebSocketProtocol
from shared.settings import HttpSettings, ServiceSettings, load, retired
from shared.tracing import start as tracing
from shared.version import product_version
from shared.worker.attempt import StuckError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

log = structlog.get_logger()

BACKLOG: Final = 2_048  # clients that wait to be accepted
# Longer than proxies and clients keep an idle connection: who closes first must not be we, or a
# request that is on its way is lost (nginx keeps upstreams 60 s, aiohttp 15).
KEEP_ALIVE_S: Final = 75
PING_S: Final = 15.0  # between two pings of a WebSocket
PONG_S: Final = 30.0  # until it is closed whose client has not answered one
LAST_ANSWERS_S: Final = 3  # for who still asks once the work is done: pods have little time left
OPEN_FILES: Final = 65_536  # not more: programs that are started may look at every number
# New objects; Python's 700 is for programs that hold little. At each eleventh time those that have
# stayed lately are looked at, too, and at each sixth of these all: after 0.7 million.
LOOK_AFTER: Final = 10_000, 10, 5
DEFAULTS: Final = HttpSettings()

SettingsT = TypeVar("SettingsT", bound=ServiceSettings)


class HttpServer(uvicorn.Server):
    """Uvicorn inside our own event loop; signals are the service's own affair."""

    def __init__(self, app: Any, *, drain_timeout_s: float, limits: HttpSettings) -> None:
        protocol: Any = partial(BoundedHttpProtocol, limits=limits, others=set())
        super().__init__(
            uvicorn.Config(
                app,
                http=protocol,
                log_config=None,
                access_log=False,
                server_header=False,
                backlog=BACKLOG,
                ws=LeanWebSocketProtocol,
                ws_per_message_deflate=False,  # costs more than it saves on small JSON
                ws_ping_interval=PING_S,
                ws_ping_timeout=PONG_S,
                ws_max_size=4_096,  # clients have nothing to say
                timeout_keep_alive=KEEP_ALIVE_S,
                timeout_graceful_shutdown=int(drain_timeout_s),
                lifespan="off",
            )
        )

    def install_signal_handlers(self) -> None:
        """Signals are left to :func:`main`."""

    def capture_signals(self) -> Any:
        """Signals are left to :func:`main`."""
        return nullcontext()


def listen(bind: str) -> socket.socket:
    """Take the address ``host:port``; clients wait until :func:`serve` accepts them.

    Raises:
        ConfigurationError: The address cannot be taken.
    """
    host, _, port = bind.rpartition(":")
    host = host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server(
            (host, int(port)),
            family=family,
            backlog=BACKLOG,
            dualstack_ipv6=family is socket.AF_INET6 and socket.has_dualstack_ipv6(),
        )
    except (OSError, OverflowError) as error:
        message = f"cannot listen on {bind}: is the port in use? ({error})"
        raise ConfigurationError(message) from error
    # Its connections inherit it: else the body of an answer waits 40 ms for the head's receipt.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


async def serve(
    app: Any,
    listener: socket.socket,
    stop: asyncio.Event,
    *,
    drain_timeout_s: float = 10.0,
    limits: HttpSettings = DEFAULTS,
) -> None:
    """Answer HTTP and WebSocket until ``stop`` is set."""
    server = HttpServer(app, drain_timeout_s=drain_timeout_s, limits=limits)
    host, port = listener.getsockname()[:2]
    log.info("service.listening", address=f"{host}:{port}")
    task = asyncio.create_task(server.serve(sockets=[listener]))
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait({task, stopped}, return_when=asyncio.FIRST_COMPLETED)
    server.should_exit = True
    stopped.cancel()
    await task


async def together(stop: asyncio.Event, *jobs: Coroutine[Any, Any, None]) -> None:
    """Run jobs until all have ended; the first that raises (or ends early) stops the others."""
    tasks = [asyncio.create_task(job) for job in jobs]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        stop.set()
        await asyncio.gather(*tasks)
    finally:
        stop.set()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def serve_while(
    app: Any,
    listener: socket.socket,
    stop: asyncio.Event,
    *jobs: Coroutine[Any, Any, None],
    limits: HttpSettings = DEFAULTS,
) -> None:
    """Run jobs until all have ended, and answer HTTP until then: a long drain can be watched."""
    ended = asyncio.Event()

    async def work() -> None:
        try:
            await together(stop, *jobs)
        finally:
            ended.set()

    answering = serve(app, listener, ended, drain_timeout_s=LAST_ANSWERS_S, limits=limits)
    await together(stop, work(), answering)


def main(
    run: Callable[[SettingsT, socket.socket, asyncio.Event], Awaitable[None]],
    settings_type: type[SettingsT],
    *,
    service: str,
) -> None:
    """Run a service until SIGTERM or SIGINT; a second signal ends it at once.

    The address is taken before anything else: whoever cannot listen announces nothing.
    Exit codes: 0 after a drain, 2 for a wrong setting, 1 for anything else.
    """
    try:
        settings = load(settings_type)
        logs.configure(settings.logs, service=service, for_good=True)
        metrics.BUILD.info({"version": product_version(), "service": service})
        for name, replacement in retired(os.environ):
            log.warning("setting.retired", name=name, replaced_by=replacement)
        with (
            tracing.started(settings.tracing, service=service),
            listen(settings.bind) as listener,
        ):
            raise_open_files()
            gc.collect()
            gc.freeze()  # what is there now stays; looking through it again would find nothing
            gc.set_threshold(*LOOK_AFTER)
            uvloop.run(until_signal(lambda stop: run(settings, listener, stop)))
    except ConfigurationError as error:
        print(f"error: {error}", file=sys.stderr)  # noqa: T201 - logging may not be configured yet
        raise SystemExit(2) from error


def raise_open_files() -> None:
    """Let this process have as many sockets open as it may: at first it often is 1,024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, OPEN_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


async def until_signal(run: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    """Run, and set the event that it is given when a signal tells the process to stop."""
    stop = asyncio.Event()

    def on_signal() -> None:
        if stop.is_set():
            os._exit(1)
        log.info("service.stopping")
        stop.set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, on_signal)
    try:
        async with loop_lag_measured():
            await run(stop)
    except StuckError:
        log.exception("service.stuck")
        sys.stdout.flush()
        os._exit(1)  # an orderly end would wait for the thread that does not end
