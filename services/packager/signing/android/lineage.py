"""A lineage proves that a key was made by the holder of the one before it, back to the first.

The file is what ``apksigner rotate --out`` writes; its nodes go into an APK as they are.

Source: ``SigningCertificateLineage`` and ``V3SigningCertificateLineage`` of AOSP's apksig; "Proof
of rotation" in the description of APK Signature Scheme v3.
"""

from __future__ import annotations

from typing import Final

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from services.packager.signing.android.framing import Frames, FramingError
from services.packager.signing.android.key_pair import (
    BY_ID,
    Algorithm,
    PublicKey,
    UnusableKeyError,
    public_key_of,
)

MAGIC: Final = 0x3EFF39D1
FILE_VERSION: Final = 1
NODES_VERSION: Final = 1
FEWEST_NODES: Final = 2  # an older key and a newer one
MOST_NODES: Final = 64


class Lineage(msgspec.Struct, frozen=True):
    """A chain of keys that has been verified."""

    certificates: tuple[bytes, ...]  # DER; the oldest first
    nodes: bytes  # as they go into an APK


def read_lineage(data: bytes) -> Lineage:
    """Read the file and verify each node by the key before it.

    Raises:
        UnusableKeyError: It is none, is damaged, or proves nothing.
    """
    try:
        file = Frames(data)
        if file.word() != MAGIC:
            raise UnusableKeyError("it is no lineage as `apksigner rotate --out` writes it")
        if (version := file.word()) != FILE_VERSION:
            raise UnusableKeyError(f"it is of version {version}; {FILE_VERSION} is known")
        nodes = file.framed()
        file.end()
        return Lineage(_certificates(nodes), nodes)
    except FramingError as error:
        raise UnusableKeyError(f"it is damaged: {error}") from error


def _certificates(nodes: bytes) -> tuple[bytes, ...]:
    frames = Frames(nodes)
    if (version := frames.word()) != NODES_VERSION:
        raise UnusableKeyError(f"its nodes are of version {version}; {NODES_VERSION} is known")
    found: list[bytes] = []
    signs_next = 0  # the algorithm that a node names for the one after it
    while frames.left:
        node = Frames(frames.framed())
        signed = node.framed()
        node.word()  # what the older key may still do: for Android to read
        named, signature = node.word(), node.framed()
        node.end()
        about = Frames(signed)
        certificate, algorithm = about.framed(), about.word()
        about.end()
        if found:
            if algorithm != signs_next:
                raise UnusableKeyError("its nodes do not agree on how they are signed")
            _verify(public_key_of(found[-1]), algorithm, signature, signed)
        if certificate in found or len(found) == MOST_NODES:
            raise UnusableKeyError("a certificate stands in it twice, or there are too many")
        found.append(certificate)
        signs_next = named
    if len(found) < FEWEST_NODES:
        raise UnusableKeyError("it leads from no key to another")
    return tuple(found)


def _verify(key: PublicKey, number: int, signature: bytes, signed: bytes) -> None:
    algorithm = BY_ID.get(number)
    if algorithm is None:
        raise UnusableKeyError(
            f"a node is signed with the algorithm {number:#06x}, which is unknown"
        )
    try:
        _check(key, algorithm, signature, signed)
    except InvalidSignature as error:
        raise UnusableKeyError("the signature of a node is not by the key before it") from error


def _check(key: PublicKey, algorithm: Algorithm, signature: bytes, signed: bytes) -> None:
    if isinstance(key, rsa.RSAPublicKey) and algorithm.family == "RSA":
        key.verify(signature, signed, padding.PKCS1v15(), algorithm.hash)
    elif isinstance(key, ec.EllipticCurvePublicKey) and algorithm.family == "EC":
        key.verify(signature, signed, ec.ECDSA(algorithm.hash))
    else:
        raise InvalidSignature
