"""Signing keys belong to operators: makers name them, and never see more than the name.

``<folder>/<platform>/<key>/`` is one key; what lies in it is for the platform to say
(``docs/desktop.md``, ``docs/phones.md``).
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from shared.domain.platforms import PLATFORMS
from shared.domain.signing_policy import key_for
from shared.errors import ExportError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from services.packager.request import Request

ANDROID: Final = "android"  # the platform whose keys the packager opens itself
HOOK: Final = "sign"  # an operator's own program; it gets the path of what it shall sign
BUILD: Final = "build"  # the one that builds and signs for iOS, on a Mac
STORE: Final = "certificate.p12"  # a certificate with its private key
PASSWORD: Final = "password"  # noqa: S105 - a file's name


class KeyBrokenError(ExportError):
    """A key lacks a part, or its program has not done its work: for operators to mend."""

    code = "signing-key-broken"
    title = "A signing key cannot be used"


class SigningKey(msgspec.Struct, frozen=True):
    """One key of one platform."""

    name: str
    folder: Path

    def file(self, name: str) -> Path | None:
        """One of its files, if it is there."""
        path = self.folder / name
        return path if path.is_file() else None

    def require(self, name: str) -> Path:
        """One of its files.

        Raises:
            KeyBrokenError: It is not there.
        """
        path = self.file(name)
        if path is None:
            raise KeyBrokenError(f"the signing key {self.name!r} has no file {name!r}")
        return path


class SigningKeys(msgspec.Struct, frozen=True):
    """All keys; the folder is looked at anew for every export, so that keys can be renewed."""

    folder: Path | None = None  # None: nothing is signed
    timeout_s: float = 600.0  # of each program that signs or notarises

    def names(self, platform: str) -> tuple[str, ...]:
        """Keys of a platform, sorted."""
        if self.folder is None or not (self.folder / platform).is_dir():
            return ()
        # A mounted Kubernetes secret has hidden folders beside those that are meant.
        found = (path for path in (self.folder / platform).iterdir() if path.is_dir())
        return tuple(sorted(path.name for path in found if not path.name.startswith(".")))

    def by_platform(self, platforms: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """Names of the keys of those platforms that have any; what cannot be read is left out."""
        found: dict[str, tuple[str, ...]] = {}
        for platform in platforms:
            with suppress(OSError):  # of a disk that is away: no reason to stop working
                found[platform] = self.names(platform)
        return {platform: names for platform, names in found.items() if names}

    def choose(self, request: Request) -> SigningKey | None:
        """The key of an export; None signs nothing.

        Raises:
            UnknownKeyError, SigningRequiredError: As
                :func:`shared.domain.signing_policy.key_for` says.
        """
        platform = request.platform
        names = self.names(platform)
        name = key_for(PLATFORMS[platform], request.configuration, request.options, names)
        return self.key(platform, name) if name else None

    def key(self, platform: str, name: str) -> SigningKey:
        """One of those that :meth:`names` lists."""
        return SigningKey(name, Path(self.folder or "", platform, name).resolve())


NO_KEYS: Final = SigningKeys()
