from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from services.packager.processes.inside import run_inside
from services.packager.processes.subprocess_runner import ProgramTimeoutError

if TYPE_CHECKING:
    from pathlib import Path

PATIENCE_S = 300
MEMORY_BYTES = 200 << 20

GREEDY = """
import resource
import time

while resource.getrlimit(resource.RLIMIT_DATA)[0] == resource.RLIM_INFINITY:
    time.sleep(0.01)  # the limit is set once the program runs
print(len(bytearray(1 << 30)))
"""


def test_a_program_cannot_take_all_memory(tmp_path: Path) -> None:
    """It fails, and says so."""
    finished = run_inside(
        [sys.executable, "-c", GREEDY],
        folder=tmp_path,
        timeout_s=PATIENCE_S,
        memory_bytes=MEMORY_BYTES,
    )
    assert finished.code != 0
    assert "MemoryError" in finished.output


def test_a_program_that_hangs_is_killed(tmp_path: Path) -> None:
    """The build goes on without it."""
    argv = ["/bin/sleep", "1000"]
    with pytest.raises(ProgramTimeoutError):
        run_inside(argv, folder=tmp_path, timeout_s=0.1, memory_bytes=MEMORY_BYTES)
