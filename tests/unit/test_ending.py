from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

STUBBORN = """
import asyncio
from contextlib import asynccontextmanager
import pytest
from tests import ending

async def stubborn():
    while True:
        try:
            await asyncio.sleep(1000)
        except asyncio.CancelledError:
            pass

@asynccontextmanager
async def waiting():
    await asyncio.Event().wait()
    yield

@pytest.mark.timeout(1, func_only=True)
async def test_that_hangs():
    left = asyncio.ensure_future(stubborn())
    async with waiting():
        pass

async def test_that_comes_next():
    ending.LONGEST_S = 600  # only the first has to be quick
"""
LIMIT = """
from tests import ending
from tests.ending import pytest_runtest_teardown
from tests.hanging import pytest_timeout_set_timer
ending.LONGEST_S = 2
"""


def test_a_test_that_cannot_be_torn_down_keeps_no_report_back(tmp_path: Path) -> None:
    """It is a failure and an error, the next test runs, and the process ends."""
    (tmp_path / "test_it.py").write_text(STUBBORN)
    (tmp_path / "conftest.py").write_text(LIMIT)
    (tmp_path / "pytest.ini").write_text("[pytest]\nasyncio_mode = auto\n")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-c", tmp_path / "pytest.ini", tmp_path],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "1 failed, 1 passed, 1 error" in done.stdout, done.stdout
    assert "did not end within 2 s" in done.stdout
    for place in ("in stubborn", "in test_that_hangs", "in waiting", "in wait"):  # of the tasks
        assert place in done.stdout, done.stdout
