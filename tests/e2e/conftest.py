from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from cli.local.ports import free_ports
from cli.local.state import StackState, read_state
from tests.nats_users import NATS_LOG, nobody_was_denied

if TYPE_CHECKING:
    from collections.abc import Iterator

AETHEL_EXPORT = str(Path(sys.executable).with_name("aethel-export"))
PAGE = "<!doctype html>\n<html><head><title>Tiny</title></head><body>Tiny</body></html>\n"


class Up:
    """``aethel-export up`` on a data folder."""

    options: tuple[str, ...] = ("--no-sync",)  # tests cut no power

    def __init__(self, data: Path, log: Path, **changes: str) -> None:
        self.data = data
        # A list of stacks of its own: tests side by side do not find each other's.
        self.environ = {
            **{name: value for name, value in os.environ.items() if not name.startswith("AETHEL")},
            "XDG_STATE_HOME": str(log.parent / "state"),
            "XDG_DATA_HOME": str(log.parent / "home"),
            "XDG_CACHE_HOME": str(log.parent / "cache"),
        }
        gateway, status, preview = free_ports(3)
        self.gateway_port = gateway
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [
                    *(AETHEL_EXPORT, "up", "--data", str(data)),
                    *("--gateway-port", str(gateway), "--status-port", str(status)),
                    *("--preview-port", str(preview)),
                    *self.options,
                ],
                stdout=output,
                stderr=output,
                env={**self.environ, **changes},
            )
        self.log = log

    def ready(self) -> StackState:
        """Wait until it runs or has ended; the test's own time-out bounds it."""
        while self.process.poll() is None:
            if state := read_state(self.data):
                return state
            time.sleep(0.1)
        raise AssertionError(self.log.read_text())

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Stop it and wait."""
        self.process.send_signal(number)
        code = self.process.wait()
        nobody_was_denied(self.data / NATS_LOG)
        return code

    @contextmanager
    def frozen(self, service: str) -> Iterator[None]:
        """Let a service do nothing for a while (SIGSTOP)."""
        command = f"services.{service}\0".encode()  # not the processes in which it builds
        (pid,) = [
            int(process.name)
            for process in Path("/proc").glob("[0-9]*")
            if command in _read(process / "cmdline") and works_on(process, self.data)
        ]
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)

    def cli(self, *arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
        """Run a command against it, with changes to its environment."""
        return subprocess.run(
            [AETHEL_EXPORT, *arguments],
            env={**self.environ, **changes},
            capture_output=True,
            text=True,
            check=False,
        )

    def json(self, *arguments: str) -> Any:
        """The same, with its JSON."""
        done = self.cli(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


class LastingUp(Up):
    """The same, as everybody starts it."""

    options = ()


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:  # it has ended
        return b""


def works_on(process: Path, data: Path) -> bool:
    """Whether a process carries a folder in its command or environment, works or logs there."""
    try:
        places = [str((process / name).readlink()) for name in ("fd/1", "cwd")]
    except OSError:  # it has ended, or is somebody else's
        return False
    given = _read(process / "cmdline") + _read(process / "environ")
    return str(data).encode() in given or any(place.startswith(f"{data}/") for place in places)


def left_over(data: Path) -> list[str]:
    """Processes of a stack on a data folder, or of what its tests have started there."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        mine = int(process.name) in {os.getpid(), os.getppid()}
        if not mine and works_on(process, data):
            found.append(_read(process / "cmdline")[:200].decode(errors="replace"))
    return [command.replace("\0", " ") for command in found]


@contextmanager
def running_up(folder: Path, **settings: str) -> Iterator[Up]:
    """A running stack in a new folder; at the end it must not have been denied anything."""
    started = Up(folder / "data", folder / "log", **settings)
    started.ready()
    yield started
    started.stop()


@pytest.fixture(scope="package")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """A running stack, for all files that need no other: see ``tests/sharing.py``."""
    with running_up(tmp_path_factory.mktemp("up")) as started:
        yield started


@pytest.fixture
def game(tmp_path: Path) -> Path:
    """A tiny project of its own."""
    folder = tmp_path / f"game-{tmp_path.name[-20:].lower().replace('_', '-')}"
    folder.mkdir()
    (folder / "index.html").write_text(PAGE)
    (folder / "a.png").write_bytes(b"not a picture")
    (folder / "big.bin").write_bytes(os.urandom(1 << 20))
    return folder
