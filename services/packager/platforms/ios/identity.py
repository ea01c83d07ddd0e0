"""An application's identity as Apple takes it: fewer letters, and numbers alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from services.packager.build.plan import Note
from shared.domain import ios_rules
from shared.errors import PreflightError

if TYPE_CHECKING:
    from services.packager.application.app_identity import AppIdentity


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
        if objection := ios_rules.id_objection(identity.bundle_id):
            raise BundleIdError(f"bundleId {objection}")
        if objection := ios_rules.version_objection(identity.version):
            raise VersionTooLongError(f"appVersion {objection}")
        version = ios_rules.short_version(identity.version)
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
