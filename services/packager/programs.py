"""Programs that work for an export: bounded in time and memory, gone when the export is.

Everything here blocks; it runs in a worker thread.
"""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import msgspec

from shared.errors import ExportError

if TYPE_CHECKING:
    import threading
    from collections.abc import Sequence
    from pathlib import Path

POLL_S: Final = 0.005
SLOWEST_POLL_S: Final = 0.1
MAX_OUTPUT_BYTES: Final = 1 << 20


class ProgramTimeoutError(Exception):
    """It took longer than it may."""


class ProgramStoppedError(ExportError):
    """The export was stopped; whoever stopped it knows why."""

    code = "stopped"


class Finished(msgspec.Struct, frozen=True):
    """How a program ended; ``stderr`` is its beginning where there is too much of it."""

    code: int
    stderr: str


def run_program(
    argv: Sequence[str | Path],
    *,
    folder: Path,
    timeout_s: float,
    memory_bytes: int,
    stopping: threading.Event,
) -> Finished:
    """Run a program that reads nothing and writes into ``folder`` only.

    Args:
        argv: The program and its arguments.
        folder: Where it works.
        timeout_s: After which it is killed, with all that it started.
        memory_bytes: Its data may not grow beyond.
        stopping: Set when nobody wants the result any more.

    Raises:
        ProgramTimeoutError: It was killed.
        ProgramStoppedError: ``stopping`` was set.
    """
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(  # noqa: S603 - programs of our own templates
            argv,
            cwd=folder,
            env={"PATH": os.defpath, "HOME": str(folder), "LC_ALL": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            start_new_session=True,
        )
        try:
            with suppress(ProcessLookupError):
                resource.prlimit(process.pid, resource.RLIMIT_DATA, (memory_bytes, memory_bytes))
            _wait(process, timeout_s, stopping)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        errors.seek(0)
        return Finished(process.returncode, errors.read(MAX_OUTPUT_BYTES).decode(errors="replace"))


def _wait(process: subprocess.Popen[bytes], timeout_s: float, stopping: threading.Event) -> None:
    deadline = time.monotonic() + timeout_s
    pause_s = POLL_S
    while process.poll() is None:
        if time.monotonic() > deadline:
            raise ProgramTimeoutError
        if stopping.wait(pause_s):
            raise ProgramStoppedError("the export was stopped")
        pause_s = min(pause_s * 1.5, SLOWEST_POLL_S)
