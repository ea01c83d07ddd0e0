"""Programs of a project's own run inside of the build, and see less than it does.

A nested Landlock domain leaves them their own folder and the system's programs. They inherit the
build's other limits, and end with it: they cannot leave its process group.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import tempfile
import time
from contextlib import suppress
from typing import TYPE_CHECKING, BinaryIO, Final

from services.packager.build.progress import megabytes
from services.packager.build.stages import Stage
from services.packager.processes.subprocess_runner import Finished
from services.packager.project.too_heavy import ProjectTooHeavyError
from services.packager.runtimes.node import find_node
from services.packager.sandbox import confinement

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

TIMEOUT_S: Final = 300.0
MEMORY_BYTES: Final = 6 << 30  # of addresses of each process; what is used is watched
FILE_BYTES: Final = 2 << 30
DISK_BYTES: Final = 4 << 30  # beyond what lay there before
ROOM_BYTES: Final = 256 << 20  # that must stay free for everybody
OUTPUT_BYTES: Final = 64 << 10  # its end
BLOCK_BYTES: Final = 512  # as stat counts them
PAUSE_S: Final = 0.25
LOOK_S: Final = 2.0  # between two looks at the disk, at least


class ScriptRunner:
    """Runs one program at a time.

    Args:
        limits: Of the build.
        tell: Told for how many seconds it has been running.
        timeout_s: How long a program may take.
        disk_bytes: How much it may write.
    """

    def __init__(
        self,
        limits: confinement.Limits,
        tell: Callable[[Stage], object],
        *,
        timeout_s: float = TIMEOUT_S,
        disk_bytes: int = DISK_BYTES,
    ) -> None:
        self._file_bytes = min(limits.file_bytes, FILE_BYTES)
        self._tell = tell
        self._timeout_s = timeout_s
        self._disk_bytes = disk_bytes

    def run(
        self,
        argv: Sequence[str | Path],
        *,
        folder: Path,
        around: Path,
        variables: Mapping[str, str],
        readable: Sequence[Path],
    ) -> Finished:
        """Run it to its end; no shell reads its arguments.

        Raises:
            OSError: It cannot be started.
            ProjectTooHeavyError: It takes too long, or writes too much.
        """
        node = find_node()

        def confine() -> None:
            programs = node.programs if node else ()
            confinement.restrict_program(around, programs=programs, readable=readable)
            for kind, value in (
                (resource.RLIMIT_FSIZE, self._file_bytes),
                (resource.RLIMIT_DATA, MEMORY_BYTES),
            ):
                hard = resource.getrlimit(kind)[1]
                allowed = value if hard == resource.RLIM_INFINITY else min(value, hard)
                resource.setrlimit(kind, (allowed, allowed))

        before = _used_bytes(around)
        with tempfile.TemporaryFile(dir=around) as output:
            process = subprocess.Popen(  # noqa: S603 - what the operator allows
                argv,
                cwd=folder,
                env=dict(variables),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                preexec_fn=confine,  # noqa: PLW1509 - after a fork of this thread alone
            )
            try:
                code = self._wait(process, around, before)
            finally:
                process.kill()
                process.wait()
            return Finished(code, _end_of(output))

    def _wait(self, process: subprocess.Popen[bytes], around: Path, before: int) -> int:
        self._tell(Stage(name="scripting"))
        started_s = looked_s = time.monotonic()
        pause_s = LOOK_S
        while True:
            try:
                return process.wait(PAUSE_S)
            except subprocess.TimeoutExpired:
                now_s = time.monotonic()
            if now_s - started_s > self._timeout_s:
                limit = f"{self._timeout_s:.0f} s for its build script"
                raise ProjectTooHeavyError("time", limit=limit)
            self._tell(Stage(name="scripting", seconds=round(now_s - started_s)))
            if now_s - looked_s > pause_s:
                self._look(around, before)
                looked_s = time.monotonic()
                pause_s = max(LOOK_S, 10 * (looked_s - now_s))

    def _look(self, around: Path, before: int) -> None:
        """Raise where it has written too much."""
        too_much = _used_bytes(around) - before > self._disk_bytes
        if too_much or shutil.disk_usage(around).free < ROOM_BYTES:
            limit = f"{megabytes(self._disk_bytes)} for its build script"
            raise ProjectTooHeavyError("disk", limit=limit)


def _used_bytes(folder: Path) -> int:
    """What the files below a folder take of the disk; nothing is followed."""
    total = 0
    waiting = [str(folder)]
    while waiting:
        with suppress(OSError), os.scandir(waiting.pop()) as entries:  # it may go meanwhile
            for entry in entries:
                with suppress(OSError):
                    total += entry.stat(follow_symlinks=False).st_blocks * BLOCK_BYTES
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
    return total


def _end_of(output: BinaryIO) -> str:
    size = output.seek(0, os.SEEK_END)
    output.seek(max(size - OUTPUT_BYTES, 0))
    return output.read(OUTPUT_BYTES).decode(errors="replace")
