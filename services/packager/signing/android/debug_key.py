"""A project's debug key is made here: it tells its exports from others', and nothing more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, Protocol, cast

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)
from cryptography.x509.oid import NameOID

from services.packager.signing.android.android_key import AndroidKey
from services.packager.signing.android.key_pair import key_pair
from services.packager.signing.keys import KeyBrokenError
from shared.stores.debug_keys import BUCKET, DebugKey

if TYPE_CHECKING:
    from collections.abc import Callable

    from services.packager.signing.android.key_pair import PrivateKey

BEGINS: Final = datetime(2026, 1, 1, tzinfo=UTC)  # of each: no clock of a packager shapes it
LIVES: Final = timedelta(days=30 * 365)


def new_debug_key(project_id: str) -> DebugKey:
    """A key and its certificate, as Android's own tools name theirs."""
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, "Android Debug"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Aethel"),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, project_id),
        ]
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(1)
        .not_valid_before(BEGINS)
        .not_valid_after(BEGINS + LIVES)
        .sign(private, hashes.SHA256(), ecdsa_deterministic=True)
    )
    return DebugKey(
        private_key=private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),
        certificate=certificate.public_bytes(Encoding.DER),
    )


def opened_debug_key(key: DebugKey) -> AndroidKey:
    """A kept key as exports are signed with it.

    Raises:
        ValueError: What was kept is none.
    """
    private = cast("PrivateKey", load_der_private_key(key.private_key, None))
    pair = key_pair(private, (key.certificate,))
    return AndroidKey(newest=pair, oldest=pair, is_debug=True)


class DebugKeySource(Protocol):
    """Keeps the debug keys of projects."""

    async def of(self, project_id: str, make: Callable[[str], DebugKey]) -> DebugKey:
        """The key of a project; of two that are made where there is none, the first counts."""
        ...


async def kept_debug_key(keys: DebugKeySource, project_id: str) -> AndroidKey:
    """The key of a project as exports are signed with it, made where there is none.

    Raises:
        KeyBrokenError: What was kept is none; and what to do.
        NatsUnavailableError: It cannot be had now.
    """
    try:
        return opened_debug_key(await keys.of(project_id, new_debug_key))
    except ValueError as error:  # of the entry, or of what it holds
        message = (
            f"the project's debug key cannot be read: {error}. Restore the stream KV_{BUCKET} of a "
            f"backup, or delete the entry, `nats kv del {BUCKET} {project_id}`: the next export "
            "makes a new key then, and players remove the old application before they install it"
        )
        raise KeyBrokenError(message) from error
