"""The environment of the local stack's processes: each gets what it reads and nothing else.

The stack has servers, addresses and credentials of its own. Every other setting is obeyed where the
caller has made it; a few have defaults that suit one's own machine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from services.gateway.settings import DEFAULT_PLAN, GatewaySettings, UserLimits
from services.packager.settings import PackagerSettings
from services.status.settings import StatusSettings
from services.uploader.settings import UploaderSettings
from shared.identity.settings import SecretSettings
from shared.settings import NatsSettings, S3Settings, names
from shared.storage.permissions import ROLES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from cli.local.credentials import Credentials
    from shared.settings import ServiceSettings

SERVICES: Final[Mapping[str, type[ServiceSettings]]] = {  # in the order of their start
    "uploader": UploaderSettings,
    "packager": PackagerSettings,
    "status": StatusSettings,
    "gateway": GatewaySettings,
}
OWN: Final = frozenset(
    {
        *names(NatsSettings),
        *names(S3Settings),
        *(f"{service.upper()}_BIND" for service in SERVICES),
        "GATEWAY_PREVIEW_BIND",
        *names(SecretSettings),
    }
)
ANY_PROCESS: Final = frozenset(  # what programs and their libraries need to run at all
    {
        "HOME",
        "LANG",
        "LANGUAGE",
        "LD_LIBRARY_PATH",
        "LOGNAME",
        "MALLOC_MMAP_THRESHOLD_",
        "PATH",
        "PYTHONDONTWRITEBYTECODE",
        "PYTHONHOME",
        "PYTHONPATH",
        "PYTHONPYCACHEPREFIX",
        "PYTHONUNBUFFERED",
        "PYTHONWARNINGS",
        "SSL_CERT_DIR",
        "SSL_CERT_FILE",
        "TMPDIR",
        "TZ",
        "USER",
    }
)


# The gateway passes blocks of a quarter of a megabyte on by the thousand: to map each of them anew
# takes two thirds of its computing time.
TUNING: Final[Mapping[str, Mapping[str, str]]] = {"gateway": {"MALLOC_MMAP_THRESHOLD_": "1048576"}}
LOCAL_PLAN: Final = {DEFAULT_PLAN: "unlimited"}
SDK: Final = "OTEL_"  # what OpenTelemetry's own settings begin with
TOKEN_LIVES_S: Final = 365 * 86_400  # the stack's own token: as long as it is left running


def servers(
    credentials: Credentials, nats_url: str, s3: S3Settings, binds: Mapping[str, str]
) -> dict[str, str]:
    """What the caller cannot set: where the servers and services are, and the operator's keys."""
    return {
        "NATS_URL": nats_url,
        "S3_ENDPOINT": s3.endpoint,
        "S3_BUCKET": s3.bucket,
        "AWS_REGION": s3.region,
        "AWS_ACCESS_KEY_ID": s3.access_key_id,
        "AWS_SECRET_ACCESS_KEY": s3.secret_access_key,
        "JWT_SECRET": credentials.jwt,
        **{f"{name.upper()}_BIND": bind for name, bind in binds.items()},
    }


def identity(service: str, credentials: Credentials) -> dict[str, str]:
    """How a service is known to the storage; the status service is not."""
    key_id, secret = credentials.s3_key(service) if service in ROLES else ("", "")
    return {"AWS_ACCESS_KEY_ID": key_id, "AWS_SECRET_ACCESS_KEY": secret}


def defaults(data: Path, binds: Mapping[str, str]) -> dict[str, str]:
    """What holds where the caller has set nothing."""
    return {
        "EXPORT_PREVIEW_ORIGIN": f"http://*.localhost:{binds['gateway_preview'].rpartition(':')[2]}",
        "EXPORT_PUBLIC_URL": f"http://{binds['gateway']}",
        "AETHEL_WS_URL": f"ws://{binds['status']}",
        **LOCAL_PLAN,
        "EXPORT_REQUESTS_PER_MINUTE": "0",
        "GATEWAY_LOCAL_USER": "local",
        "GATEWAY_REQUESTS_PER_SECOND": "0",
        "JWT_MAX_LIFETIME_S": str(TOKEN_LIVES_S),
        **dict.fromkeys(sorted(names(UserLimits)), "0"),
        "PACKAGER_CACHE_DIR": str(data / "cache"),
        "PACKAGER_SANDBOX": "best-effort",  # on one's own machine, one's own projects
        "MALLOC_MMAP_THRESHOLD_": "131072",  # glibc: blocks of files go back to the system at once
    }


def obeyed(caller: Mapping[str, str]) -> dict[str, str]:
    """The caller's environment without what the stack has of its own; an empty value is none."""
    return {name: value for name, value in caller.items() if value and name not in OWN}


def ignored(caller: Mapping[str, str]) -> list[str]:
    """The names of the settings that the caller has made in vain."""
    return sorted(name for name in OWN if caller.get(name))


def of_process(environ: Mapping[str, str]) -> dict[str, str]:
    """What any program gets: no setting, and no secret that the caller happens to have."""
    return {
        name: value
        for name, value in environ.items()
        if name in ANY_PROCESS or name.startswith("LC_")
    }


def of_service(service: str, environ: Mapping[str, str]) -> dict[str, str]:
    """What a service gets: besides that the settings that it reads, and those of the SDK."""
    read = names(SERVICES[service])
    settings = {
        name: value for name, value in environ.items() if name in read or name.startswith(SDK)
    }
    return {**of_process(environ), **TUNING.get(service, {}), **settings}
