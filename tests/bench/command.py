"""What it costs to type a command: seconds of computing, beside an interpreter that does nothing.

And a push of what has not changed, by the clock as well.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cli.file_digest import TICK_NS
from cli.local.stack import local_stack
from tests.bench.measurement import Measurement
from tests.bench.project import mixed_project

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROUNDS: Final = 9
PROGRAM: Final = str(Path(sys.executable).with_name("aethel-export"))
NOTHING: Final = [sys.executable, "-c", "pass"]


def measure(cache: Path) -> Iterator[Measurement]:
    """Starting, asking once, and pushing the same again; in turns."""
    project = mixed_project(cache)
    with tempfile.TemporaryDirectory() as scratch, local_stack(Path(scratch) / "data") as stack:
        environ = {
            **os.environ,
            "AETHEL_EXPORT_URL": stack.state.gateway_url,
            "AETHEL_EXPORT_TOKEN": stack.state.token,
            "XDG_CACHE_HOME": scratch,
        }
        export = _prepare(project, environ)
        time.sleep(TICK_NS / 1e9)  # what has been written just now is read again
        commands = {
            "help": [PROGRAM, "--help"],
            "version": [PROGRAM, "--version"],
            "status": [PROGRAM, "status", export],
            "push_unchanged": [PROGRAM, "push", str(project), "--project", "same"],
        }
        subprocess.run(commands["push_unchanged"], env=environ, check=True, capture_output=True)
        yield from _measured(commands, environ)


def _prepare(project: Path, environ: Mapping[str, str]) -> str:
    """An export to be asked for, and a project that is pushed."""

    def typed(*arguments: str) -> str:
        run = [PROGRAM, *arguments]
        return subprocess.run(run, env=environ, check=True, capture_output=True, text=True).stdout

    typed("push", str(project), "--project", "same")
    return typed("export", "same", "--platform", "source").strip()


def _measured(
    commands: Mapping[str, list[str]], environ: Mapping[str, str]
) -> Iterator[Measurement]:
    spent: dict[str, list[tuple[float, float]]] = {name: [] for name in ("python", *commands)}
    for _ in range(ROUNDS):
        for name, command in {"python": NOTHING, **commands}.items():
            spent[name].append(_seconds(command, environ))
    for name, rounds in spent.items():
        computing = statistics.median(cpu_s for cpu_s, _ in rounds)
        target = None if name == "python" else 0.4 if name == "push_unchanged" else 0.25
        yield Measurement(name=f"command.{name}_cpu", value=computing, unit="s", target=target)
    wall = statistics.median(wall_s for _, wall_s in spent["push_unchanged"])
    yield Measurement(name="command.push_unchanged_wall", value=wall, unit="s", target=0.4)


def _seconds(command: list[str], environ: Mapping[str, str]) -> tuple[float, float]:
    """What it computes, and what it takes."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, env=environ, check=True, capture_output=True)
    after, wall_s = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter() - began
    used = (after.ru_utime - before.ru_utime) + (after.ru_stime - before.ru_stime)
    return used, wall_s
