from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from services.packager.storage.disk_cache import WORK, DiskCache

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OWNER = """
import pathlib, sys
from services.packager.storage.disk_cache import DiskCache
with DiskCache(pathlib.Path(sys.argv[1]), 1 << 20).scratch() as folder:
    (folder / "half").mkdir()
    (folder / "half" / "made").write_bytes(b"x")
    print(folder, flush=True)
    sys.stdin.read()
"""


@contextmanager
def owner(cache: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that works in a folder of its own."""
    with subprocess.Popen(
        [sys.executable, "-c", OWNER, str(cache)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process
        process.kill()


def test_what_a_killed_process_left_goes_with_the_next_start(tmp_path: Path) -> None:
    """At once: no clock is asked how long ago that was."""
    with owner(tmp_path) as process:
        process.kill()
        process.wait()
        assert len(list((tmp_path / WORK).iterdir())) == 1
        DiskCache(tmp_path, 1 << 20)
        assert list((tmp_path / WORK).iterdir()) == []


def test_what_is_in_use_stays(tmp_path: Path) -> None:
    """Processes may share the folder; neither takes the other's work away."""
    with owner(tmp_path):
        with DiskCache(tmp_path, 1 << 20).scratch():
            assert len(list((tmp_path / WORK).iterdir())) == 2
        (left,) = (tmp_path / WORK).iterdir()
        assert (left / "half" / "made").read_bytes() == b"x"
