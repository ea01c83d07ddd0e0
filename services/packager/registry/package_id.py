"""Names, versions and hashes of packages, as both ends of a build check them.

A name and a version become part of an address and of a path, so nothing passes here that could
mean something else there.
"""

from __future__ import annotations

from typing import Annotated, Final

import msgspec

# Older packages have capital letters, which npm takes no more for new ones.
NAME: Final = r"^(?:@[A-Za-z0-9~-][A-Za-z0-9._~-]*/)?[A-Za-z0-9~-][A-Za-z0-9._~-]*\Z"
VERSION: Final = (
    r"^(?:0|[1-9][0-9]{0,15})(?:\.(?:0|[1-9][0-9]{0,15})){2}"
    r"(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?\Z"
)
INTEGRITY: Final = r"^sha(?:1|256|384|512)-[A-Za-z0-9+/]{27,86}={0,2}\Z"
LONGEST_NAME: Final = 214  # npm's own limit
LONGEST_VERSION: Final = 256  # likewise

PackageName = Annotated[str, msgspec.Meta(pattern=NAME, max_length=LONGEST_NAME)]
PackageVersion = Annotated[str, msgspec.Meta(pattern=VERSION, max_length=LONGEST_VERSION)]
Integrity = Annotated[str, msgspec.Meta(pattern=INTEGRITY)]


class _Id(msgspec.Struct, frozen=True):
    name: PackageName
    version: PackageVersion


class _Name(msgspec.Struct, frozen=True):
    name: PackageName


def is_name(name: str) -> bool:
    """Whether a registry could have a package of this name."""
    return _fits({"name": name}, _Name)


def is_id(name: str, version: str) -> bool:
    """Whether a registry could have this version of a package."""
    return _fits({"name": name, "version": version}, _Id)


def _fits(value: dict[str, str], kind: type[msgspec.Struct]) -> bool:
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return False
    return True
