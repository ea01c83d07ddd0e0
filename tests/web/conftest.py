from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from services.packager.runtimes.build import node

ROOT = Path(__file__).parents[2]
WEB = ROOT / "web"
CLIENT = WEB / "client"
NODE_TESTS = Path(__file__).parent / "client"


@pytest.fixture(scope="session")
def client_dist() -> Path:
    """The client package as it is published, built from the sources where they have changed."""
    subprocess.run([node(), str(CLIENT / "build.mjs")], check=True)
    return CLIENT / "dist"


def run_node(*arguments: str, given: str = "", **environ: str) -> str:
    """What a program prints; it has to end well."""
    done = subprocess.run(
        [node(), *arguments],
        input=given,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environ},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def run_node_tests(*names: str, **environ: str) -> None:
    """Run files of ``tests/web/client`` with node's own test runner, side by side."""
    files = [str(NODE_TESTS / f"{name}.test.mjs") for name in names]
    run_node("--test", "--test-concurrency=4", "--test-reporter=spec", *files, **environ)
