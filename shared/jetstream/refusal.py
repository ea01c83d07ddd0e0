"""Why a NATS server does not let us in.

A client sends its CONNECT and a PING together. A server that refuses closes at once; where the PING
comes too late for it, its kernel resets the connection, and an event loop that notices the reset
first throws away what the server had said. So we ask again, in a thread, one step at a time:
a blocking socket gives out all that has arrived before it tells of a reset.
https://docs.nats.io/reference/reference-protocols/nats-protocol
"""

from __future__ import annotations

import base64
import re
import socket
import ssl
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import ParseResult, unquote, urlparse

import msgspec
import nkeys

from shared.errors import ConfigurationError

if TYPE_CHECKING:
    from shared.settings import NatsSettings

TIMEOUT_S: Final = 3.0  # for each step
LINE_BYTES: Final = 1 << 16
PORT: Final = 4222
PLAIN: Final = {"nats", "tls"}
WEB: Final = {"ws", "wss"}
CREDENTIALS: Final = re.compile(r"^-+BEGIN [^\n]*-+\n(\S+)\n-+END", re.MULTILINE)
REFUSED: Final = {
    "authorization violation",
    "authentication timeout",
    "user authentication expired",
}


def addresses(settings: NatsSettings) -> list[ParseResult]:
    """The servers of ``NATS_URL``.

    Raises:
        ConfigurationError: One is no address; the message shows no password.
    """
    found = [
        urlparse(url if "://" in url else f"nats://{url}")
        for url in (part.strip() for part in settings.url.split(","))
    ]
    schemes = {url.scheme for url in found}
    try:
        named = all(url.hostname and url.port != 0 for url in found)
    except ValueError:  # no number, or one that is too large
        named = False
    if not named or not (schemes <= PLAIN or schemes <= WEB):
        raise ConfigurationError(
            "NATS_URL is not a list of servers: nats://[user:password@]host:port, … "
            "(or tls://, or all of them ws:// and wss://)"
        )
    return found


def tls_context(settings: NatsSettings) -> ssl.SSLContext:
    """What certificates are checked with.

    Raises:
        ConfigurationError: ``NATS_TLS_CA_FILE`` cannot be read.
    """
    try:
        return ssl.create_default_context(cafile=settings.tls_ca_file or None)
    except OSError as error:  # ssl.SSLError is one
        message = f"NATS_TLS_CA_FILE={settings.tls_ca_file!r} holds no certificate: {error}"
        raise ConfigurationError(message) from error


def signed(settings: NatsSettings, nonce: str) -> dict[str, str]:
    """The part of a CONNECT that proves who we are by a key; empty where none is set.

    Raises:
        ConfigurationError: ``NATS_CREDS_FILE`` or ``NATS_NKEY_SEED_FILE`` is missing or damaged.
    """
    name, path = "NATS_CREDS_FILE", settings.creds_file
    if not path:
        name, path = "NATS_NKEY_SEED_FILE", settings.nkey_seed_file
    if not path:
        return {}
    try:
        text = Path(path).read_text(encoding="ascii").replace("\r", "")
        token, seed = CREDENTIALS.findall(text) if settings.creds_file else ("", text.strip())
        pair = nkeys.from_seed(bytearray(seed.encode()))
        signature = base64.b64encode(pair.sign(nonce.encode())).decode()
        key = {"jwt": token} if token else {"nkey": pair.public_key.decode()}
    except (OSError, ValueError, nkeys.NkeysError) as error:
        raise ConfigurationError(f"{name}={path!r} cannot be used: {error!r}") from error
    return {**key, "sig": signature}


def refusal(url: ParseResult, settings: NatsSettings) -> str | None:
    """Why one server does not let us in, or None where it does, or cannot be asked like this."""
    if url.scheme in WEB:
        return None
    where = f"{url.hostname}:{url.port or PORT}"
    try:
        connection = socket.create_connection((url.hostname, url.port or PORT), TIMEOUT_S)
    except OSError as error:
        return f"{where}: {error}"
    with connection:
        try:
            why = _converse(connection, url, settings)
        except ssl.SSLCertVerificationError as error:
            why = f"its certificate is not trusted ({error.verify_message}): see NATS_TLS_CA_FILE"
        except ssl.SSLError as error:
            why = f"no TLS connection comes about: {error.reason or error}"
        except TimeoutError:
            why = "it says nothing, as no NATS server does: is the port right?"
        except OSError as error:
            why = str(error)
    return why and f"{where}: {why}"


def _converse(connection: socket.socket, url: ParseResult, settings: NatsSettings) -> str | None:
    greeting = _line(connection)
    if greeting.startswith("-ERR"):
        return _told(greeting, url, settings)
    if not greeting.startswith("INFO "):
        return f"it is no NATS server: it says {greeting[:40]!r}" if greeting else "it hangs up"
    info: dict[str, Any] = msgspec.json.decode(greeting[5:])
    if info.get("tls_required"):
        with tls_context(settings).wrap_socket(
            connection, server_hostname=url.hostname
        ) as encrypted:
            return _sign_in(encrypted, info, url, settings)
    return _sign_in(connection, info, url, settings)


def _sign_in(
    connection: socket.socket, info: dict[str, Any], url: ParseResult, settings: NatsSettings
) -> str | None:
    """Send nothing but a CONNECT that wants an answer."""
    connect = {
        "verbose": True,
        "pedantic": False,
        "lang": "python3",
        "version": "",
        "protocol": 1,
        **_password(url),
        **signed(settings, info.get("nonce", "")),
    }
    with suppress(ConnectionError):  # why it has hung up can still be read
        connection.sendall(b"CONNECT " + msgspec.json.encode(connect) + b"\r\n")
    while line := _line(connection):
        if line.startswith("+OK"):
            return None
        if line.startswith("-ERR"):
            return _told(line, url, settings)
    return "it hangs up without saying why"


def _password(url: ParseResult) -> dict[str, str]:
    if url.password is not None:
        return {"user": unquote(url.username or ""), "pass": unquote(url.password)}
    return {"auth_token": unquote(url.username)} if url.username else {}


def _told(line: str, url: ParseResult, settings: NatsSettings) -> str:
    """What the server says, and what that means for whoever has to put it right."""
    said = line.removeprefix("-ERR").strip().strip("'")
    if said.lower() not in REFUSED:
        return said
    if settings.creds_file or settings.nkey_seed_file:
        wrong = "NATS_CREDS_FILE" if settings.creds_file else "NATS_NKEY_SEED_FILE"
        return f"it does not accept the key of {wrong} ({said})"
    if url.username is None:
        return f"it wants to know who we are: set user and password in NATS_URL ({said})"
    return f"user or password are wrong in NATS_URL ({said})"


def _line(connection: socket.socket) -> str:
    """One line, byte by byte: what follows it may have to be read through TLS."""
    line = bytearray()
    while not line.endswith(b"\n") and len(line) < LINE_BYTES:
        byte = connection.recv(1)
        if not byte:
            break
        line += byte
    return line.decode(errors="replace").rstrip("\r\n")
