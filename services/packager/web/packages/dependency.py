"""A dependency is a line of ``package.json``: the name that sources import, and what it stands for.

Source: https://docs.npmjs.com/cli/configuring-npm/package-json#dependencies
"""

from __future__ import annotations

import re
from typing import Final

import msgspec

from services.packager.registry.package_id import is_name
from services.packager.web.packages.catalogs import CATALOG, PNPM_WORKSPACE
from services.packager.web.packages.errors import VENDOR, ManifestError, SourceRefusedError, shown
from services.packager.web.packages.version_range import Range

_WORKSPACE: Final = "workspace:"
_ALIAS: Final = "npm:"
_TAG: Final = re.compile(r"[A-Za-z][A-Za-z0-9._-]{0,63}")
# What npm, pnpm and yarn take from elsewhere: git, archives by their address, folders, patches.
_ELSEWHERE: Final = re.compile(
    r"(?:git[+@:]|git$|github:|gitlab:|bitbucket:|gist:|https?:|ssh:|file:|link:|portal:|patch:|exec:)"
    r"|~?\.{0,2}/|[A-Za-z]:[\\/]"
)
_SHORT_GITHUB: Final = re.compile(r"[\w.-]+/[\w.-]+(?:#.*)?")


class Dependency(msgspec.Struct, frozen=True):
    """What is wanted under a name."""

    name: str  # that sources import, and the folder in node_modules
    package: str  # the registry's name for it
    spec: str  # a range of versions, or a tag
    workspace: bool = False  # another folder of the same project

    @property
    def range(self) -> Range | None:
        """The versions that would do; None for a tag."""
        try:
            return Range(self.spec)
        except ValueError:
            return None


def read_dependency(name: str, spec: str, *, file: str) -> Dependency:
    """One line of ``dependencies``.

    Args:
        name: Its key.
        spec: Its value.
        file: Where it stands, for errors.

    Raises:
        ManifestError: It is none.
        SourceRefusedError: It would come from elsewhere than the registry.
    """
    if not is_name(name):
        raise ManifestError(
            f"{shown(name)} is no name of a package: letters, figures, . _ - and one @scope/ "
            "may stand in it",
            file=file,
        )
    spec = spec.strip()
    if spec.startswith(CATALOG):
        raise ManifestError(
            f"{name} has {shown(spec)}, and that catalog of {PNPM_WORKSPACE} has no {name}: write "
            "a line for it there, or a range here",
            file=file,
            package=name,
        )
    if spec.startswith(_WORKSPACE):
        return Dependency(name, name, spec.removeprefix(_WORKSPACE), workspace=True)
    if spec.startswith(_ALIAS):
        return _checked(_aliased(name, spec.removeprefix(_ALIAS), file), spec, file)
    return _checked(Dependency(name, name, spec), spec, file)


def _aliased(name: str, target: str, file: str) -> Dependency:
    """``npm:package@range``, ``npm:package``, or as yarn writes any other: ``npm:range``."""
    package, at, spec = target.rpartition("@")
    if not at and _is_range(target):
        return Dependency(name, name, target)
    if not package:
        package, spec = target, "*"
    if not is_name(package):
        raise ManifestError(f"{name} stands for {shown(target)}, which is no package", file=file)
    return Dependency(name, package, spec)


def _is_range(text: str) -> bool:
    return Dependency("", "", text).range is not None


def _checked(dependency: Dependency, spec: str, file: str) -> Dependency:
    if _ELSEWHERE.match(spec) or _SHORT_GITHUB.fullmatch(spec):
        raise SourceRefusedError(
            f"{dependency.name} comes from {shown(spec)}; packages come from the registry alone: "
            f"name a published version, or {VENDOR}",
            file=file,
            package=dependency.name,
        )
    if dependency.range is None and not _TAG.fullmatch(dependency.spec):
        raise ManifestError(
            f"{dependency.name} has {shown(spec)}, which is neither a range of versions nor a tag: "
            'write one like "^1.2.3"',
            file=file,
            package=dependency.name,
        )
    return dependency
