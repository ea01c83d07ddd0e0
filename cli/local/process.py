"""Child processes that never outlive us.

Each leads its own group, and a :class:`~shared.service.process_guard.Guard` kills the groups
when we die.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from cli.local.errors import StackError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from shared.service.process_guard import Guard

TAIL_LINES: Final = 15
POLL_S: Final = 0.05


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
    name: str,
    argv: Sequence[str],
    *,
    env: Mapping[str, str],
    log: Path,
    guard: Guard,
    working_folder: Path | None = None,
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
                cwd=working_folder,
                stdout=output,
                stderr=output,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
    except OSError as error:
        raise StackError(f"{name} cannot be started: {error}") from error
    guard.watch(process.pid)
    return Child(name, process, log, guard)
