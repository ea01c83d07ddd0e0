"""When the certificates of signing keys end, as far as they lie in files here."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

import structlog
from cryptography import x509
from cryptography.hazmat.primitives.serialization import pkcs12

from services.packager.signing.android import android_key, keystore
from services.packager.signing.android.keystore import open_keystore
from services.packager.signing.keys import ANDROID, PASSWORD, STORE, KeyBrokenError
from shared.metrics import signing as metrics

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from services.packager.signing.keys import SigningKey, SigningKeys

log = structlog.get_logger()

CERTIFICATE: Final = "certificate.pem"  # beside a program that signs: it is only looked at
FILES: Final = tuple(sorted({STORE, PASSWORD, CERTIFICATE, *keystore.FILES}))

Stamp = tuple[int, ...]


class Certificates:
    """Tells when each ends; those that have not changed are not read again."""

    def __init__(self, keys: SigningKeys) -> None:
        self._keys = keys
        self._read: dict[tuple[str, str], Stamp] = {}

    def look(self, names: Mapping[str, tuple[str, ...]]) -> None:
        """Read those of the keys that there are now, by platform; blocks, so in a thread."""
        there = {(platform, name) for platform, found in names.items() for name in found}
        for gone in self._read.keys() - there:
            del self._read[gone]
            _forget(*gone)
        for platform, name in there:
            with suppress(OSError):  # of a disk that is away
                key = self._keys.key(platform, name)
                stamp = _stamp(key)
                if self._read.get((platform, name)) != stamp:
                    self._tell(platform, name, key)
                    self._read[platform, name] = stamp

    def _tell(self, platform: str, name: str, key: SigningKey) -> None:
        _forget(platform, name)
        try:
            ends = ends_of(platform, key)
        except (ValueError, KeyBrokenError) as error:
            log.warning("signing.unreadable", platform=platform, key=name, error=repr(error))
            return
        if ends is not None:
            metrics.EXPIRES.labels(platform, name).set(ends.timestamp())


def ends_of(platform: str, key: SigningKey) -> datetime | None:
    """When a key's own certificate ends; None where it lies elsewhere.

    Raises:
        ValueError, KeyBrokenError: It cannot be read, or not with this password.
    """
    if platform == ANDROID:
        return android_key.ends_of(open_keystore(key).certificate)
    if store := key.file(STORE):
        secret = key.file(PASSWORD)
        password = secret.read_bytes().strip(b"\r\n") if secret else None
        _, own, _ = pkcs12.load_key_and_certificates(store.read_bytes(), password)
        return own.not_valid_after_utc if own else None
    if file := key.file(CERTIFICATE):
        return x509.load_pem_x509_certificate(file.read_bytes()).not_valid_after_utc
    return None


def _stamp(key: SigningKey) -> Stamp:
    return tuple(
        changed for name in FILES if (file := key.file(name)) for changed in _changes(file)
    )


def _changes(file: Path) -> tuple[int, int]:
    found = file.stat()
    return found.st_mtime_ns, found.st_size


def _forget(platform: str, name: str) -> None:
    metrics.EXPIRES.remove(platform, name)
