"""Connects to NATS, with those defaults of the client put right that do not suit a service."""

from __future__ import annotations

import asyncio
import ssl
from typing import TYPE_CHECKING, Any

import structlog
from nats.aio.client import Client

from shared.jetstream.errors import NatsUnavailableError

if TYPE_CHECKING:
    from shared.settings import NatsSettings

log = structlog.get_logger()


async def connect(settings: NatsSettings, *, name: str, patience_s: float | None = None) -> Client:
    """A connection that is tried for until it stands, and again whenever it is lost.

    Raises:
        NatsUnavailableError: It does not stand after ``patience_s``; without a limit never.
    """
    client = Client()
    told: list[Exception] = []

    async def on_error(error: Exception) -> None:
        # A denied permission is only told here; the caller sees a time-out.
        told[:] = [error]
        log.warning("nats.error", error=repr(error))

    async def on_disconnect() -> None:
        if not client.is_closed:
            log.warning("nats.disconnected")

    async def on_reconnect() -> None:
        log.info("nats.reconnected")

    options: dict[str, Any] = {
        "servers": settings.url.split(","),
        "name": name,
        "max_reconnect_attempts": -1,
        "reconnect_time_wait": 0.5,
        "ping_interval": 10,
        "max_outstanding_pings": 2,
        "allow_reconnect": True,
        "connect_timeout": 5,
        "error_cb": on_error,
        "disconnected_cb": on_disconnect,
        "reconnected_cb": on_reconnect,
        "inbox_prefix": f"_INBOX_{name}",
    }
    if settings.creds_file:
        options["user_credentials"] = settings.creds_file
    if settings.nkey_seed_file:
        options["nkeys_seed"] = settings.nkey_seed_file
    if settings.tls_ca_file:
        options["tls"] = ssl.create_default_context(cafile=settings.tls_ca_file)
    try:
        await asyncio.wait_for(client.connect(**options), patience_s)
    except TimeoutError as error:
        why = str(told[0]) if told else "is it running?"
        raise NatsUnavailableError(f"no NATS server lets us in at NATS_URL: {why}") from error
    return client


def version_of(nc: Client) -> str:
    """The server's version, as people write it."""
    server = nc.connected_server_version
    return f"{server.major}.{server.minor}.{server.patch}"
