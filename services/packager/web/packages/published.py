"""What the registry has published of a package: its versions, tags and hashes.

Documents of a registry hold twenty years of oddities; only the version that is chosen is looked at,
and whatever is not as it should be there counts as absent.

Source: https://github.com/npm/registry/blob/main/docs/responses/package-metadata.md
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Final

import msgspec

from services.packager.registry.faults import Fault, FaultError
from services.packager.registry.integrity import of_sha1, strongest
from services.packager.registry.package_id import is_name
from services.packager.web.packages.errors import (
    PackageError,
    VersionMissingError,
    fault_error,
    shown,
)
from services.packager.web.packages.version_range import Range, newest

if TYPE_CHECKING:
    from services.packager.registry.faults import PackageSource

LATEST: Final = "latest"
MAX_LOOKED_AT: Final = 50  # versions, for one that is not deprecated


class _Document(msgspec.Struct, frozen=True):
    """The whole document; versions are decoded when they are asked for."""

    versions: dict[str, msgspec.Raw] = {}
    tags: dict[str, str] = msgspec.field(default_factory=dict, name="dist-tags")


class Published(msgspec.Struct, frozen=True):
    """One version, as it was published."""

    version: str
    integrity: str
    dependencies: dict[str, str]
    optional_dependencies: dict[str, str]
    peer_dependencies: dict[str, str]  # without those that may be missing
    os: tuple[str, ...]
    cpu: tuple[str, ...]
    libc: tuple[str, ...]
    deprecated: bool


class Registry:
    """The registry's documents, each asked for once; safe with several threads."""

    def __init__(self, source: PackageSource, *, file: str) -> None:
        self._source = source
        self._file = file
        self._documents: dict[str, _Document | Fault] = {}
        self._lock = threading.Lock()

    def choose(self, package: str, spec: str) -> Published:
        """The version that npm would install.

        Raises:
            ExportError: There is none; the message names the package and what to do.
        """
        document = self.document(package)
        version = _chosen(document, spec)
        if version is None:
            known = newest(document.versions) or "none"
            raise VersionMissingError(
                f"no version of {package} fits {shown(spec)}; the newest is {known}: name one "
                "that there is",
                file=self._file,
                package=package,
            )
        return self.version(package, version)

    def version(self, package: str, version: str) -> Published:
        """This very version.

        Raises:
            ExportError: There is none.
        """
        document = self.document(package)
        if version not in document.versions:
            known = newest(document.versions) or "none"
            raise VersionMissingError(
                f"{package}@{version} is no longer in the registry; the newest is {known}: "
                f"run `npm install {package}@{known}`, or what your package manager has for it, "
                "and push the lock file",
                file=self._file,
                package=package,
            )
        found = _published(version, document.versions[version])
        if not found.integrity:
            raise PackageError(
                f"the registry has no hash of {package}@{version}, so nobody could check it: use "
                "another version",
                file=self._file,
                package=package,
            )
        return found

    def document(self, package: str) -> _Document:
        """All versions of a package.

        Raises:
            ExportError: Why there is nothing.
        """
        with self._lock:
            found = self._documents.get(package)
        if found is None:
            found = self._asked(package)
            with self._lock:
                self._documents[package] = found
        if isinstance(found, Fault):
            raise fault_error(found, package, file=self._file)
        return found

    def _asked(self, package: str) -> _Document | Fault:
        try:
            with self._source.metadata(package) as file:
                return msgspec.json.decode(file.read(), type=_Document)
        except FaultError as error:
            return error.fault
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
            return Fault("away", "it answers with something else than a package's versions")


def _chosen(document: _Document, spec: str) -> str | None:
    """A tag's version; of a range the latest where it fits, else the newest not deprecated."""
    spec = spec.strip()
    latest = document.tags.get(LATEST)
    if spec in document.tags:
        return document.tags[spec] if document.tags[spec] in document.versions else None
    try:
        wanted = Range(spec)
    except ValueError:
        return None
    is_there = latest is not None and latest in document.versions
    if latest is not None and is_there and (wanted.holds(latest) or spec in {"", "*"}):
        return latest
    fitting = {version for version in document.versions if wanted.holds(version)}
    best = newest(fitting)
    for _ in range(MAX_LOOKED_AT):
        candidate = newest(fitting)
        if candidate is None:
            break
        if not _published(candidate, document.versions[candidate]).deprecated:
            return candidate
        fitting.discard(candidate)
    return best


def _published(version: str, raw: msgspec.Raw) -> Published:
    about: Any = msgspec.json.decode(raw)
    about = about if isinstance(about, dict) else {}
    dist = _mapping(about, "dist")
    meta = _mapping(about, "peerDependenciesMeta")
    bundled = about.get("bundleDependencies") or about.get("bundledDependencies") or ()
    needed = _dependencies(about, "dependencies")
    within = needed.keys() if bundled is True else set(_listed(bundled))
    return Published(
        version=version,
        integrity=strongest(_text(dist, "integrity")) or of_sha1(_text(dist, "shasum")),
        dependencies={name: spec for name, spec in needed.items() if name not in within},
        optional_dependencies=_dependencies(about, "optionalDependencies"),
        peer_dependencies={
            name: spec
            for name, spec in _dependencies(about, "peerDependencies").items()
            if not (isinstance(meta.get(name), dict) and meta[name].get("optional") is True)
        },
        os=_texts(about, "os"),
        cpu=_texts(about, "cpu"),
        libc=_texts(about, "libc"),
        deprecated=bool(about.get("deprecated")),
    )


def _mapping(about: dict[str, Any], name: str) -> dict[str, Any]:
    value = about.get(name)
    return value if isinstance(value, dict) else {}


def _dependencies(about: dict[str, Any], name: str) -> dict[str, str]:
    found = _mapping(about, name).items()
    return {key: spec for key, spec in found if isinstance(spec, str) and is_name(key)}


def _text(about: dict[str, Any], name: str) -> str:
    value = about.get(name)
    return value if isinstance(value, str) else ""


def _texts(about: dict[str, Any], name: str) -> tuple[str, ...]:
    value = about.get(name)
    return _listed([value] if isinstance(value, str) else value)


def _listed(value: object) -> tuple[str, ...]:
    found = value if isinstance(value, list) else ()
    return tuple(text for text in found if isinstance(text, str))
