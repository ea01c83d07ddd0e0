"""What Apple makes of ids and versions: one rule for gateway and packager.

Source: Apple, "CFBundleIdentifier", "CFBundleShortVersionString"; App Store Connect's limits.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.domain.options import ExportOptions

MAX_VERSION: Final = 18  # letters of a version that App Store Connect takes


def id_objection(bundle_id: str) -> str | None:
    """Why Apple does not take a bundle id."""
    if "_" in bundle_id:
        return f"{bundle_id!r}: Apple takes letters, digits, - and ."
    return None


def short_version(version: str) -> str:
    """At most three numbers, without what follows ``-`` or ``+``."""
    release = re.split("[-+]", version, maxsplit=1)[0]
    return ".".join(str(int(part)) for part in release.split(".")[:3])


def version_objection(version: str) -> str | None:
    """Why Apple does not take a version."""
    short = short_version(version)
    if len(short) > MAX_VERSION:
        return f"{short!r}: Apple takes at most {MAX_VERSION} letters"
    return None


def refusals(options: ExportOptions) -> Iterator[tuple[str, str]]:
    """Options whose values Apple would refuse, each with the reason."""
    if objection := id_objection(options.bundle_id):
        yield "options.bundleId", objection
    if options.app_version and (objection := version_objection(options.app_version)):
        yield "options.appVersion", objection
