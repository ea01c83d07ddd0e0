"""What can be set for the gateway."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import msgspec

from shared.domain.build_minutes import LIMITS, MOST_OPEN, PlanName
from shared.identity.settings import TokenSettings
from shared.settings import Bind, S3Settings, ServiceSettings, env
from shared.templates import BUILT

GIB = 1 << 30
DEFAULT_PLAN: Final = "BUILD_MINUTES_DEFAULT_PLAN"


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What a project may grow to; 413 beyond."""

    project_bytes: Annotated[
        int, env("EXPORT_MAX_PROJECT_BYTES", "all files of a project together, bytes", ge=1)
    ] = 20 * GIB
    files: Annotated[int, env("EXPORT_MAX_FILES", "files in a project", ge=1)] = 100_000
    file_bytes: Annotated[int, env("EXPORT_MAX_FILE_BYTES", "one file, bytes", ge=1)] = 8 * GIB


class UserLimits(msgspec.Struct, frozen=True, kw_only=True):
    """What one user may have and ask for; ``quota-exceeded`` beyond. 0: no limit."""

    projects: Annotated[
        int, env("EXPORT_USER_PROJECTS", "projects of one user; 0: no limit", ge=0)
    ] = 200
    files: Annotated[
        int, env("EXPORT_USER_FILES", "files of all projects of one user; 0: no limit", ge=0)
    ] = 1_000_000
    stored_bytes: Annotated[
        int, env("EXPORT_USER_BYTES", "all projects of one user, bytes; 0: no limit", ge=0)
    ] = 100 * GIB
    exports: Annotated[
        int,
        env("EXPORT_USER_EXPORTS", "exports that are kept of one user; 0: no limit", ge=0),
    ] = 2_000
    pending_exports: Annotated[
        int,
        env(
            "EXPORT_USER_PENDING_EXPORTS",
            "exports of one user that wait or run; 0: no limit of its own",
            ge=0,
            le=MOST_OPEN,
        ),
    ] = 1_000
    projects_per_hour: Annotated[
        int,
        env("EXPORT_USER_PROJECTS_PER_HOUR", "new projects of one user; 0: no limit", ge=0),
    ] = 100
    exports_per_day: Annotated[
        int,
        env("EXPORT_USER_EXPORTS_PER_DAY", "exports and retries of one user; 0: no limit", ge=0),
    ] = 1_000
    upload_bytes_per_day: Annotated[
        int,
        env(
            "EXPORT_USER_UPLOAD_BYTES_PER_DAY",
            "what one user may send, bytes; 0: no limit",
            ge=0,
        ),
    ] = 200 * GIB


class PreviewSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Where games are played from their links, apart from everything else."""

    bind: Annotated[
        str, env("GATEWAY_PREVIEW_BIND", "host:port to play games on", pattern=Bind)
    ] = "127.0.0.1:8082"
    origin: Annotated[
        str,
        env(
            "EXPORT_PREVIEW_ORIGIN",
            "what clients reach that by: https://*.host, an origin for each link, or https://host",
        ),
    ] = "http://*.localhost:8082"


class PageSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The export page, and who is signed in on it without a token."""

    folder: Annotated[
        str,
        env(
            "GATEWAY_PAGE_DIR",
            "folder of the runtime template export-page; empty: that of the checkout",
        ),
    ] = ""
    local_user: Annotated[
        str,
        env(
            "GATEWAY_LOCAL_USER",
            "user whom the page signs in without a token, where only this machine reaches the "
            "gateway; empty: nobody",
        ),
    ] = ""

    @property
    def path(self) -> Path:
        """The folder of the template."""
        return Path(self.folder) if self.folder else BUILT / "export-page"


class PlanSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How much those may build whose token does not say it."""

    default_plan: Annotated[
        PlanName, env(DEFAULT_PLAN, f"plan of users whose token names none: {', '.join(LIMITS)}")
    ] = "starter_trial"


class GatewaySettings(ServiceSettings, frozen=True, kw_only=True):
    """Read once in ``__main__`` and passed down."""

    s3: S3Settings
    limits: Limits
    user_limits: UserLimits
    preview: PreviewSettings = PreviewSettings()
    page: PageSettings = PageSettings()
    plans: PlanSettings
    tokens: TokenSettings
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
    requests_per_minute: Annotated[
        int,
        env(
            "EXPORT_REQUESTS_PER_MINUTE",
            "exports and retries of one user, in each gateway process; 0: no limit",
            ge=0,
        ),
    ] = 120
    requests_per_second: Annotated[
        int,
        env(
            "GATEWAY_REQUESTS_PER_SECOND",
            "requests of one user, in each gateway process; faster ones wait; 0: no limit",
            ge=0,
        ),
    ] = 100
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
