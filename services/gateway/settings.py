"""What can be set for the gateway."""

from __future__ import annotations

from typing import Annotated

import msgspec

from shared.domain.build_minutes import PlanName
from shared.settings import Bind, S3Settings, Secret, ServiceSettings, env

GIB = 1 << 30


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What a project may grow to; 413 beyond."""

    project_bytes: Annotated[
        int, env("EXPORT_MAX_PROJECT_BYTES", "all files of a project together, bytes", ge=1)
    ] = 20 * GIB
    files: Annotated[int, env("EXPORT_MAX_FILES", "files in a project", ge=1)] = 100_000
    file_bytes: Annotated[int, env("EXPORT_MAX_FILE_BYTES", "one file, bytes", ge=1)] = 8 * GIB


class GatewaySettings(ServiceSettings, frozen=True, kw_only=True):
    """Read once in ``__main__`` and passed down."""

    s3: S3Settings
    limits: Limits
    jwt_secret: Secret
    bind: Annotated[str, env("GATEWAY_BIND", "host:port to listen on", pattern=Bind)] = (
        "127.0.0.1:8080"
    )
    public_url: Annotated[str, env("EXPORT_PUBLIC_URL", "this service's URL as clients see it")] = (
        "http://127.0.0.1:8080"
    )
    websocket_url: Annotated[
        str, env("AETHEL_WS_URL", "the status service's URL as clients see it")
    ] = "ws://127.0.0.1:8081"
    cors_origins: Annotated[
        str,
        env(
            "EXPORT_CORS_ORIGINS",
            "origins of browser clients, comma separated; *: any; empty: none",
        ),
    ] = ""
    default_plan: Annotated[
        PlanName, env("BUILD_MINUTES_DEFAULT_PLAN", "plan of users whose token names none")
    ] = "starter_trial"
    requests_per_minute: Annotated[
        int,
        env(
            "EXPORT_REQUESTS_PER_MINUTE",
            "exports and retries of one user, in each gateway process; 0: no limit",
            ge=0,
        ),
    ] = 120
    spool_bytes: Annotated[
        int,
        env(
            "GATEWAY_SPOOL_BYTES",
            "ZIPs and manifests on their way in, half for one user; on the disk of /tmp, bytes",
            ge=1,
        ),
    ] = 20 * GIB
    ticket_ttl_s: Annotated[
        int, env("EXPORT_TICKET_TTL_S", "how long a ticket may be used to connect, seconds", ge=1)
    ] = 60
    drain_timeout_s: Annotated[
        float, env("GATEWAY_DRAIN_TIMEOUT_S", "time for requests after SIGTERM, seconds", gt=0)
    ] = 25.0
