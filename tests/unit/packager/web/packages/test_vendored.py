"""Packages that were pushed are found as node finds them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from services.packager.web.packages.dependency import read_dependency
from services.packager.web.packages.errors import PackagesTooLargeError
from services.packager.web.packages.unpack import Budget
from services.packager.web.packages.vendored import Vendored
from tests.projects import in_memory

if TYPE_CHECKING:
    from pathlib import Path

    from services.packager.project.files import ProjectFiles


def _project(packages: dict[str, Any], base: str = "") -> ProjectFiles:
    return in_memory(
        {
            f"{base}node_modules/{place}/package.json": json.dumps(about).encode()
            if not isinstance(about, bytes)
            else about
            for place, about in packages.items()
        }
    )


def _missing(vendored: Vendored, *names: str) -> list[str]:
    roots = [read_dependency(name, "*", file="package.json") for name in names]
    found = vendored.missing(roots, "package.json", frozenset())
    return [f"{one.needed_by}: {one.dependency.name}" for one in found]


@pytest.mark.parametrize("base", ["", "apps/game/"])
def test_what_is_needed_and_not_there(base: str) -> None:
    """From a package's own folder upwards; each once, with the file that names it."""
    vendored = Vendored(
        _project(
            {
                "a": {"dependencies": {"b": "1", "c": "1", "@s/d": "^2"}},
                "a/node_modules/b": {"dependencies": {"c": "1", "e": "3"}},
                "a/lib": {"type": "module"},
                "c": {"dependencies": {"a": "1"}, "optionalDependencies": {"f": "1"}},
                "unused": {"dependencies": {"g": "1"}},
            },
            base,
        ),
        base.rstrip("/"),
    )
    assert vendored.names == {"a", "c", "unused"}
    assert _missing(vendored, "a", "h") == [
        "package.json: h",
        f"{base}node_modules/a/package.json: @s/d",
        f"{base}node_modules/a/node_modules/b/package.json: e",
    ]


def test_odd_packages_are_used_all_the_same() -> None:
    """Only what they need counts, and only where it can be read."""
    odd = {
        "a": {"dependencies": [], "workspaces": 3, "overrides": []},
        "b": b"{",
        "c": {"dependencies": {"a": "git+ssh://x", "b": 7}, "version": None},
        "d": b"[]",
    }
    assert _missing(Vendored(_project(odd), ""), "a", "b", "c", "d") == []


def test_all_of_it_is_copied_but_what_tools_keep_there(tmp_path: Path) -> None:
    """Caches stay behind; there is a budget."""
    files = {"node_modules/a/x.js": b"x", "node_modules/.vite/y": b"y", "src/z": b"z"}
    vendored = Vendored(in_memory(files), "")
    vendored.copy(tmp_path, Budget(files=1, size_bytes=1))
    copied = [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.js")]
    assert copied == ["node_modules/a/x.js"]
    assert not (tmp_path / "node_modules/.vite").exists()
    with pytest.raises(PackagesTooLargeError, match="node_modules: it has too many bytes"):
        vendored.copy(tmp_path / "2", Budget(files=1, size_bytes=0))
