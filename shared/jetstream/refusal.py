"""Why a NATS server does not let us in.

A client sends its CONNECT and a PING together. A server that refuses closes at once; where the PING
comes too late for it, its kernel resets the connection, and an event loop that notices the reset
first throws away what the server had said. So we ask again, in a thread, one step at a time:
a blocking socket gives out all that has arrived before it tells of a reset.
https://docs.nats.io/reference/reference-protocols/nats-protocol
"""

from __future__ import annotations

import socket
import ssl
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

import msgspec

from shared.jetstream.sign_in import PORT, WEB, addresses, proof, tls_context

if TYPE_CHECKING:
    from urllib.parse import ParseResult

    from shared.settings import NatsSettings

TIMEOUT_S: Final = 3.0  # for each step
LINE_BYTES: Final = 1 << 16
REFUSED: Final = {
    "authorization violation",
    "authentication timeout",
    "user authentication expired",
    "user authentication revoked",
    "account authentication expired",
}
# What TLS says (RFC 8446 section 6.2) where the certificate at fault is the client's.
OUR_CERTIFICATE: Final = ("CERTIFICATE_REQUIRED", "ALERT_BAD_CERT", "CERTIFICATE_EXP", "UNKNOWN_CA")


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
            why = _certificate(error, settings)
        except TimeoutError:
            why = "it says nothing, as no NATS server does: is the port right?"
        except OSError as error:
            why = str(error)
    return why and f"{where}: {why}"


def _converse(connection: socket.socket, url: ParseResult, settings: NatsSettings) -> str | None:
    greeting = _line(connection)
    if greeting.startswith("-ERR"):
        return _told(greeting, settings)
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
        **proof(settings, url, info.get("nonce", "")),
    }
    with suppress(ConnectionError, ssl.SSLEOFError):  # why it has hung up can still be read
        connection.sendall(b"CONNECT " + msgspec.json.encode(connect) + b"\r\n")
    while line := _line(connection):
        if line.startswith("+OK"):
            return None
        if line.startswith("-ERR"):
            return _told(line, settings)
    return "it hangs up without saying why"


def _told(line: str, settings: NatsSettings) -> str:
    """What the server says, and what that means for whoever has to put it right."""
    said = line.removeprefix("-ERR").strip().strip("'")
    if said.lower() not in REFUSED:
        return said
    if settings.creds_file or settings.nkey_seed_file:
        wrong = "NATS_CREDS_FILE" if settings.creds_file else "NATS_NKEY_SEED_FILE"
        return f"it does not accept the key of {wrong} ({said})"
    if any(url.username for url in addresses(settings)):
        wrong = "NATS_URL_FILE" if settings.url_file else "NATS_URL"
        return f"user or password are wrong in {wrong} ({said})"
    if settings.tls_cert_file:
        return f"it knows no user of the certificate of NATS_TLS_CERT_FILE ({said})"
    return f"it wants to know who we are: set user and password in NATS_URL ({said})"


def _certificate(error: ssl.SSLError, settings: NatsSettings) -> str:
    reason = error.reason or str(error)
    if not any(word in reason for word in OUR_CERTIFICATE):
        return f"no TLS connection comes about: {reason}"
    if settings.tls_cert_file:
        return f"it does not accept the certificate of NATS_TLS_CERT_FILE ({reason})"
    return f"it wants a certificate of ours: set NATS_TLS_CERT_FILE ({reason})"


def _line(connection: socket.socket) -> str:
    """One line, byte by byte: what follows it may have to be read through TLS."""
    line = bytearray()
    while not line.endswith(b"\n") and len(line) < LINE_BYTES:
        byte = connection.recv(1)
        if not byte:
            break
        line += byte
    return line.decode(errors="replace").rstrip("\r\n")
