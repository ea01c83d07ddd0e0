"""Workspaces are the folders that a project's globs name."""

from __future__ import annotations

import json
from typing import Any

import pytest

from services.packager.web.packages.errors import ManifestError
from services.packager.web.packages.workspaces import find_workspaces
from tests.projects import in_memory


def _found(files: dict[str, Any], root: str = "") -> tuple[str, dict[str, str]]:
    """The top, and the folder of each by its name."""
    data = {
        path: (about if isinstance(about, str) else json.dumps(about)).encode()
        for path, about in files.items()
    }
    found = find_workspaces(in_memory(data), root)
    return found.top, {name: one.folder for name, one in found.by_name.items()}


FOLDERS = {
    "packages/a/package.json": {"name": "a"},
    "packages/a/deep/package.json": {"name": "deep"},
    "packages/a/node_modules/x/package.json": {"name": "x"},
    "packages/b/package.json": {"name": "@s/b"},
    "packages/nameless/package.json": {},
    "packages/odd/package.json": {"name": "../odd"},
    "other/c/package.json": {"name": "c"},
}


@pytest.mark.parametrize(
    ("globs", "names"),
    [
        (["packages/*"], {"a", "@s/b"}),
        (["./packages/*/"], {"a", "@s/b"}),
        (["packages/**"], {"a", "@s/b", "deep"}),
        (["packages/*", "!packages/b"], {"a"}),
        (["other/c"], {"c"}),
        ({"packages": ["other/*"], "nohoist": ["x"]}, {"c"}),
        ([], set()),
    ],
)
def test_globs_name_folders(globs: Any, names: set[str]) -> None:
    """One part of a path for each star; nothing in node_modules, and nothing without a name."""
    assert _found({"package.json": {"workspaces": globs}, **FOLDERS})[1].keys() == names


def test_the_top_is_around_what_is_built() -> None:
    """If its globs name that folder; else the folder stands for itself."""
    files: dict[str, Any] = {
        "mono/package.json": {"workspaces": ["apps/*", "lib"]},
        "mono/apps/game/package.json": {"name": "game"},
        "mono/lib/package.json": {"name": "l"},
        "mono/alone/package.json": {"name": "alone"},
    }
    expected = ("mono", {"game": "apps/game", "l": "lib"})
    assert _found(files, "mono/apps/game") == _found(files, "mono") == expected
    assert _found(files, "mono/alone") == ("mono/alone", {})


def test_pnpm_has_a_file_of_its_own() -> None:
    """Which counts before package.json."""
    files: dict[str, Any] = {"package.json": {"workspaces": ["other/*"]}, **FOLDERS}
    files["pnpm-workspace.yaml"] = "packages:\n  - 'packages/*'\ncatalog:\n  react: ^18.0.0\n"
    assert _found(files)[1] == {"a": "packages/a", "@s/b": "packages/b"}
    files["pnpm-workspace.yaml"] = "packages: &x [*x]"
    with pytest.raises(ManifestError, match=r"pnpm-workspace\.yaml: it has an anchor"):
        _found(files)


def test_bounds() -> None:
    """Globs by the thousand are nobody's."""
    with pytest.raises(ManifestError, match=r"package\.json: more than 100 globs"):
        _found({"package.json": {"workspaces": [f"p{n}" for n in range(101)]}})
    many = {f"p/{n}/package.json": {"name": f"p{n}"} for n in range(502)}
    with pytest.raises(ManifestError, match="more than 500 workspaces"):
        _found({"package.json": {"workspaces": ["p/*"]}, **many})
    with pytest.raises(ManifestError, match=r"package\.json: it is not as npm writes it"):
        _found({"package.json": {"workspaces": 3}})
