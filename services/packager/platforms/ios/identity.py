"""An application's identity as Apple takes it: fewer letters, and numbers alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from services.packager.build.plan import Note
from shared.errors import PreflightError

if TYPE_CHECKING:
    from services.packager.application.app_identity import AppIdentity

MAX_VERSION: Final = 18  # letters of a version that App Store Connect takes


class BundleIdError(PreflightError):
    """Apple takes fewer letters than others."""

    code = "bundle-id-invalid"


class VersionTooLongError(PreflightError):
    """Apple takes shorter versions than others."""

    code = "version-invalid"


class IosIdentity(msgspec.Struct, frozen=True, kw_only=True):
    """One application's names and numbers."""

    title: str  # what people see
    command: str  # folder, project, target, scheme, program: lower-case ASCII letters, digits, -
    bundle_id: str
    version: str  # CFBundleShortVersionString: at most three numbers
    build: str  # CFBundleVersion, which every upload of a version has to raise

    @classmethod
    def of(cls, identity: AppIdentity) -> IosIdentity:
        """The identity of a project's application.

        Raises:
            BundleIdError: ``bundleId`` has a letter that Apple does not take.
            VersionTooLongError: ``appVersion`` has more letters than Apple takes.
        """
        if "_" in identity.bundle_id:
            message = f"bundleId {identity.bundle_id!r}: Apple takes letters, digits, - and ."
            raise BundleIdError(message)
        version = identity.short_version
        if len(version) > MAX_VERSION:
            message = f"appVersion {version!r}: Apple takes at most {MAX_VERSION} letters"
            raise VersionTooLongError(message)
        return cls(
            title=identity.title,
            command=identity.command,
            bundle_id=identity.bundle_id,
            version=version,
            build=version,
        )


def version_notes(identity: AppIdentity) -> tuple[Note, ...]:
    """What the maker should know where Apple's version is not the game's own."""
    if identity.short_version == identity.version:
        return ()
    message = (
        f"version {identity.version} is {identity.short_version} to Apple, who takes three numbers"
    )
    return (Note(level="info", message=message),)
