"""How we prove to a NATS server who we are.

Everything that lies in a file is read from it at each call, so that a password, a key or a
certificate is changed by replacing its file.
"""

from __future__ import annotations

import base64
import re
import ssl
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import ParseResult, unquote, urlparse

import nkeys

from shared.errors import ConfigurationError
from shared.secret_files import read_secret

if TYPE_CHECKING:
    from shared.settings import NatsSettings

PORT: Final = 4222
PLAIN: Final = {"nats", "tls"}
WEB: Final = {"ws", "wss"}
CREDENTIALS: Final = re.compile(r"^-+BEGIN [^\n]*-+\n(\S+)\n-+END", re.MULTILINE)


def addresses(settings: NatsSettings) -> list[ParseResult]:
    """The servers of ``NATS_URL``, with user and password where they name them.

    Raises:
        ConfigurationError: One is no address, or the file cannot be read; the message shows no
            password.
    """
    name, listed = "NATS_URL", settings.url
    if settings.url_file:
        name, listed = "NATS_URL_FILE", read_secret("NATS_URL_FILE", settings.url_file)
    found = [
        urlparse(url if "://" in url else f"nats://{url}")
        for url in (part.strip() for part in listed.split(","))
    ]
    schemes = {url.scheme for url in found}
    try:
        named = all(url.hostname and url.port != 0 for url in found)
    except ValueError:  # no number, or one that is too large
        named = False
    if not named or not (schemes <= PLAIN or schemes <= WEB):
        raise ConfigurationError(
            f"{name} is not a list of servers: nats://[user:password@]host:port, … "
            "(or tls://, or all of them ws:// and wss://)"
        )
    return found


def tls_context(settings: NatsSettings) -> ssl.SSLContext:
    """What the servers' certificates are checked with, and the certificate that is ours.

    Raises:
        ConfigurationError: ``NATS_TLS_CA_FILE``, ``NATS_TLS_CERT_FILE`` or ``NATS_TLS_KEY_FILE``
            cannot be used.
    """
    try:
        context = ssl.create_default_context(cafile=settings.tls_ca_file or None)
    except OSError as error:  # ssl.SSLError is one
        message = f"NATS_TLS_CA_FILE={settings.tls_ca_file!r} holds no certificate: {error}"
        raise ConfigurationError(message) from error
    certificate, key = settings.tls_cert_file, settings.tls_key_file
    if key and not certificate:
        raise ConfigurationError("NATS_TLS_KEY_FILE is set, and NATS_TLS_CERT_FILE is not")
    try:
        if certificate:
            # Where a passphrase is wanted, none is given; OpenSSL would ask at the terminal.
            context.load_cert_chain(certificate, key or None, password=lambda: "none")
    except OSError as error:
        named = f"NATS_TLS_CERT_FILE={certificate!r} and NATS_TLS_KEY_FILE={key!r}"
        message = f"{named} are no certificate with its key, without a passphrase: {error}"
        raise ConfigurationError(message) from error
    return context


def proof(settings: NatsSettings, url: ParseResult, nonce: str) -> dict[str, str]:
    """The part of a CONNECT to one server that says who we are; empty where nothing is set.

    A server that others told us of has the user of the first in ``NATS_URL``.

    Raises:
        ConfigurationError: ``NATS_CREDS_FILE``, ``NATS_NKEY_SEED_FILE`` or ``NATS_URL_FILE`` is
            missing or damaged.
    """
    if settings.creds_file or settings.nkey_seed_file:
        return _signed(settings, nonce)
    listed = addresses(settings)
    same = (one for one in listed if _place(one) == _place(url))
    login = next((one for one in (*same, *listed) if one.username), None)
    if login is None:
        return {}
    user = unquote(login.username or "")
    if login.password is None:
        return {"auth_token": user}
    return {"user": user, "pass": unquote(login.password)}


def credentials(file: str) -> tuple[str, str]:
    """The JWT and the seed of a credentials file.

    Raises:
        OSError, ValueError: It cannot be read, or is none.

    Source:
        https://docs.nats.io/using-nats/developer/connecting/creds
    """
    text = Path(file).read_text(encoding="ascii").replace("\r", "")
    token, seed = CREDENTIALS.findall(text)
    return token, seed


def _place(url: ParseResult) -> tuple[str | None, int]:
    return url.hostname, url.port or PORT


def _signed(settings: NatsSettings, nonce: str) -> dict[str, str]:
    name, path = "NATS_CREDS_FILE", settings.creds_file
    if not path:
        name, path = "NATS_NKEY_SEED_FILE", settings.nkey_seed_file
    try:
        if settings.creds_file:
            token, seed = credentials(path)
        else:
            token, seed = "", Path(path).read_text(encoding="ascii").strip()
        pair = nkeys.from_seed(bytearray(seed.encode()))
        signature = base64.b64encode(pair.sign(nonce.encode())).decode()
        key = {"jwt": token} if token else {"nkey": pair.public_key.decode()}
    except (OSError, ValueError, nkeys.NkeysError) as error:
        raise ConfigurationError(f"{name}={path!r} cannot be used: {error!r}") from error
    return {**key, "sig": signature}
