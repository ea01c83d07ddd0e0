"""Ranges that ``pnpm-workspace.yaml`` keeps for every ``package.json`` of a project."""

from __future__ import annotations

import json

import pytest

from services.packager.web.packages.catalogs import MAX_BYTES
from services.packager.web.packages.dependency import read_dependency
from services.packager.web.packages.errors import ManifestError
from services.packager.web.packages.manifest import Manifest, read_manifest
from services.packager.web.vite.package_json import nearest
from tests.projects import in_memory

CATALOGS = """
catalog:
  react: ^18.3.0
  three: npm:three-stdlib@^2
catalogs:
  old:
    react: ^17.0.0
"""


def _manifest(wanted: dict[str, str], catalogs: str = CATALOGS) -> Manifest:
    files = {
        "mono/pnpm-workspace.yaml": catalogs.encode(),
        "mono/apps/game/package.json": json.dumps({"dependencies": wanted}).encode(),
    }
    return read_manifest(in_memory(files), "mono/apps/game")


@pytest.mark.parametrize(
    ("name", "spec", "expected"),
    [
        ("react", "catalog:", "^18.3.0"),
        ("react", "catalog:default", "^18.3.0"),
        ("react", " catalog: ", "^18.3.0"),
        ("react", "catalog:old", "^17.0.0"),
        ("three", "catalog:", "npm:three-stdlib@^2"),
        ("react", "^16.0.0", "^16.0.0"),
        ("three", "catalog:old", "catalog:old"),  # it has none
        ("react", "catalog:new", "catalog:new"),
    ],
)
def test_a_catalog_has_the_range(name: str, spec: str, expected: str) -> None:
    """The unnamed one and those with names; they lie in a folder around."""
    assert _manifest({name: spec}).dependencies == {name: expected}


def test_the_default_may_stand_among_the_named_ones() -> None:
    """As pnpm has it."""
    catalogs = "catalogs: {default: {react: ^18.0.0}}"
    assert _manifest({"react": "catalog:"}, catalogs).dependencies == {"react": "^18.0.0"}


def test_every_kind_of_dependency() -> None:
    """Not only those that the game needs; and the tools are told apart by the same ranges."""
    kinds = ("dependencies", "devDependencies", "optionalDependencies")
    about = {kind: {f"p{number}": "catalog:"} for number, kind in enumerate(kinds)}
    files = {
        "pnpm-workspace.yaml": b"catalog: {p0: '1', p1: '2', p2: '3'}",
        "package.json": json.dumps(about).encode(),
    }
    project = in_memory(files)
    found = read_manifest(project, "")
    assert found.dependencies == {"p0": "1"}
    assert found.dev_dependencies == {"p1": "2"}
    assert found.optional_dependencies == {"p2": "3"}
    assert nearest(project, "").needs == {"p0": "1", "p1": "2", "p2": "3"}


@pytest.mark.parametrize(
    "catalogs",
    ["", "catalog:", "catalog: [a]", "catalogs: x", "catalogs: {old: [1]}", "catalog: {react: {}}"],
)
def test_what_no_catalog_has_is_told(catalogs: str) -> None:
    """By its name and file, once somebody needs it."""
    text = catalogs and f"packages: ['apps/*']\n{catalogs}\n"
    manifest = _manifest({"react": "catalog:old"}, text or "packages: []")
    with pytest.raises(ManifestError, match=r"^package\.json: react has 'catalog:old', and that"):
        read_dependency("react", manifest.dependencies["react"], file="package.json")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("catalog: &x {react: *x}", "it has an anchor"),
        ("catalog: {react", "it is no YAML"),
        ("# " + "x" * MAX_BYTES, "it has more than 1 MB"),
    ],
)
def test_a_file_that_nobody_can_read_is_told(text: str, why: str) -> None:
    """Where it lies."""
    with pytest.raises(ManifestError, match=rf"^mono/pnpm-workspace\.yaml: {why}"):
        _manifest({"react": "catalog:"}, text)
