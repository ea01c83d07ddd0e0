"""The key of an Android application: the newest, and the older ones that it has followed."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import msgspec
from cryptography import x509

from services.packager.signing.android.key_pair import KeyPair, UnusableKeyError
from services.packager.signing.android.keystore import open_keystore
from services.packager.signing.android.lineage import Lineage, read_lineage
from services.packager.signing.keys import KeyBrokenError, SigningKey
from services.packager.signing.signed_by import SignedBy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OLDER: Final = "older"  # a folder with the files of the key before
LINEAGE: Final = "lineage"
ROTATION_MIN_SDK: Final = "rotation-min-sdk"
MOST_OLDER: Final = 16
MOST_LINEAGE_BYTES: Final = 1 << 20
ANDROID_13: Final = 33  # the first that reads signatures for newer systems alone
HIGHEST_SDK: Final = 9_999  # development builds count from 10,000 on
ANDROID_9: Final = 28  # the first that knows of older keys
# Google Play takes no certificate that ends before 22 October 2033.
PLAY_WANTS: Final = datetime(2033, 10, 22, tzinfo=UTC)
SCHEME: Final = 1  # raise it with every change that changes the bytes of a signature


class AndroidKey(msgspec.Struct, frozen=True, kw_only=True):
    """All that signs one application."""

    newest: KeyPair
    oldest: KeyPair  # the same, where there was no other
    lineage: Lineage | None = None
    rotation_min_sdk: int = ANDROID_13  # from there on the newest key counts
    is_debug: bool = False

    @property
    def signed_by(self) -> SignedBy:
        """Its public side."""
        pairs = (self.newest,) if self.lineage is None else (self.newest, self.oldest)
        certificates = tuple(pair.certificate for pair in pairs)
        return SignedBy(
            certificates=certificates,
            is_debug=self.is_debug,
            digests=tuple(sorted({pair.algorithm.digest for pair in pairs})),
            identity=self._identity(pairs),
            warnings=() if self.is_debug else tuple(_warnings(certificates[0])),
        )

    def without_older(self) -> AndroidKey:
        """The newest key alone: Play, which signs anew, knows no older one of a maker's."""
        return msgspec.structs.replace(self, oldest=self.newest, lineage=None)

    def _identity(self, pairs: tuple[KeyPair, ...]) -> str:
        shaping = [
            SCHEME,
            [pair.chain for pair in pairs],
            self.lineage.nodes if self.lineage else None,
            self.rotation_min_sdk,
        ]
        return hashlib.sha256(msgspec.msgpack.encode(shaping)).hexdigest()


def open_android_key(key: SigningKey) -> AndroidKey:
    """The keys in an operator's folder.

    Raises:
        KeyBrokenError: One does not open, or they do not belong together; and what to do.
    """
    newest = open_keystore(key)
    file = key.file(LINEAGE)
    older = key.folder / OLDER
    if file is None:
        if older.is_dir():
            raise _broken(key, f"it has {OLDER}/ and no {LINEAGE}, which proves that they belong")
        return AndroidKey(newest=newest, oldest=newest)
    lineage = _lineage(key, file)
    if lineage.certificates[-1] != newest.certificate:
        raise _broken(key, f"the {LINEAGE} does not end with the certificate of its key")
    found = _oldest(key, lineage)
    return AndroidKey(
        newest=newest, oldest=found, lineage=lineage, rotation_min_sdk=_rotation_min_sdk(key)
    )


def _lineage(key: SigningKey, file: Path) -> Lineage:
    if file.stat().st_size > MOST_LINEAGE_BYTES:
        raise _broken(key, f"{LINEAGE}: it is too large for one")
    try:
        return read_lineage(file.read_bytes())
    except UnusableKeyError as error:
        raise _broken(key, f"{LINEAGE}: {error}") from error


def _oldest(key: SigningKey, lineage: Lineage) -> KeyPair:
    """The first key; it signs for those systems that know of no other."""
    for pair in _older(key):
        if pair.certificate == lineage.certificates[0]:
            return pair
        if pair.certificate not in lineage.certificates:
            raise _broken(key, f"a key in {OLDER}/ does not stand in the {LINEAGE}")
    raise _broken(
        key, f"the first key of the {LINEAGE} is missing; put it into the folder {OLDER}/"
    )


def _older(key: SigningKey) -> Iterator[KeyPair]:
    folder = key.folder
    for _ in range(MOST_OLDER):
        folder /= OLDER
        if not folder.is_dir():
            return
        yield open_keystore(SigningKey(f"{key.name}/{folder.relative_to(key.folder)}", folder))


def _rotation_min_sdk(key: SigningKey) -> int:
    file = key.file(ROTATION_MIN_SDK)
    if file is None:
        return ANDROID_13
    text = file.read_text(errors="replace").strip()
    level = int(text[:9]) if text.isascii() and text.isdigit() else 0
    # Between them scheme v3 alone is known, which cannot rotate for a part of its systems.
    if level != ANDROID_9 and not ANDROID_13 <= level <= HIGHEST_SDK:
        why = f"{text[:20]!r} is neither {ANDROID_9} nor an API level from {ANDROID_13} on"
        raise _broken(key, f"{ROTATION_MIN_SDK}: {why}")
    return level


def _broken(key: SigningKey, why: str) -> KeyBrokenError:
    return KeyBrokenError(f"the signing key {key.name!r}: {why}")


def ends_of(certificate: bytes) -> datetime:
    """When a certificate ends.

    Raises:
        ValueError: It cannot be read.
    """
    return x509.load_der_x509_certificate(certificate).not_valid_after_utc


def _warnings(certificate: bytes) -> Iterator[str]:
    ends = ends_of(certificate)
    if ends <= datetime.now(UTC):
        yield f"the certificate of the signing key has ended on {ends:%d %B %Y}"
    elif ends < PLAY_WANTS:
        yield (
            f"the certificate of the signing key ends on {ends:%d %B %Y}; Google Play takes none "
            f"that ends before {PLAY_WANTS:%d %B %Y}"
        )
