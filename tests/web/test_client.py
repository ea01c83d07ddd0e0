"""The client package on real servers: node runs ``tests/web/client/*.test.mjs``."""

from __future__ import annotations

import pytest

from tests.web.conftest import run_node_tests

pytestmark = pytest.mark.usefixtures("client_dist")


def test_connection_watch_download_and_selection() -> None:
    """Refusals, patience, every close code, ranges, what stays at home."""
    run_node_tests("connection", "watch", "download", "selection")
