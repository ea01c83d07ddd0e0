"""Programs that a build starts itself live and die inside the build's own confinement.

They inherit all of it, and are killed with the build's process group; here they only get a shorter
time and less memory.
"""

from __future__ import annotations

import resource
import subprocess
import tempfile
from contextlib import suppress
from typing import TYPE_CHECKING

from services.packager.processes.subprocess_runner import (
    MAX_OUTPUT_BYTES,
    Finished,
    ProgramTimeoutError,
    environment,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


def run_inside(
    argv: Sequence[str | Path],
    *,
    folder: Path,
    timeout_s: float,
    memory_bytes: int,
    variables: Mapping[str, str] | None = None,
) -> Finished:
    """Run a program to its end; no shell reads its arguments.

    Args:
        argv: The program and its arguments.
        folder: Where it works, its home too. Of our environment it sees PATH alone.
        timeout_s: After which it is killed.
        memory_bytes: Its data may not grow beyond.
        variables: What else its environment has.

    Raises:
        OSError: It cannot be started.
        ProgramTimeoutError: It was killed.
    """
    with tempfile.TemporaryFile(dir=folder) as output:
        process = subprocess.Popen(  # noqa: S603 - programs of our templates
            argv,
            cwd=folder,
            env=environment(folder) | dict(variables or {}),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            _limit(process.pid, memory_bytes)
            code = process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            raise ProgramTimeoutError from None
        finally:
            process.kill()
            process.wait()
        output.seek(0)
        return Finished(code, output.read(MAX_OUTPUT_BYTES).decode(errors="replace"))


def _limit(pid: int, memory_bytes: int) -> None:
    with suppress(ProcessLookupError):
        _, hard = resource.prlimit(pid, resource.RLIMIT_DATA)
        allowed = memory_bytes if hard == resource.RLIM_INFINITY else min(memory_bytes, hard)
        resource.prlimit(pid, resource.RLIMIT_DATA, (allowed, allowed))
