"""What anybody may know of the key that signs an export; the key itself stays where it is."""

from __future__ import annotations

from typing import Literal

import msgspec

DigestName = Literal["sha256", "sha512"]


class SignedBy(msgspec.Struct, frozen=True, kw_only=True):
    """The public side of a key, known before anything is signed."""

    certificates: tuple[bytes, ...] = ()  # X.509, DER, the newest first; none where a tool signs
    is_debug: bool = False  # the project's own: stores refuse it
    digests: tuple[DigestName, ...] = ()  # that an APK's contents have to be hashed with
    identity: str = ""  # a hash of all that shapes a signature; "" where two are never the same
    warnings: tuple[str, ...] = ()  # for the maker
