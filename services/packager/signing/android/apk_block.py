"""The APK Signing Block carries an APK's signatures, between its last file and its directory.

Whoever is older reads the part for it: Android 7 Scheme v2, Android 9 Scheme v3, Android 13 v3.1.
The block is not padded: its size matters only to fs-verity, which has other sums.

Source: "APK Signature Scheme v2", "v3" and "v3.1" of AOSP, and what its apksig writes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from services.packager.signing.android.android_key import ANDROID_13
from services.packager.signing.android.framing import framed, listed, word

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.packager.signing.android.android_key import AndroidKey
    from services.packager.signing.android.key_pair import KeyPair
    from services.packager.signing.signed_by import DigestName

MAGIC: Final = b"APK Sig Block 42"
V2: Final = 0x7109871A
V3: Final = 0xF05368C0
V3_1: Final = 0x1B93AD61
STRIPPING_PROTECTION: Final = 0xBEEFF00D  # v2: who knows v3 must find it as well
LINEAGE: Final = 0x3BA06F8C  # v3 and v3.1: the proof of rotation
ROTATES_AT: Final = 0x559F8B02  # v3: whoever is so new must find v3.1 as well
ANDROID_7: Final = 24  # the first that reads any of this
NEWEST: Final = 0x7FFFFFFF


def signing_block(key: AndroidKey, digests: Mapping[DigestName, bytes]) -> bytes:
    """The whole block over an APK's contents.

    Args:
        key: Of the application.
        digests: The top digests of the contents, by the hash of :attr:`SignedBy.digests`.
    """
    return _block(dict(_schemes(key, digests)))


def _schemes(key: AndroidKey, digests: Mapping[DigestName, bytes]) -> dict[int, bytes]:
    oldest, newest = key.oldest, key.newest
    v2 = _v2(oldest, digests)
    if key.lineage is None:
        return {V2: v2, V3: _v3(newest, digests, ANDROID_7, NEWEST)}
    lineage = word(LINEAGE) + key.lineage.nodes
    if key.rotation_min_sdk < ANDROID_13:  # v3.1 is not known there: all that know v3 rotate
        return {V2: v2, V3: _v3(newest, digests, ANDROID_7, NEWEST, lineage)}
    rotates = key.rotation_min_sdk
    announced = word(ROTATES_AT) + word(rotates)
    return {
        V2: v2,
        V3_1: _v3(newest, digests, rotates, NEWEST, lineage),
        V3: _v3(oldest, digests, ANDROID_7, rotates - 1, announced),
    }


def _v2(pair: KeyPair, digests: Mapping[DigestName, bytes]) -> bytes:
    protection = word(STRIPPING_PROTECTION) + word(3)
    signed = _contents(pair, digests) + listed(protection) + framed(b"")
    return listed(framed(signed) + _signature(pair, signed))


def _v3(
    pair: KeyPair, digests: Mapping[DigestName, bytes], first: int, last: int, *attributes: bytes
) -> bytes:
    between = word(first) + word(last)
    signed = _contents(pair, digests) + between + listed(*attributes)
    return listed(framed(signed) + between + _signature(pair, signed))


def _contents(pair: KeyPair, digests: Mapping[DigestName, bytes]) -> bytes:
    algorithm = pair.algorithm
    digest = word(algorithm.id) + framed(digests[algorithm.digest])
    return listed(digest) + listed(*pair.chain)


def _signature(pair: KeyPair, signed: bytes) -> bytes:
    algorithm = pair.algorithm
    signature = pair.sign(signed, algorithm.hash)
    return listed(word(algorithm.id) + framed(signature)) + framed(pair.public_key)


def _block(schemes: Mapping[int, bytes]) -> bytes:
    """Pairs of an id and bytes, between two notes of their size."""
    pairs = b"".join(
        (len(value) + 4).to_bytes(8, "little") + word(number) + value
        for number, value in schemes.items()
    )
    size = (len(pairs) + 8 + len(MAGIC)).to_bytes(8, "little")
    return size + pairs + size + MAGIC
