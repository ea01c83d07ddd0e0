"""Settings come from the environment, once, into frozen structs that are passed down.

A setting is a field annotated with ``env("NAME", "what it is for", limits…)``; ``docs/settings.md``
lists them all (a test sees to it).
"""

from __future__ import annotations

import os
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Final,
    Literal,
    TypeVar,
    get_args,
    get_origin,
    get_type_hints,
)
from urllib.parse import urlsplit

import msgspec

from shared.errors import ConfigurationError
from shared.secret_files import read_secret

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LEAST_SECRET_BYTES: Final = 32  # RFC 7518 section 3.2
LEAST_SECRET_LETTERS: Final = 8  # different ones
ANEW: Final = "; read anew for each connection"

# Variables of the old worker that nobody reads any more, and what replaced them.
RETIRED: Final = {
    "REDIS_URL": "NATS_URL: events travel over NATS JetStream",
    "RUNTIME_TEMPLATES_DIR": "nothing: templates come with the packager",
}
RETIRED_PREFIXES: Final = {
    "UPSTASH_": "NATS_URL: events travel over NATS JetStream",
    "EXPORT_": "nothing of that name: see docs/settings.md",
}
STILL_READ: Final = frozenset(
    {
        "EXPORT_ARTIFACT_TTL_DAYS",
        "EXPORT_CORS_ORIGINS",
        "EXPORT_HISTORY_DAYS",
        "EXPORT_MAX_FILES",
        "EXPORT_MAX_FILE_BYTES",
        "EXPORT_MAX_PROJECT_BYTES",
        "EXPORT_PREVIEW_ORIGIN",
        "EXPORT_PUBLIC_URL",
        "EXPORT_REQUESTS_PER_MINUTE",
        "EXPORT_TICKET_TTL_S",
        "EXPORT_USER_BYTES",
        "EXPORT_USER_EXPORTS",
        "EXPORT_USER_EXPORTS_PER_DAY",
        "EXPORT_USER_FILES",
        "EXPORT_USER_PENDING_EXPORTS",
        "EXPORT_USER_PROJECTS",
        "EXPORT_USER_PROJECTS_PER_HOUR",
        "EXPORT_USER_UPLOAD_BYTES_PER_DAY",
    }
)

SettingsT = TypeVar("SettingsT", bound=msgspec.Struct)


def env(
    name: str,
    purpose: str,
    *,
    aliases: tuple[str, ...] = (),
    secret: bool = False,
    may_be_empty: bool = False,
    **limits: Any,
) -> msgspec.Meta:
    """Where a field comes from.

    Args:
        name: The variable.
        purpose: What it is for, as ``docs/settings.md`` says it.
        aliases: Other variables that mean the same.
        secret: It is never shown, and may lie in a file that ``<name>_FILE`` names.
        may_be_empty: An empty file says that there is no secret; else it is refused.
        limits: Those of ``msgspec.Meta`` (ge, le, pattern, …).
    """
    extra = {"env": name, "aliases": aliases, "secret": secret, "may_be_empty": may_be_empty}
    return msgspec.Meta(description=purpose, extra=extra, **limits)


class NatsSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How to reach NATS."""

    url: Annotated[
        str,
        env("NATS_URL", "servers, comma separated; user and password may stand in it", secret=True),
    ] = "nats://127.0.0.1:4222"
    url_file: Annotated[str, env("NATS_URL_FILE", f"file that `NATS_URL` lies in{ANEW}")] = ""
    creds_file: Annotated[str, env("NATS_CREDS_FILE", f"credentials file of NATS{ANEW}")] = ""
    nkey_seed_file: Annotated[str, env("NATS_NKEY_SEED_FILE", f"seed file of an NKey{ANEW}")] = ""
    tls_ca_file: Annotated[
        str, env("NATS_TLS_CA_FILE", f"certificate authority of the servers{ANEW}")
    ] = ""
    tls_cert_file: Annotated[
        str, env("NATS_TLS_CERT_FILE", f"client certificate, with those above it{ANEW}")
    ] = ""
    tls_key_file: Annotated[
        str, env("NATS_TLS_KEY_FILE", f"private key of that certificate{ANEW}")
    ] = ""
    stream_replicas: Annotated[
        int,
        env(
            "NATS_STREAM_REPLICAS", "replicas of every stream: 1 alone, 3 in a cluster", ge=1, le=5
        ),
    ] = 1
    exports_per_day: Annotated[
        int,
        env(
            "NATS_EXPORTS_PER_DAY",
            "exports a day that `streams apply` makes room for, where NATS has it; none is taken",
            ge=0,
        ),
    ] = 25_000


class S3Settings(msgspec.Struct, frozen=True, kw_only=True):
    """How to reach the storage."""

    bucket: Annotated[
        str,
        env("S3_BUCKET", "the one bucket; it must exist", aliases=("AWS_S3_BUCKET",), min_length=3),
    ]
    access_key_id: Annotated[
        str, env("AWS_ACCESS_KEY_ID", "key id; empty: the SDK's own chain", secret=True)
    ] = ""
    secret_access_key: Annotated[
        str, env("AWS_SECRET_ACCESS_KEY", "secret of that key", secret=True)
    ] = ""
    access_key_id_file: Annotated[
        str,
        env("AWS_ACCESS_KEY_ID_FILE", "file that `AWS_ACCESS_KEY_ID` lies in, watched for changes"),
    ] = ""
    secret_access_key_file: Annotated[
        str,
        env("AWS_SECRET_ACCESS_KEY_FILE", "file that `AWS_SECRET_ACCESS_KEY` lies in, likewise"),
    ] = ""
    endpoint: Annotated[str, env("S3_ENDPOINT", "URL of the S3 server; empty: AWS")] = ""
    public_endpoint: Annotated[
        str,
        env("S3_PUBLIC_ENDPOINT", "what clients reach it by, for presigned URLs; empty: the same"),
    ] = ""
    region: Annotated[str, env("AWS_REGION", "region that requests are signed for")] = "us-east-1"

    @property
    def download_origins(self) -> tuple[str, ...]:
        """Where presigned URLs may lead: one origin, but for AWS, which has several forms."""
        if endpoint := self.public_endpoint or self.endpoint:
            return (origin_of(endpoint),)
        regional = f"s3.{self.region}.amazonaws.com"
        hosts = (f"{self.bucket}.{regional}", f"{self.bucket}.s3.amazonaws.com", regional)
        return tuple(f"https://{host}" for host in hosts)


class RetrySettings(msgspec.Struct, frozen=True, kw_only=True):
    """When a job is tried again; the names are those of the old worker."""

    max_attempts: Annotated[
        int, env("BUILD_QUEUE_MAX_ATTEMPTS", "failures before a dead letter", ge=1, le=20)
    ] = 3
    processing_timeout_ms: Annotated[
        int,
        env("BUILD_QUEUE_PROCESSING_TIMEOUT_MS", "the longest one attempt may take, ms", ge=1_000),
    ] = 900_000
    base_delay_ms: Annotated[
        int, env("BUILD_QUEUE_RETRY_BASE_DELAY_MS", "the first delay; doubles each time, ms", ge=10)
    ] = 5_000


class LogSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How a process writes its own log."""

    level: Annotated[
        Literal["DEBUG", "INFO", "WARNING", "ERROR"],
        env("LOG_LEVEL", "the least level that is written"),
    ] = "INFO"
    format: Annotated[
        Literal["json", "console"], env("LOG_FORMAT", "json for machines, console for people")
    ] = "json"


class TracingSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Where spans go; all else is said by the SDK's own variables (``docs/tracing.md``)."""

    endpoint: Annotated[
        str,
        env("OTEL_EXPORTER_OTLP_ENDPOINT", "URL of a collector (OTLP over HTTP); empty: no traces"),
    ] = ""
    traces_endpoint: Annotated[
        str,
        env("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "the same with its path, for traces alone"),
    ] = ""
    protocol: Annotated[
        str, env("OTEL_EXPORTER_OTLP_PROTOCOL", "`http/protobuf`; nothing else is spoken")
    ] = "http/protobuf"
    exporter: Annotated[
        Literal["otlp", "none"],
        env("OTEL_TRACES_EXPORTER", "`none`: no traces, although a collector is named"),
    ] = "otlp"
    disabled: Annotated[
        bool, env("OTEL_SDK_DISABLED", "`true`: no traces, although a collector is named")
    ] = False

    @property
    def on(self) -> bool:
        """A collector is named, and nothing speaks against it."""
        named = self.endpoint or self.traces_endpoint
        return bool(named) and self.exporter != "none" and not self.disabled


class HttpSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What a process bears from those who connect to it."""

    max_connections: Annotated[
        int,
        env(
            "HTTP_MAX_CONNECTIONS",
            "connections at a time in one process, WebSockets not counted; 503 beyond",
            ge=1,
        ),
    ] = 1_000
    head_timeout_s: Annotated[
        float, env("HTTP_HEAD_TIMEOUT_S", "time for the head of a request, seconds; then 408", gt=0)
    ] = 10.0


class ServiceSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What every service can be told; each says by which variable it is told its address."""

    nats: NatsSettings
    logs: LogSettings
    http: HttpSettings = HttpSettings()
    tracing: TracingSettings = TracingSettings()
    bind: str  # host:port


Bind = r"^[^:\s]+:\d{1,5}$"


def load(cls: type[SettingsT], environ: Mapping[str, str] = os.environ) -> SettingsT:
    """Read every field from the environment; an empty variable counts as absent.

    Raises:
        ConfigurationError: The variable's name, its value (never a secret's), and what is allowed;
            or the names of all that must be set and are not.
    """
    missing = sorted(
        variable["env"]
        for _, variable in variables(cls)
        if variable["default"] is msgspec.NODEFAULT and _raw(variable, environ) is None
    )
    if missing:
        they = "is not set, and it must be" if len(missing) == 1 else "are not set and must be"
        raise ConfigurationError(f"{', '.join(missing)} {they}")
    return _load(cls, environ)


def names(cls: type[msgspec.Struct]) -> frozenset[str]:
    """All variables that a settings struct reads, aliases too."""
    return frozenset(
        name for _, found in variables(cls) for name in (found["env"], *found["aliases"])
    )


def variables(cls: type[msgspec.Struct]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each field's name with its variable: ``env``, ``aliases``, ``purpose``, ``default``."""
    fields = {f.name: f for f in msgspec.structs.fields(cls)}
    for name, hint in get_type_hints(cls, include_extras=True).items():
        if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
            yield from variables(hint)
        else:
            yield name, {**_meta(hint), "default": fields[name].default}


def origins(listed: str) -> frozenset[str]:
    """``EXPORT_CORS_ORIGINS`` as browsers write origins: no spaces around, no slash at the end."""
    return frozenset(one.strip().rstrip("/") for one in listed.split(",")) - {""}


def origin_of(url: str) -> str:
    """Scheme, host and port of a URL, as browsers write an origin."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def check_secret(secret: str, variable: str = "JWT_SECRET") -> str:
    """A secret fit to sign with.

    Raises:
        ConfigurationError: Shorter than 32 bytes, or a well-known default such as "change-me…".
    """
    guessable = len(set(secret)) < LEAST_SECRET_LETTERS or "change" in secret.lower()
    if len(secret.encode()) < LEAST_SECRET_BYTES or guessable:
        message = f"{variable} must be at least 32 random bytes: try `openssl rand -hex 32`"
        raise ConfigurationError(message)
    return secret


def retired(environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Each variable of the old worker that is set in vain, and what replaced it."""
    for name in sorted(environ.keys() - STILL_READ):
        prefix = next((prefix for prefix in RETIRED_PREFIXES if name.startswith(prefix)), "")
        if replacement := RETIRED.get(name) or RETIRED_PREFIXES.get(prefix):
            yield name, replacement


def _load(cls: type[SettingsT], environ: Mapping[str, str]) -> SettingsT:
    values: dict[str, Any] = {}
    for field, hint in get_type_hints(cls, include_extras=True).items():
        if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
            values[field] = _load(hint, environ)
            continue
        meta = _meta(hint)
        raw = _raw(meta, environ)
        if raw is None:
            continue
        try:
            values[field] = msgspec.convert(raw, hint, strict=False)
        except msgspec.ValidationError as error:
            shown = "(not shown)" if meta["secret"] else repr(raw)
            message = f"{meta['env']}={shown}: {error}. It is {meta['purpose']}."
            raise ConfigurationError(message) from error
    return cls(**values)


def _meta(hint: Any) -> dict[str, Any]:
    if get_origin(hint) is Annotated:
        for part in get_args(hint)[1:]:
            if isinstance(part, msgspec.Meta) and part.extra and "env" in part.extra:
                return {**part.extra, "purpose": part.description}
    message = f"a settings field without env(...): {hint!r}"
    raise TypeError(message)


def _raw(meta: dict[str, Any], environ: Mapping[str, str]) -> str | None:
    given = {name: environ[name] for name in (meta["env"], *meta["aliases"]) if environ.get(name)}
    if meta["secret"] and (file := environ.get(f"{meta['env']}_FILE")):
        variable = f"{meta['env']}_FILE"
        if secret := read_secret(variable, file, may_be_empty=meta["may_be_empty"]):
            given[variable] = secret
    if len(set(given.values())) > 1:
        shown = (f"{name}={value!r}" for name, value in given.items())
        told = " and ".join(given if meta["secret"] else shown)
        raise ConfigurationError(f"{told} are both set and differ; keep {meta['env']}")
    return next(iter(given.values()), None)
