"""How an installation signs in to NATS and to the storage, and how long it still can."""

from __future__ import annotations

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

import jwt
from cryptography import x509

from cli.findings import Doubt
from services.gateway.settings import GatewaySettings
from services.packager.settings import PackagerSettings
from services.status.settings import StatusSettings
from services.uploader.settings import UploaderSettings
from shared.errors import ConfigurationError
from shared.jetstream.sign_in import addresses, credentials, tls_context
from shared.secret_files import read_secret
from shared.settings import NatsSettings, S3Settings, load, variables
from shared.storage.key_files import check_pair

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SOON: Final = timedelta(days=14)
KEYS: Final = {"NATS_CREDS_FILE", "NATS_NKEY_SEED_FILE", "NATS_TLS_KEY_FILE"}
TOKEN: Final = "AWS_WEB_IDENTITY_TOKEN_FILE"  # noqa: S105 - a variable's name
SERVICES: Final = (GatewaySettings, PackagerSettings, StatusSettings, UploaderSettings)


async def nats_sign_in(environ: Mapping[str, str]) -> str:
    """The ways that are set, each with its file.

    Raises:
        ConfigurationError: A file cannot be used, or its time is over.
        Doubt: Its time is over soon, or nobody signs in.
    """
    settings = load(NatsSettings, environ)
    ways = []
    if settings.tls_cert_file:
        tls_context(settings)
        until = _certificate_until(settings.tls_cert_file)
        _check_time("NATS_TLS_CERT_FILE", settings.tls_cert_file, until)
        ways.append(f"certificate of NATS_TLS_CERT_FILE={settings.tls_cert_file} until {until:%F}")
    if file := settings.creds_file:
        ways.append(f"credentials of NATS_CREDS_FILE={file}{_credentials_until(file)}")
    elif file := settings.nkey_seed_file:
        ways.append(f"NKey of NATS_NKEY_SEED_FILE={file}")
    elif any(url.username for url in addresses(settings)):
        from_file = f"NATS_URL_FILE={settings.url_file}" if settings.url_file else "NATS_URL"
        ways.append(f"user and password of {from_file}")
    if not ways:
        raise Doubt("as nobody: NATS_URL names no user, and no other way is set")
    return ", ".join(ways)


async def storage_sign_in(environ: Mapping[str, str]) -> str:
    """Where the keys come from.

    Raises:
        ConfigurationError: A token cannot be read, or its time is over; half a pair of keys.
    """
    settings = load(S3Settings, environ)
    check_pair(settings)
    if settings.access_key_id:
        pair = {
            "AWS_ACCESS_KEY_ID": settings.access_key_id_file,
            "AWS_SECRET_ACCESS_KEY": settings.secret_access_key_file,
        }
        named = (f"{name}_FILE={file}" if file else name for name, file in pair.items())
        restart = "" if any(pair.values()) else ": changed by a restart"
        return f"keys of {' and '.join(named)}{restart}"
    if file := environ.get(TOKEN):
        until = _token_until(TOKEN, file, read_secret(TOKEN, file))
        if until and until < datetime.now(UTC):
            raise ConfigurationError(f"{TOKEN}={file} has expired on {until:%F %T} UTC")
        return f"web identity of {TOKEN}={file} as {environ.get('AWS_ROLE_ARN', 'no role')}"
    return "what the SDK finds by itself: a profile, or the role of this machine"


async def secret_files(environ: Mapping[str, str]) -> str:
    """How many there are.

    Raises:
        Doubt: Some cannot be read, or everybody can.
    """
    found = [(name, Path(environ[name])) for name in sorted(_file_variables()) if environ.get(name)]
    doubts = [
        f"{name}={path} {doubt}" for name, path in found if (doubt := _doubt(path)) is not None
    ]
    if doubts:
        raise Doubt("; ".join(doubts))
    return f"{len(found)}, each for its owner alone" if found else "none"


def _file_variables() -> Iterator[str]:
    """Those that name a file with a secret in it."""
    secrets = {found["env"] for cls in SERVICES for _, found in variables(cls) if found["secret"]}
    yield from KEYS | {TOKEN} | {f"{name}_FILE" for name in secrets}


def _doubt(path: Path) -> str | None:
    try:
        path.open("rb").close()
        ways = [path, *path.resolve().parents]
        if all(each.stat().st_mode & stat.S_IXOTH for each in ways[1:]) and (
            path.stat().st_mode & stat.S_IROTH
        ):
            return "can be read by every user of this machine: chmod o-r"
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    return None


def _certificate_until(file: str) -> datetime:
    """When the first of a file's certificates ends."""
    chain = x509.load_pem_x509_certificates(Path(file).read_bytes())
    return min(certificate.not_valid_after_utc for certificate in chain)


def _credentials_until(file: str) -> str:
    name = "NATS_CREDS_FILE"
    try:
        token, _ = credentials(file)
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{name}={file!r} cannot be used: {error!r}") from error
    until = _token_until(name, file, token)
    if until is None:
        return ""
    _check_time(name, file, until)
    return f" until {until:%F}"


def _token_until(name: str, file: str, token: str) -> datetime | None:
    """When a JWT ends, if ever; whoever it is shown to checks its signature."""
    try:
        ends = jwt.decode(token, options={"verify_signature": False}).get("exp")
    except jwt.InvalidTokenError as error:
        raise ConfigurationError(f"{name}={file!r} holds no JWT: {error}") from error
    return None if ends is None else datetime.fromtimestamp(ends, UTC)


def _check_time(name: str, file: str, until: datetime) -> None:
    now = datetime.now(UTC)
    if until < now:
        raise ConfigurationError(f"{name}={file} has expired on {until:%F %T} UTC: replace it")
    if until < now + SOON:
        raise Doubt(f"{name}={file} expires on {until:%F %T} UTC: replace it before")
