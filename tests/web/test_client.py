"""The client package on real servers: node runs ``tests/web/client/*.test.mjs``."""

from __future__ import annotations

import subprocess
import sys

import pytest

from services.packager.runtimes.build import node
from tests.web.conftest import CLIENT, run_node_tests

pytestmark = pytest.mark.usefixtures("client_dist")


def test_connection_watch_download_and_selection() -> None:
    """Refusals, patience, every close code, ranges, what stays at home."""
    run_node_tests("connection", "watch", "download", "selection")


def test_the_types_are_those_of_the_interface() -> None:
    """``web/client/src/generated/api.ts`` is what the OpenAPI document gives."""
    check = [node(), str(CLIENT / "generate.mjs"), "--check"]
    environ = {"PYTHON": sys.executable, "PATH": ""}
    done = subprocess.run(check, capture_output=True, text=True, check=False, env=environ)
    assert done.returncode == 0, done.stderr
