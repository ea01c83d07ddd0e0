"""Mutual TLS between SeaweedFS's own parts: of its doors only S3's opens without our certificate.

SeaweedFS listens on eight ports. Those of its master, volumes and filer, and the gRPC port of S3,
list, read and delete everything without asking who wants it. ``security.toml`` in the folder where
``weed`` is started tells it to ask for a certificate on each. All parts run in one process, so one
certificate does: each part shows it and trusts no other. Its key signs nothing else.
"""

from __future__ import annotations

import socket
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final

from cli.local.errors import StackError
from cli.local.private_files import private_folder, write_private

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

CERTIFICATE: Final = "certificate.pem"
KEY: Final = "key.pem"
SETTINGS: Final = "security.toml"
ADDRESS: Final = "127.0.0.1"  # by which the parts call each other: ``weed server -ip``
LIFETIME: Final = timedelta(days=3_650)
RENEWED_BEFORE: Final = timedelta(days=1_825)  # whoever makes the folder anew seldom has time
HANDSHAKE_S: Final = 30.0

_SERVERS: Final = "".join(
    f'[grpc.{part}]\ncert = "{CERTIFICATE}"\nkey = "{KEY}"\n'
    for part in ("master", "volume", "filer", "s3", "client")
) + "".join(
    f'[https.{part}]\ncert = "{CERTIFICATE}"\nkey = "{KEY}"\nca = "{CERTIFICATE}"\n'
    for part in ("master", "volume", "filer", "client")
)
SECURITY: Final = f"""\
# Read by weed in the folder where it is started; made by aethel-export.
[grpc]
ca = "{CERTIFICATE}"
{_SERVERS}enabled = true
[access]
ui = false
"""


def secure(folder: Path) -> None:
    """Fill a folder with ``security.toml``, a certificate and its key; renew them in time."""
    private_folder(folder)
    write_private(folder / SETTINGS, SECURITY.encode())
    if not _is_fresh(folder):
        _renew(folder)


def client_context(folder: Path) -> ssl.SSLContext:
    """Who SeaweedFS's parts are to each other: shows the folder's certificate, trusts no other."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(folder / CERTIFICATE)
    context.load_cert_chain(folder / CERTIFICATE, folder / KEY)
    return context


def check_closed(folder: Path, ports: Iterable[int]) -> None:
    """See that each port speaks TLS with the folder's certificate.

    A ``weed`` that cannot read its settings warns, and serves everything to everybody.

    Raises:
        StackError: One does not.
    """
    context = client_context(folder)
    for port in ports:
        try:
            with (
                socket.create_connection((ADDRESS, port), timeout=HANDSHAKE_S) as connection,
                context.wrap_socket(connection, server_hostname=ADDRESS),
            ):
                pass
        except OSError as error:
            raise StackError(
                f"weed serves port {port} without its certificate ({error}): it would open every "
                f"object to everybody; see whether it could read {folder / SETTINGS}"
            ) from error


def _is_fresh(folder: Path) -> bool:
    """Whether certificate and key belong together and will do for a long time."""
    try:
        (certificate,) = client_context(folder).get_ca_certs()
    except (OSError, ValueError):  # missing or damaged; ssl's own errors are of both kinds
        return False
    ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), UTC)
    return ends - datetime.now(UTC) > RENEWED_BEFORE


def _renew(folder: Path) -> None:
    # Imported when needed: it takes a quarter of a second, and a certificate lasts for years.
    from cryptography import x509  # noqa: PLC0415
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415
        Encoding,
        NoEncryption,
        PrivateFormat,
    )
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID  # noqa: PLC0415

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "storage")])
    today = datetime.now(UTC)
    roles = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))  # clocks differ
        .not_valid_after(today + LIFETIME)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.ExtendedKeyUsage(roles), critical=False)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address(ADDRESS))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    write_private(folder / KEY, private)
    write_private(folder / CERTIFICATE, certificate.public_bytes(Encoding.PEM))
