from __future__ import annotations

import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.images.engine import Engine

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def engine() -> Engine:
    """The engine with the images that `make images` has built; else nothing can be tested."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    revision = _revision()
    for program in ("docker", "podman"):
        if shutil.which(program) is None:
            continue
        found = Engine(program, version)
        if found.label("status", "revision") == revision:
            return found
    pytest.skip("no docker or podman holds the images of this commit: make images")


def _revision() -> str:
    """The commit of this checkout; empty where it is none."""
    if shutil.which("git") is None:
        return ""
    asked = ["git", "-C", str(ROOT), "rev-parse", "HEAD"]
    return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
