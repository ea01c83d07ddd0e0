"""Programs that we did not write, as child processes that nobody outlives.

Each leads a process group of its own. Whatever happens, a cancel, a time-out, its own end, the
whole group is killed before its leader is reaped, so nothing of it is left behind.
"""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import structlog

from shared.errors import ExportError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from typing import BinaryIO

log = structlog.get_logger()

MAX_OUTPUT_BYTES: Final = 64 << 10
SHOWN_LINES: Final = 20
FIRST_WAIT_S: Final = 0.002
LONGEST_WAIT_S: Final = 0.1


class ToolMissingError(ExportError):
    """A program that is needed is not installed: for operators to mend."""

    code = "tool-missing"
    title = "A program that is needed is not installed"


class ToolFailedError(ExportError):
    """A program failed or took too long: the network or a token perhaps, so it is tried again."""

    code = "tool-failed"
    title = "A program that is needed has failed"
    retryable = True


class ToolStoppedError(Exception):
    """The export has been stopped meanwhile."""


class Tools:
    """The child processes of one export.

    Args:
        on_wait: Told every now and then what is waited for, and "" when it has ended.
    """

    def __init__(self, on_wait: Callable[[str], None] = lambda _: None) -> None:
        self._on_wait = on_wait
        self._stopped = threading.Event()

    def stop(self) -> None:
        """From any thread: kill what runs; nothing starts any more."""
        self._stopped.set()

    def run(
        self,
        argv: Sequence[str],
        *,
        doing: str,
        folder: Path,
        timeout_s: float,
        given: bytes = b"",
    ) -> str:
        """Run a program to its end and return what it printed, both streams together.

        Args:
            argv: The program and its arguments; no shell sees them.
            doing: What it does, for people: "signing the program".
            folder: Where it works. It sees PATH and HOME of ours, and no other variable.
            timeout_s: How long it may take.
            given: Its standard input; short.

        Raises:
            ToolMissingError, ToolFailedError: It could not run, failed, or took too long.
            ToolStoppedError: The export was stopped.
        """
        name = os.path.basename(argv[0])  # noqa: PTH119 - a string in, a string out
        with tempfile.TemporaryFile(dir=folder) as output:
            process = _started(argv, folder, output)
            try:
                _give(process, given)
                code = self._wait(process, doing, timeout_s)
            finally:
                _end(process)
                self._on_wait("")
            printed = _end_of(output)
        last = "\n".join(printed.splitlines()[-SHOWN_LINES:])
        log.info("tool.ended", tool=name, code=code, output=last)
        if code is None:
            message = f"{doing}: {name} did not end within {timeout_s:.0f} s and was stopped"
            raise ToolFailedError(message)
        if code:
            raise ToolFailedError(f"{doing}: {name} failed with code {code}; operators see why")
        return printed

    def _wait(self, process: subprocess.Popen[bytes], doing: str, timeout_s: float) -> int | None:
        """Watch without reaping: until its leader is reaped, the group's number is ours."""
        started_s = time.monotonic()
        wait_s = FIRST_WAIT_S
        while not (ended := _ended(process.pid)):
            elapsed_s = time.monotonic() - started_s
            if elapsed_s > timeout_s:
                return None
            self._on_wait(f"{doing}: {elapsed_s:.0f} s")
            if self._stopped.wait(wait_s):
                raise ToolStoppedError
            wait_s = min(2 * wait_s, LONGEST_WAIT_S)
        return ended.si_status if ended.si_code == os.CLD_EXITED else -ended.si_status


def _give(process: subprocess.Popen[bytes], given: bytes) -> None:
    assert process.stdin is not None  # noqa: S101 - it was made a pipe
    with suppress(BrokenPipeError), process.stdin as stdin:
        stdin.write(given)


def _end(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _end_of(output: BinaryIO) -> str:
    size_bytes = output.seek(0, os.SEEK_END)
    output.seek(max(size_bytes - MAX_OUTPUT_BYTES, 0))
    return output.read().decode(errors="replace")


def _ended(pid: int) -> os.waitid_result | None:
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)


def _started(argv: Sequence[str], folder: Path, output: BinaryIO) -> subprocess.Popen[bytes]:
    environ = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    try:
        return subprocess.Popen(  # noqa: S603 - programs that we or the operator name; no shell
            argv,
            cwd=folder,
            env={**environ, "LANG": "C.UTF-8", "TMPDIR": str(folder)},
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except OSError as error:
        raise ToolMissingError(f"{argv[0]} cannot be started: {error.strerror}") from error
