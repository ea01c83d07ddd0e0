"""What every service process has in common.

Settings in, HTTP up, work until told to stop, exit 0.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import structlog
import uvicorn
import uvloop

from shared.errors import ConfigurationError
from shared.worker.attempt import StuckError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

log = structlog.get_logger()


class HttpServer(uvicorn.Server):
    """Uvicorn inside our own event loop; signals are the service's own affair."""

    def __init__(self, app: Any, bind: str, *, drain_timeout_s: float) -> None:
        host, _, port = bind.rpartition(":")
        super().__init__(
            uvicorn.Config(
                app,
                host=host.strip("[]"),
                port=int(port),
                log_config=None,
                access_log=False,
                server_header=False,
                ws="websockets-sansio",
                ws_per_message_deflate=False,  # costs more than it saves on small JSON
                ws_ping_interval=15.0,
                ws_ping_timeout=30.0,
                ws_max_size=4_096,  # clients have nothing to say
                timeout_graceful_shutdown=int(drain_timeout_s),
                lifespan="off",
            )
        )

    def install_signal_handlers(self) -> None:
        """Left to :func:`main`."""

    def capture_signals(self) -> Any:
        """Left to :func:`main`."""
        return nullcontext()


async def serve(app: Any, bind: str, stop: asyncio.Event, *, drain_timeout_s: float = 10.0) -> None:
    """Answer HTTP and WebSocket at ``host:port`` until ``stop`` is set.

    Raises:
        ConfigurationError: The address cannot be bound.
    """
    server = HttpServer(app, bind, drain_timeout_s=drain_timeout_s)
    try:
        listening = server.config.bind_socket()
    except SystemExit as error:  # uvicorn's way to say that it cannot
        raise ConfigurationError(f"cannot listen on {bind}: is the port in use?") from error
    log.info("service.listening", address=bind)
    task = asyncio.create_task(server.serve(sockets=[listening]))
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


def main(run: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    """Run a service until SIGTERM or SIGINT; a second signal ends it at once.

    Exit codes: 0 after a drain, 2 for a wrong setting, 1 for anything else.
    """
    try:
        uvloop.run(_until_signal(run))
    except ConfigurationError as error:
        print(f"error: {error}", file=sys.stderr)  # noqa: T201 - logging may not be configured yet
        raise SystemExit(2) from error


async def _until_signal(run: Callable[[asyncio.Event], Awaitable[None]]) -> None:
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
        await run(stop)
    except StuckError:
        log.exception("service.stuck")
        sys.stdout.flush()
        os._exit(1)  # an orderly end would wait for the thread that does not end
