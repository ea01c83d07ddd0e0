"""What can be wrong with the packages of a web project, each with its file, package and remedy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from services.packager.registry.faults import RegistryAwayError
from shared.errors import ProjectError

if TYPE_CHECKING:
    from collections.abc import Callable

    from services.packager.registry.faults import Fault
    from shared.errors import ExportError

SHOWN: Final = 200  # characters of a project's own words
VENDOR: Final = "push node_modules with the project (a line !node_modules/ in .aethelignore)"


class PackageError(ProjectError):
    """A package cannot be installed.

    Args:
        message: What is wrong, and what to do.
        file: The file that wants the package.
        package: Its name.
    """

    code = "package-invalid"
    title = "A package of the project cannot be installed"

    def __init__(self, message: str, *, file: str = "", package: str = "") -> None:
        super().__init__(f"{file}: {message}" if file else message)
        self.file = file
        self.package = package


class ManifestError(PackageError):
    """A ``package.json`` cannot be read."""

    code = "package-json-invalid"


class LockFileError(PackageError):
    """A lock file cannot be read, or is of a kind that nobody reads here."""

    code = "package-lock-invalid"


class LockOutdatedError(PackageError):
    """The lock file does not fit ``package.json``."""

    code = "package-lock-outdated"


class IntegrityMissingError(PackageError):
    """The lock file names no hash."""

    code = "package-integrity-missing"


class IntegrityError(PackageError):
    """The registry has other bytes than the lock file's hash names."""

    code = "package-integrity"


class SourceRefusedError(PackageError):
    """A package would come from elsewhere than the registry."""

    code = "package-source-refused"


class PackageMissingError(PackageError):
    """The registry has no such package."""

    code = "package-missing"


class VersionMissingError(PackageError):
    """The registry has no such version."""

    code = "package-version-missing"


class PackageArchiveError(PackageError):
    """A tarball cannot be unpacked."""

    code = "package-archive-invalid"


class PackagesTooLargeError(PackageError):
    """The packages are more than one export may have."""

    code = "package-limit"


class RegistryMissingError(PackageError):
    """The operator has configured no registry."""

    code = "package-registry-none"


class RegistryRefusesError(PackageError):
    """The registry does not give the package to this packager."""

    code = "package-registry-refuses"


def is_of_operator(error: ExportError) -> bool:
    """Whether the next export may get what this one did not, and the project stays the same."""
    of_operator = isinstance(error, (RegistryMissingError, RegistryRefusesError))
    return of_operator or not isinstance(error, ProjectError)


def shown(text: str) -> str:
    """A project's own word, quoted and bounded."""
    return repr(text if len(text) <= SHOWN else f"{text[:SHOWN]}…")


def fault_error(fault: Fault, package: str, *, file: str) -> ExportError:
    """What a fault of the registry means for the package that was wanted.

    Args:
        fault: What the packager has said.
        package: Its name, or its name and version.
        file: Where it is named.
    """
    if fault.kind == "away":
        return RegistryAwayError(
            f"{package} cannot be fetched: the package registry does not answer ({fault.detail}); "
            "the export can be tried again later"
        )
    kind, message = _FAULTS[fault.kind]
    return kind(message(package, fault.detail), file=file, package=package)


_Told = tuple[type[PackageError], "Callable[[str, str], str]"]
_FAULTS: Final[dict[str, _Told]] = {
    "none": (
        RegistryMissingError,
        lambda package, _: (
            f"{package} cannot be fetched: the operator of this service has configured no package "
            f"registry (PACKAGER_NPM_REGISTRY); {VENDOR}"
        ),
    ),
    "missing": (
        PackageMissingError,
        lambda package, _: (
            f"the registry has no package {package}: look for a spelling mistake; a private "
            f"package has to be vendored: {VENDOR}"
        ),
    ),
    "refused": (
        RegistryRefusesError,
        lambda package, detail: (
            f"the registry does not give {package} to this service ({detail}): its operator sets "
            f"PACKAGER_NPM_TOKEN; or {VENDOR}"
        ),
    ),
    "elsewhere": (
        RegistryRefusesError,
        lambda package, _: (
            f"the registry sends to another server for {package}, where this service does not go: "
            f"its operator has to name a registry that holds its packages itself; or {VENDOR}"
        ),
    ),
    "altered": (
        IntegrityError,
        lambda package, detail: (
            f"{package} from the registry is not what the integrity says: {detail}; if the lock "
            "file was edited or merged by hand, delete it, install anew and push it; if not, do "
            "not trust that package"
        ),
    ),
    "too-large": (
        PackagesTooLargeError,
        lambda package, detail: f"{package} is larger than a package may be: {detail}",
    ),
    "too-many": (
        PackagesTooLargeError,
        lambda package, detail: (
            f"{package} and the packages before it are more than one export may fetch ({detail}): "
            "remove dependencies that the game does not import"
        ),
    ),
}
