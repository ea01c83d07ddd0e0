"""Child processes that never outlive us.

Each leads its own group, and a guard kills the groups when we die.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from cli.stack.errors import StackError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

TAIL_LINES: Final = 15
POLL_S: Final = 0.05


class Guard:
    """A tiny process that waits for our end of a pipe to close, even by SIGKILL.

    And then kills every group it was told of.
    """

    def __init__(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-I", "-S", "-c", GUARD_PROGRAM],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )

    def watch(self, group: int) -> None:
        """Kill this process group when we are gone."""
        self._tell(f"+{group}\n")

    def forget(self, group: int) -> None:
        """The group has ended by itself; its number may come to belong to somebody else."""
        self._tell(f"-{group}\n")

    def close(self) -> None:
        """Nothing is left to be killed."""
        with suppress(BrokenPipeError):
            self._process.communicate(timeout=10)

    def _tell(self, line: str) -> None:
        assert self._process.stdin is not None  # noqa: S101 - it was made a pipe above
        with suppress(BrokenPipeError):
            self._process.stdin.write(line.encode())
            self._process.stdin.flush()


GUARD_PROGRAM: Final = """
import os, signal, sys
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)
groups = set()
for line in sys.stdin:
    (groups.add if line[0] == "+" else groups.discard)(int(line[1:]))
for group in groups:
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        pass
"""


class Child:
    """One process of the stack, with its output in a file."""

    grace_s = 30.0  # between SIGTERM and SIGKILL

    def __init__(
        self, name: str, process: subprocess.Popen[bytes], log: Path, guard: Guard
    ) -> None:
        self.name = name
        self._process = process
        self._log = log
        self._guard = guard

    @property
    def pid(self) -> int:
        """Also the number of its process group."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return self._process.poll()

    def tail(self) -> str:
        """The last lines of its output."""
        with suppress(OSError):
            return "\n".join(self._log.read_text(errors="replace").splitlines()[-TAIL_LINES:])
        return ""

    def wait_until(self, ready: Callable[[], bool], *, timeout_s: float) -> None:
        """Wait until ``ready`` answers true.

        Raises:
            StackError: It died or was not ready in time; with the end of its output.
        """
        deadline = time.monotonic() + timeout_s
        while not ready():
            if self.exit_code is not None:
                raise StackError(f"{self.name} ended with code {self.exit_code}:\n{self.tail()}")
            if time.monotonic() > deadline:
                raise StackError(
                    f"{self.name} was not ready after {timeout_s:.0f} s:\n{self.tail()}"
                )
            time.sleep(POLL_S)

    def ask_to_stop(self) -> None:
        """SIGTERM, without waiting."""
        with suppress(ProcessLookupError):
            self._process.terminate()

    def stop(self) -> int:
        """SIGTERM, then SIGKILL for the whole group after the grace time; the exit code."""
        self.ask_to_stop()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(self.grace_s)
        return self.kill()

    def kill(self) -> int:
        """SIGKILL for the whole group, now; the exit code."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        code = self._process.wait()
        self._guard.forget(self.pid)
        return code


def start(
    name: str, argv: Sequence[str], *, env: Mapping[str, str], log: Path, guard: Guard
) -> Child:
    """Start a process as the leader of its own group.

    Raises:
        StackError: The program is not there.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    try:
        with log.open("ab") as output:
            process = subprocess.Popen(  # noqa: S603 - programs that we name ourselves
                argv,
                env=dict(env),
                stdout=output,
                stderr=output,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
    except OSError as error:
        raise StackError(f"{name} cannot be started: {error}") from error
    guard.watch(process.pid)
    return Child(name, process, log, guard)
