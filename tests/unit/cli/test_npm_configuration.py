"""The local stack asks the registry that npm on this machine is configured for."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from cli.local.npm_configuration import npm_registry
from tests.signing import program

if TYPE_CHECKING:
    from pathlib import Path

URL = "https://registry.example/npm/"


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """An npm that says one address, and a home without any settings."""
    script = f"""#!{sys.executable}
import os, sys
assert sys.argv[1:] == ["config", "get", "registry"]
assert os.getcwd() == "/"
print("{URL}")
"""
    program(tmp_path / "bin/npm", script)
    return {"PATH": str(tmp_path / "bin"), "HOME": str(tmp_path)}


def test_npm_says_which(environ: dict[str, str]) -> None:
    """Whatever it has that from; where there is no npm, there is no registry."""
    assert npm_registry(environ) == {"PACKAGER_NPM_REGISTRY": URL}
    assert npm_registry({**environ, "PATH": "/nowhere"}) == {}


@pytest.mark.parametrize(
    ("line", "token"),
    [
        ("//registry.example/npm/:_authToken=hush", "hush"),
        ('//registry.example/npm/:_authToken = "hush"', "hush"),
        ("//registry.example/npm/:_authToken=${MY_TOKEN}", "from the shell"),
        ("//registry.example/npm/:_authToken=${ANOTHER}", None),
        ("//elsewhere.example/:_authToken=hush", None),
        ("registry=x", None),
    ],
)
def test_its_file_has_the_token(
    environ: dict[str, str], tmp_path: Path, line: str, token: str | None
) -> None:
    """For this registry alone; it may name a variable."""
    (tmp_path / ".npmrc").write_text(f"fund=false\n{line}\n")
    found = npm_registry({**environ, "MY_TOKEN": "from the shell"})
    assert found.get("PACKAGER_NPM_TOKEN") == token


def test_an_npm_that_fails_is_none(environ: dict[str, str], tmp_path: Path) -> None:
    """The stack starts all the same."""
    program(tmp_path / "bin/npm", "#!/bin/sh\nexit 3\n")
    assert npm_registry(environ) == {}
    program(tmp_path / "bin/npm", "#!/bin/sh\necho undefined\n")
    assert npm_registry(environ) == {}
