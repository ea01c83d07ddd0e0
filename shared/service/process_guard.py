"""Sees to it that what a process has started does not outlive it, whichever way it dies."""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress
from typing import Final


class Guard:
    """A tiny process that waits for our end of a pipe to close, as even SIGKILL does.

    Then it kills every process group that it was told of. To be used from any thread.
    """

    def __init__(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-I", "-S", "-c", GUARD_PROGRAM],
            stdin=subprocess.PIPE,
            env={},  # it needs none of our secrets
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
    except OSError:
        pass
"""
