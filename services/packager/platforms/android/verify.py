"""A finished application is looked at as the system will."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from services.packager.build.integrity import SelfCheckError
from services.packager.platforms.android.manifest import read_from
from services.packager.platforms.android.xml_tree import ManifestError

if TYPE_CHECKING:
    from services.packager.platforms.android.manifest import AppManifest
    from services.packager.platforms.android.xml_tree import Element


def check_manifest(root: Element, wanted: AppManifest) -> None:
    """Check that a manifest, read back, says what it should.

    Alignment and signature are checked by the archive: :class:`archive.apk.ApkStream`.

    Raises:
        SelfCheckError: It says something else.
    """
    try:
        found = msgspec.to_builtins(read_from(root))
    except ManifestError as error:
        raise SelfCheckError(f"the manifest cannot be read back: {error}") from error
    for name, value in msgspec.to_builtins(wanted).items():
        if found[name] != value:
            raise SelfCheckError(f"the manifest says {name} {found[name]!r}, not {value!r}")
