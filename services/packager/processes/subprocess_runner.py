"""Programs that the packager itself starts are bounded in time, and gone when their export is.

Each leads a process group of its own. Whatever happens, a cancel, a time-out, its own end, the
whole group is killed before its leader is reaped, so nothing of it is left behind. Where we are
killed ourselves, a guard does it; a program does not begin before the guard knows of it, as it may
be the one that kills us.

Everything here blocks; it runs in a worker thread.
"""

from __future__ import annotations

import atexit
import errno
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, BinaryIO, Final

import msgspec

from shared.errors import ExportError
from shared.service.process_guard import Guard

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

POLL_S: Final = 0.002
SLOWEST_POLL_S: Final = 0.1
MAX_OUTPUT_BYTES: Final = 1 << 20
BEGIN: Final = 'read -r line && exec "$@"'  # the end of our pipe without a line: we are dead
_guard_lock = threading.Lock()


class ProgramTimeoutError(Exception):
    """It took longer than it may."""


class ProgramStoppedError(ExportError):
    """The export was stopped; whoever stopped it knows why."""

    code = "stopped"


class Finished(msgspec.Struct, frozen=True):
    """How a program ended.

    ``code`` is negative for a signal. ``output`` is both streams, their beginning where there is
    too much of it.
    """

    code: int
    output: str


def run_program(
    argv: Sequence[str | Path],
    *,
    folder: Path,
    timeout_s: float,
    stopping: threading.Event,
    stdin: bytes = b"",
    on_wait: Callable[[float], object] = lambda _: None,
) -> Finished:
    """Run a program to its end; no shell reads its arguments.

    Args:
        argv: The program and its arguments.
        folder: Where it works, its home too. Of our environment it sees PATH alone.
        timeout_s: After which it is killed, with all that it started.
        stopping: Set when nobody wants the result any more.
        stdin: Its standard input; short.
        on_wait: Told every now and then for how many seconds it has been waited.

    Raises:
        OSError: It cannot be started.
        ProgramTimeoutError: It was killed.
        ProgramStoppedError: ``stopping`` was set.
    """
    if stopping.is_set():
        raise ProgramStoppedError("the export was stopped")
    _check(argv[0])
    guard = _guard()
    with tempfile.TemporaryFile(dir=folder) as output:
        process = _started(argv, folder, output)
        guard.watch(process.pid)
        try:
            _begin(process, stdin)
            code = _wait(process, timeout_s, stopping, on_wait)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            guard.forget(process.pid)
            process.wait()
        output.seek(0)
        return Finished(code, output.read(MAX_OUTPUT_BYTES).decode(errors="replace"))


def environment(folder: Path) -> dict[str, str]:
    """All that a program sees of our environment, and a home to work in."""
    home = str(folder)
    path = os.environ.get("PATH", os.defpath)
    return {"PATH": path, "HOME": home, "TMPDIR": home, "LC_ALL": "C.UTF-8"}


def _guard() -> Guard:
    """The one of this process, from its first program on."""
    with _guard_lock:
        return _only_guard()


@cache
def _only_guard() -> Guard:
    guard = Guard()
    atexit.register(guard.close)
    return guard


def _check(program: str | Path) -> None:
    """Raise OSError where it cannot be started."""
    if shutil.which(program) is None:
        number = errno.EACCES if os.path.exists(program) else errno.ENOENT  # noqa: PTH110
        raise OSError(number, os.strerror(number), str(program))


def _started(argv: Sequence[str | Path], folder: Path, output: BinaryIO) -> subprocess.Popen[bytes]:
    """The process: it waits for a line, and is the program from then on."""
    return subprocess.Popen(  # noqa: S603 - programs of our templates, or that operators name
        ["/bin/sh", "-c", BEGIN, "sh", *argv],
        cwd=folder,
        env=environment(folder),
        stdin=subprocess.PIPE,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def _begin(process: subprocess.Popen[bytes], stdin: bytes) -> None:
    assert process.stdin is not None  # noqa: S101 - it was made a pipe
    with suppress(BrokenPipeError), process.stdin as pipe:
        pipe.write(b"\n" + stdin)


def _wait(
    process: subprocess.Popen[bytes],
    timeout_s: float,
    stopping: threading.Event,
    on_wait: Callable[[float], object],
) -> int:
    """Watch without reaping: until its leader is reaped, the group's number is ours."""
    started_s = time.monotonic()
    pause_s = POLL_S
    while not (ended := os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)):
        elapsed_s = time.monotonic() - started_s
        if elapsed_s > timeout_s:
            raise ProgramTimeoutError
        on_wait(elapsed_s)
        if stopping.wait(pause_s):
            raise ProgramStoppedError("the export was stopped")
        pause_s = min(pause_s * 1.5, SLOWEST_POLL_S)
    return ended.si_status if ended.si_code == os.CLD_EXITED else -ended.si_status
