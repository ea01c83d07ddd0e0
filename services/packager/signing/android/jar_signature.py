"""The signature of a JAR, as Google Play wants it of a bundle.

It is a PKCS #7 SignedData without signed attributes over the signature file, as apksigner writes it
for the oldest Android. The same file gives the same bytes, which ``cryptography``'s own builder
does not promise for EC keys.

Source: JAR File Specification, "Digital Signatures"; RFC 2315, clause 9.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from services.packager.signing.der import (
    CONTEXT,
    INTEGER,
    NULL,
    OBJECT,
    SET,
    children,
    sequence,
    written,
)

if TYPE_CHECKING:
    from services.packager.signing.android.key_pair import Family, KeyPair

BEGINS: Final = b"Signature-Version: 1.0\r\n"
SIGNED_DATA: Final = "2a864886f70d010702"  # 1.2.840.113549.1.7.2
DATA: Final = "2a864886f70d010701"  # 1.2.840.113549.1.7.1
SHA256: Final = "608648016503040201"  # 2.16.840.1.101.3.4.2.1
# The keys' own identifiers, as apksigner writes them: Android 4.3 knows no other for RSA.
KEY_OIDS: Final[dict[Family, str]] = {
    "RSA": "2a864886f70d010101",  # 1.2.840.113549.1.1.1
    "EC": "2a8648ce3d0201",  # 1.2.840.10045.2.1
}


def jar_signature(pair: KeyPair, signature_file: bytes) -> bytes:
    """What lies beside a ``.SF`` file, called ``.RSA`` or ``.EC``; DER."""
    digest = _algorithm(SHA256)
    signer = sequence(
        _number(1),
        sequence(*_issuer_and_serial(pair.certificate)),
        digest,
        _algorithm(KEY_OIDS[pair.family]),
        written(4, pair.sign(signature_file, hashes.SHA256())),
    )
    signed = sequence(
        _number(1),
        written(SET, digest),
        sequence(_oid(DATA)),
        written(CONTEXT, *sorted(pair.chain)),  # a set, which DER orders
        written(SET, signer),
    )
    return sequence(_oid(SIGNED_DATA), written(CONTEXT, signed))


def _issuer_and_serial(certificate: bytes) -> tuple[bytes, bytes]:
    """As they stand in the certificate, byte for byte: readers compare them so."""
    about = x509.load_der_x509_certificate(certificate).tbs_certificate_bytes
    fields = [field for field in children(about) if field.tag != CONTEXT]  # without the version
    serial, _, issuer, *_ = fields
    return issuer.whole, serial.whole


def _algorithm(oid: str) -> bytes:
    return sequence(_oid(oid), NULL)


def _oid(oid: str) -> bytes:
    return written(OBJECT, bytes.fromhex(oid))


def _number(number: int) -> bytes:
    return written(INTEGER, bytes((number,)))
