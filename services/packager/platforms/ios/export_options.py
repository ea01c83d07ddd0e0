"""Export options tell ``xcodebuild -exportArchive`` for whom an application is signed.

Source: ``xcodebuild -help``, in the words of Xcode 15.3 and later.
"""

from __future__ import annotations

import plistlib
from typing import TYPE_CHECKING, Any, Final

from services.packager.platforms.ios.layout import EXPORT_OPTIONS

if TYPE_CHECKING:
    from shared.domain.options import Configuration

METHODS: Final[dict[Configuration, str]] = {
    "debug": "debugging",  # the maker's own devices
    "release": "release-testing",  # devices that were registered: ad hoc
    "distribution": "app-store-connect",  # TestFlight and the App Store
}


def export_options(configuration: Configuration) -> dict[str, bytes]:
    """One file for this configuration, and one for each method beside it."""
    folder = EXPORT_OPTIONS.removesuffix(".plist")
    files = {f"{folder}/{method}.plist": _plist(method) for method in METHODS.values()}
    return {EXPORT_OPTIONS: _plist(METHODS[configuration]), **files}


def _plist(method: str) -> bytes:
    values: dict[str, Any] = {
        "destination": "export",
        "method": method,
        "signingStyle": "automatic",
        "stripSwiftSymbols": True,
        "thinning": "<none>",
    }
    if method == METHODS["distribution"]:
        values |= {"manageAppVersionAndBuildNumber": False, "uploadSymbols": True}
        del values["thinning"]  # the store's own business
    return plistlib.dumps(values)
