"""Connects to NATS, with those defaults of the client put right that do not suit a service."""

from __future__ import annotations

import asyncio
import ssl
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

import nats.errors
import structlog

from shared.errors import ConfigurationError
from shared.jetstream.api_subjects import inbox
from shared.jetstream.client import RenewingClient, server_list
from shared.jetstream.errors import NatsUnavailableError
from shared.jetstream.refusal import refusal
from shared.jetstream.sign_in import addresses, proof, tls_context
from shared.metrics import nats as metrics

if TYPE_CHECKING:
    from nats.aio.client import Client

    from shared.settings import NatsSettings

log = structlog.get_logger()

# A connection that was lost: the server may have said why, but the client did not hear it.
LOST: Final = (ConnectionResetError, BrokenPipeError, ssl.SSLError, nats.errors.Error)
NOBODY: Final = "no NATS server lets us in at NATS_URL"
TRY_S: Final = 15.0  # longer than one try takes, with its answer
CANCEL_AGAIN_S: Final = 0.1
CLOSE_S: Final = 1.0


async def connect(settings: NatsSettings, *, name: str, patience_s: float | None = None) -> Client:
    """A connection that is tried for until it stands, and again whenever it is lost.

    Raises:
        ConfigurationError: An address or a file of the settings cannot be used.
        NatsUnavailableError: It does not stand after ``patience_s``, and the try that went on then
            has failed; without a limit never.
    """
    await asyncio.to_thread(_check, settings)
    client = RenewingClient(settings)
    clock = asyncio.get_running_loop().time
    until = None if patience_s is None else clock() + patience_s
    stands = False
    told: set[str] = set()

    async def on_error(error: Exception) -> None:
        # A denied permission is only told here; the caller sees a time-out.
        gives_up = not stands and until is not None and clock() >= until
        why = None
        if gives_up or (not client.is_connected and isinstance(error, LOST)):
            why = await _refusals(settings)
        reason = why or repr(error)
        if client.is_connected or reason not in told:  # the same reason again is no news
            log.warning("nats.error", error=reason)
        told.add(reason)
        if gives_up:  # ends the attempt between two tries; a cancel would leave its socket open
            raise NatsUnavailableError(f"{NOBODY}: {why or error}") from error

    async def on_disconnect() -> None:
        metrics.CONNECTED.set(0)
        if not client.is_closed:
            log.warning("nats.disconnected")

    async def on_reconnect() -> None:
        told.clear()
        metrics.CONNECTED.set(1)
        metrics.RECONNECTS.inc()
        log.info("nats.reconnected")

    connecting = asyncio.create_task(
        client.connect(
            **_options(settings, name),
            error_cb=on_error,
            disconnected_cb=on_disconnect,
            reconnected_cb=on_reconnect,
        )
    )
    try:
        longest = None if patience_s is None else patience_s + TRY_S
        await asyncio.wait({connecting}, timeout=longest)
        if connecting.done():
            await connecting
            stands = True
            metrics.CONNECTED.set(1)
            return client
        why = await _refusals(settings) or "it does not answer"
        raise NatsUnavailableError(f"{NOBODY}: {why}")
    finally:
        if not stands:
            await _give_up(client, connecting)


def _options(settings: NatsSettings, name: str) -> dict[str, Any]:
    return {
        "servers": server_list(settings),
        "name": name,
        "max_reconnect_attempts": -1,
        "reconnect_time_wait": 0.5,
        "ping_interval": 10,
        "max_outstanding_pings": 2,
        "allow_reconnect": True,
        "connect_timeout": 5,
        "inbox_prefix": inbox(name),
    }


def _check(settings: NatsSettings) -> None:
    """Raise what is wrong already."""
    for url in addresses(settings):
        proof(settings, url, "")
    if settings.tls_ca_file or settings.tls_cert_file or settings.tls_key_file:
        tls_context(settings)


async def _give_up(client: Client, connecting: asyncio.Task[None]) -> None:
    """End the attempt, and close what it may have opened."""
    while not connecting.done():  # it may miss a cancel while it waits for an answer
        connecting.cancel()
        await asyncio.wait({connecting}, timeout=CANCEL_AGAIN_S)
    with suppress(TimeoutError):  # a TLS connection that came to nothing may never be closed
        async with asyncio.timeout(CLOSE_S):
            await client.close()


async def _refusals(settings: NatsSettings) -> str | None:
    """Why the servers do not let us in, each with its address; None where one does."""
    try:
        asked = [asyncio.to_thread(refusal, url, settings) for url in addresses(settings)]
        reasons = await asyncio.gather(*asked)
    except ConfigurationError as error:  # its files were well when we started
        return str(error)
    return "; ".join(reason for reason in reasons if reason) if all(reasons) else None


def version_of(nc: Client) -> str:
    """The server's version, as people write it."""
    server = nc.connected_server_version
    return f"{server.major}.{server.minor}.{server.patch}"
