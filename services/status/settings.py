"""The settings of the status service."""

from __future__ import annotations

from typing import Annotated

from services.status.websocket.places import PER_EXPORT, PER_USER
from shared.identity.settings import TokenSettings
from shared.settings import (
    Bind,
    RetrySettings,
    ServiceSettings,
    env,
    origin_of,
    origins,
)


class StatusSettings(ServiceSettings, frozen=True, kw_only=True):
    """Read once in ``__main__`` and passed down."""

    retry: RetrySettings
    tokens: TokenSettings
    bind: Annotated[str, env("STATUS_BIND", "host:port to listen on", pattern=Bind)] = (
        "127.0.0.1:8081"
    )
    public_url: Annotated[str, env("EXPORT_PUBLIC_URL", "the gateway's URL as clients see it")] = (
        "http://127.0.0.1:8080"
    )
    websocket_url: Annotated[str, env("AETHEL_WS_URL", "this service's URL as clients see it")] = (
        "ws://127.0.0.1:8081"
    )
    cors_origins: Annotated[
        str,
        env("EXPORT_CORS_ORIGINS", "origins of browser clients, comma separated; * or empty: any"),
    ] = ""
    ticket_ttl_s: Annotated[
        int, env("EXPORT_TICKET_TTL_S", "how long a ticket may be used to connect, seconds", ge=1)
    ] = 60
    max_sockets: Annotated[
        int, env("STATUS_MAX_SOCKETS", "WebSockets at a time in one process", ge=1)
    ] = 10_000
    max_sockets_per_user: Annotated[
        int, env("STATUS_MAX_SOCKETS_PER_USER", "WebSockets of one user in one process", ge=1)
    ] = PER_USER
    max_sockets_per_export: Annotated[
        int,
        env(
            "STATUS_MAX_SOCKETS_PER_EXPORT",
            "WebSockets of one user on one export, in one process",
            ge=1,
        ),
    ] = PER_EXPORT
    drain_timeout_s: Annotated[
        float, env("STATUS_DRAIN_TIMEOUT_S", "time to close sockets after SIGTERM, seconds", gt=0)
    ] = 10.0
    reaper_interval_ms: Annotated[
        int,
        env(
            "BUILD_QUEUE_REAPER_INTERVAL_MS",
            "how often exports are looked for that have stopped moving, ms",
            ge=100,
        ),
    ] = 30_000
    reaper_patience_ms: Annotated[
        int,
        env(
            "BUILD_QUEUE_REAPER_PATIENCE_MS",
            "how long one has not moved then; four times the ack wait of consumers, ms",
            ge=1_000,
        ),
    ] = 120_000
    look_interval_s: Annotated[
        float,
        env(
            "STATUS_LOOK_INTERVAL_S",
            "how often streams and consumers are looked at, for metrics; a consumer that gives "
            "nothing for four looks is stalled, seconds",
            ge=0.1,
        ),
    ] = 15.0

    @property
    def watching_origins(self) -> frozenset[str]:
        """Origins whose pages may watch: those listed and the export page's own; empty: any."""
        listed = origins(self.cors_origins)
        return listed and listed | {origin_of(self.public_url)}
