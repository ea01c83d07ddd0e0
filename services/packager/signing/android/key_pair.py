"""A private key with its certificates, and the one algorithm that it signs an APK with."""

from __future__ import annotations

from typing import Final, Literal

import msgspec
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from services.packager.signing.signed_by import DigestName

LEAST_RSA_BITS: Final = 2_048
MOST_RSA_BITS: Final = 16_384
STRONG_RSA_BITS: Final = 3_072  # beyond it, as beyond P-256, SHA-256 would be the weaker part
CURVES: Final = (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1)

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey
Family = Literal["RSA", "EC"]


class UnusableKeyError(ValueError):
    """A key, or a file that holds one, is none that Android's signatures can be made with."""


class Algorithm(msgspec.Struct, frozen=True):
    """A signature algorithm as APK Signature Schemes number it."""

    id: int
    family: Family
    digest: DigestName

    @property
    def hash(self) -> hashes.HashAlgorithm:
        """What it hashes with."""
        return hashes.SHA256() if self.digest == "sha256" else hashes.SHA512()


ALGORITHMS: Final = {
    (each.family, each.digest): each
    for each in (
        Algorithm(0x0103, "RSA", "sha256"),
        Algorithm(0x0104, "RSA", "sha512"),
        Algorithm(0x0201, "EC", "sha256"),
        Algorithm(0x0202, "EC", "sha512"),
    )
}
BY_ID: Final = {each.id: each for each in ALGORITHMS.values()}


class KeyPair(msgspec.Struct, frozen=True, kw_only=True):
    """A key that can sign."""

    private_key: PrivateKey
    chain: tuple[bytes, ...]  # certificates, DER: its own, then its issuers'

    @property
    def certificate(self) -> bytes:
        """Its own."""
        return self.chain[0]

    @property
    def family(self) -> Family:
        """The kind of key."""
        return "RSA" if isinstance(self.private_key, rsa.RSAPrivateKey) else "EC"

    @property
    def algorithm(self) -> Algorithm:
        """What apksigner chooses, too."""
        strong = STRONG_RSA_BITS if self.family == "RSA" else 256
        return ALGORITHMS[
            self.family, "sha256" if self.private_key.key_size <= strong else "sha512"
        ]

    @property
    def public_key(self) -> bytes:
        """SubjectPublicKeyInfo, DER."""
        return spki(self.private_key.public_key())

    def sign(self, data: bytes, algorithm: hashes.HashAlgorithm) -> bytes:
        """The signature; the same again for the same data (PKCS #1 v1.5, RFC 6979)."""
        if isinstance(self.private_key, rsa.RSAPrivateKey):
            return self.private_key.sign(data, padding.PKCS1v15(), algorithm)
        return self.private_key.sign(data, ec.ECDSA(algorithm, deterministic_signing=True))


def key_pair(private_key: object, chain: tuple[bytes, ...]) -> KeyPair:
    """A key that Android verifies, with the certificate that is its own.

    Raises:
        UnusableKeyError: It is of another kind or size, or the certificate is another key's.
    """
    if isinstance(private_key, rsa.RSAPrivateKey):
        if not LEAST_RSA_BITS <= private_key.key_size <= MOST_RSA_BITS:
            message = (
                f"it is an RSA key of {private_key.key_size} bits; "
                f"{LEAST_RSA_BITS} to {MOST_RSA_BITS} can be used"
            )
            raise UnusableKeyError(message)
    elif not isinstance(private_key, ec.EllipticCurvePrivateKey):
        raise UnusableKeyError("it is neither an RSA nor an EC key")
    elif not isinstance(private_key.curve, CURVES):
        message = f"its curve is {private_key.curve.name}; P-256, P-384 and P-521 can be used"
        raise UnusableKeyError(message)
    pair = KeyPair(private_key=private_key, chain=chain)
    if not chain or spki(public_key_of(chain[0])) != pair.public_key:
        raise UnusableKeyError("its certificate is another key's")
    return pair


def public_key_of(certificate: bytes) -> PublicKey:
    """The key that a certificate is for.

    Raises:
        UnusableKeyError: It cannot be read, or is for another kind of key.
    """
    try:
        key = x509.load_der_x509_certificate(certificate).public_key()
    except (ValueError, UnsupportedAlgorithm, x509.InvalidVersion) as error:
        raise UnusableKeyError(f"its certificate cannot be read: {error}") from error
    if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        raise UnusableKeyError("its certificate is for neither an RSA nor an EC key")
    return key


def spki(key: PublicKey) -> bytes:
    """SubjectPublicKeyInfo, DER."""
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
