"""A key is opened before its export is built: what is wrong with it is told first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

import msgspec

from services.packager.signing.android.android_key import AndroidKey, open_android_key
from services.packager.signing.android.apk_signer import ApkSigner
from services.packager.signing.keys import ANDROID, SigningKey
from services.packager.signing.signed_by import SignedBy
from services.packager.signing.signer import KeySigner
from shared.domain.options import Platform

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.packager.archive.member import Member
    from services.packager.request import Request
    from services.packager.signing.keys import SigningKeys
    from services.packager.signing.tool import ToolBench

BUNDLE: Final = "aab"  # the format that Play takes, and signs anew


class Signing(Protocol):
    """Signs the files of one export."""

    @property
    def signed_by(self) -> SignedBy:
        """What may be known of the key."""
        ...

    def sign(self, files: Sequence[Member], *, title: str) -> list[Member]:
        """What comes of an application's files; blocks."""
        ...


class OpenedKey(Protocol):
    """A key that can be used."""

    @property
    def signed_by(self) -> SignedBy:
        """What may be known of it."""
        ...

    def signer(self, bench: ToolBench) -> Signing:
        """Who signs with it; tools work on the bench."""
        ...


class ToolKey(msgspec.Struct, frozen=True):
    """A key that only tools open."""

    platform: Platform
    key: SigningKey
    signed_by: SignedBy = KeySigner.signed_by

    def signer(self, bench: ToolBench) -> KeySigner:
        """Who signs with it."""
        return KeySigner(self.platform, self.key, bench)


class ApkKey(msgspec.Struct, frozen=True):
    """A key of Android's, and whether it signs a bundle."""

    key: AndroidKey
    is_bundle: bool

    @property
    def signed_by(self) -> SignedBy:
        """Its public side."""
        return self.key.signed_by

    def signer(self, bench: ToolBench) -> ApkSigner:
        """Who signs with it, once."""
        return ApkSigner(self.key, bench, is_bundle=self.is_bundle)


def open_key(keys: SigningKeys, request: Request) -> OpenedKey | None:
    """The operator's key of an export, opened; None for none.

    Raises:
        UnknownKeyError, SigningRequiredError: As
            :func:`shared.domain.signing_policy.key_for` says.
        KeyBrokenError: It is there, and cannot be used.
    """
    key = keys.choose(request)
    if key is None:
        return None
    if request.platform == ANDROID:
        return for_android(open_android_key(key), request)
    return ToolKey(request.platform, key)


def for_android(key: AndroidKey, request: Request) -> ApkKey:
    """A key of Android's as this export uses it."""
    if request.options.format == BUNDLE:
        return ApkKey(key.without_older(), is_bundle=True)
    return ApkKey(key, is_bundle=False)
