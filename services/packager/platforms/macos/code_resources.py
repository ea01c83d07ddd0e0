"""``_CodeSignature/CodeResources`` holds the hash of every file of a bundle that is no code.

Source: Apple's technical note 2206; the rules are those that codesign writes by itself.
"""

from __future__ import annotations

import hashlib
import plistlib
from typing import TYPE_CHECKING, Any, Final

from services.packager.archive.compress_jobs import blocks_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.packager.archive.member import Member

_LOCALIZED: Final = {
    "^Resources/.*\\.lproj/": {"optional": True, "weight": 1000.0},
    "^Resources/.*\\.lproj/locversion.plist$": {"omit": True, "weight": 1100.0},
    "^Resources/Base\\.lproj/": {"weight": 1010.0},
}
_OLD_RULES: Final[Mapping[str, Any]] = {
    "^Resources/": True,
    **_LOCALIZED,
    "^version.plist$": True,
}
_CODE_FOLDERS: Final = (
    "^(Frameworks|SharedFrameworks|PlugIns|Plug-ins|XPCServices|Helpers|MacOS|"
    "Library/(Automator|Spotlight|LoginItems))/"
)
_RULES: Final[Mapping[str, Any]] = {
    ".*\\.dSYM($|/)": {"weight": 11.0},
    "^(.*/)?\\.DS_Store$": {"omit": True, "weight": 2000.0},
    _CODE_FOLDERS: {"nested": True, "weight": 10.0},
    "^.*": True,
    "^Info\\.plist$": {"omit": True, "weight": 20.0},
    "^PkgInfo$": {"omit": True, "weight": 20.0},
    "^Resources/": {"weight": 20.0},
    **_LOCALIZED,
    "^[^/]+$": {"nested": True, "weight": 10.0},
    "^embedded\\.provisionprofile$": {"weight": 20.0},
    "^version\\.plist$": {"weight": 20.0},
}


def code_resources(resources: Mapping[str, Member]) -> bytes:
    """The property list.

    Args:
        resources: By path below ``Contents/``; all below ``Resources/``.
    """
    old: dict[str, bytes] = {}
    new: dict[str, dict[str, bytes]] = {}
    for path, member in sorted(resources.items()):
        sha1, sha256 = _digests(member)
        old[path] = sha1
        new[path] = {"hash": sha1, "hash2": sha256}
    return plistlib.dumps(
        {"files": old, "files2": new, "rules": dict(_OLD_RULES), "rules2": dict(_RULES)}
    )


def _digests(member: Member) -> tuple[bytes, bytes]:
    """SHA-1 for systems before 10.11, SHA-256 for the others, in one pass."""
    sha1, sha256 = hashlib.sha1(usedforsecurity=False), hashlib.sha256()
    with member.open() as file:
        for block in blocks_of(member, file):
            sha1.update(block)
            sha256.update(block)
    return sha1.digest(), sha256.digest()
