"""A catalog gives a name's range to every ``package.json`` that says ``catalog:`` for it.

The unnamed one is ``default``; others are asked for by name (``catalog:react17``).

Source: https://pnpm.io/catalogs
"""

from __future__ import annotations

import posixpath
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import msgspec

from services.packager.project.unreadable import UnreadableError, decoding
from services.packager.web.packages.errors import ManifestError
from services.packager.web.packages.yaml_document import read_yaml

if TYPE_CHECKING:
    from services.packager.project.files import ProjectFiles

PNPM_WORKSPACE: Final = "pnpm-workspace.yaml"
CATALOG: Final = "catalog:"
DEFAULT: Final = "default"
MAX_BYTES: Final = 1 << 20  # of five thousand ranges: a quarter

Catalog = dict[str, str]


class PnpmWorkspace(msgspec.Struct, frozen=True):
    """What ``pnpm-workspace.yaml`` says here."""

    globs: tuple[str, ...] = ()
    catalogs: dict[str, Catalog] = {}


def read_pnpm_workspace(project: ProjectFiles, folder: str) -> PnpmWorkspace | None:
    """The one of a folder of the project; None where there is none.

    Raises:
        ManifestError: It cannot be read.
    """
    path = posixpath.join(folder, PNPM_WORKSPACE)
    if path not in project:
        return None
    if project.files[path].size > MAX_BYTES:
        raise ManifestError(f"it has more than {MAX_BYTES >> 20} MB", file=path)
    try:
        with decoding(path):
            return _parsed(project.read(path))
    except UnreadableError as error:
        raise ManifestError(f"it {error}", file=path) from error


def from_catalogs(project: ProjectFiles, folder: str, ranges: Catalog) -> Catalog:
    """Ranges by name, where ``catalog:`` is what the catalog has; the nearest file around counts.

    What no catalog has stays as it is: whoever needs that package says so.

    Raises:
        ManifestError: ``pnpm-workspace.yaml`` cannot be read.
    """
    if not any(spec.strip().startswith(CATALOG) for spec in ranges.values()):
        return ranges
    catalogs = _nearest(project, folder)
    return {name: _explained(catalogs, name, spec) for name, spec in ranges.items()}


def _nearest(project: ProjectFiles, folder: str) -> dict[str, Catalog]:
    while (found := read_pnpm_workspace(project, folder)) is None and folder:
        folder = posixpath.dirname(folder)
    return found.catalogs if found else {}


def _explained(catalogs: dict[str, Catalog], name: str, spec: str) -> str:
    plain = spec.strip()
    if not plain.startswith(CATALOG):
        return spec
    wanted = plain.removeprefix(CATALOG).strip() or DEFAULT
    return catalogs.get(wanted, {}).get(name, spec)


@lru_cache(maxsize=4)  # every folder of a monorepo asks for it
def _parsed(data: bytes) -> PnpmWorkspace:
    document = read_yaml(data)
    globs = document.get("packages")
    named = document.get("catalogs")
    catalogs = {name: _texts(one) for name, one in _mapping(named).items()}
    if "catalog" in document:
        catalogs[DEFAULT] = _texts(document["catalog"])
    listed = globs if isinstance(globs, list) else []
    return PnpmWorkspace(tuple(glob for glob in listed if isinstance(glob, str)), catalogs)


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _texts(value: Any) -> Catalog:
    return {name: spec for name, spec in _mapping(value).items() if isinstance(spec, str)}
