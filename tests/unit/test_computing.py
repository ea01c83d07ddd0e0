from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HOOKS = "from tests.computing import *\n"
COMPUTES = "import time\nwhile time.process_time() < {until}: pass\n"
BUSY = f"""
import subprocess, sys

def test_computes():
    import time
    until = time.process_time() + 0.4
    while time.process_time() < until:
        pass

def test_waits_for_what_computes():
    subprocess.run([sys.executable, "-c", {COMPUTES.format(until=0.6)!r}], check=True)
"""
IDLE = """
import time

def test_waits():
    time.sleep(0.1)
"""


@pytest.mark.parametrize("spread", [(), ("--numprocesses=2", "--dist=loadfile")])
def test_files_are_told_by_what_they_compute(tmp_path: Path, spread: tuple[str, ...]) -> None:
    """Also by other processes, and where files are spread over several; waiting is none."""
    (tmp_path / "conftest.py").write_text(HOOKS)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "test_busy.py").write_text(BUSY)
    (tmp_path / "test_idle.py").write_text(IDLE)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-c", tmp_path / "pytest.ini", "--durations=5", *spread],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    told = re.findall(r"^([0-9.]+)s (test_\w+\.py)$", done.stdout, re.MULTILINE)
    assert [file for _, file in told] == ["test_busy.py", "test_idle.py"]
    assert float(told[0][0]) >= 0.9 > float(told[1][0])  # times are told in ticks
