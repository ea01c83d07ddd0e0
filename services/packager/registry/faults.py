"""A fault is why a package does not come from the registry; a build makes an error of it."""

from __future__ import annotations

from typing import Annotated, BinaryIO, Literal, Protocol

import msgspec

from shared.errors import ExportError

FaultKind = Literal[
    "none",  # the operator has configured no registry
    "away",  # it does not answer, or answers that it cannot
    "missing",  # it has no such package, or no such version
    "refused",  # it wants a token, or another one
    "elsewhere",  # it sends to another server
    "altered",  # the bytes are not those that the integrity names
    "too-large",
    "too-many",
]


class Fault(msgspec.Struct, frozen=True):
    """What is wrong; ``detail`` is for the maker and names no server."""

    kind: FaultKind
    detail: Annotated[str, msgspec.Meta(max_length=400)] = ""


class FaultError(Exception):
    """A package does not come."""

    def __init__(self, kind: FaultKind, detail: str = "") -> None:
        super().__init__(kind, detail)
        self.fault = Fault(kind, detail)


class RegistryAwayError(ExportError):
    """The registry does not answer; later it may. Exports that need no package go on."""

    code = "package-registry-away"
    title = "The package registry does not answer"
    status = 503
    retryable = True
    of_project = True  # no cause to stop taking others' work


class PackageSource(Protocol):
    """Where a build gets packages from; safe with several threads."""

    def metadata(self, name: str) -> BinaryIO:
        """What the registry knows of all versions of a package: a JSON document.

        Raises:
            FaultError: Why there is none.
        """
        ...

    def tarball(self, name: str, version: str, integrity: str) -> BinaryIO:
        """A package's ``.tgz``, certainly the one that ``integrity`` names.

        Raises:
            FaultError: Why there is none.
        """
        ...


class NoPackages:
    """Where no registry is configured."""

    def metadata(self, name: str) -> BinaryIO:
        """Never."""
        raise FaultError("none", name)

    def tarball(self, name: str, version: str, integrity: str) -> BinaryIO:
        """Never."""
        raise FaultError("none", f"{name}@{version} {integrity}")
