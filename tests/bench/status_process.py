"""A status service by itself, on real servers: what its process holds and spends."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cli.local.environment import of_process
from cli.local.ports import free_ports

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.servers import Servers

SECRET: Final = "0123456789abcdef" * 4
TICKS_S: Final = os.sysconf("SC_CLK_TCK")
PAGE_KB: Final = os.sysconf("SC_PAGE_SIZE") / 1_000


class StatusProcess:
    """One that runs."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, log: Path) -> None:
        self.process = process
        self.port = port
        self.log = log

    @property
    def resident_kb(self) -> float:
        """What it has in memory."""
        fields = Path(f"/proc/{self.process.pid}/statm").read_text().split()
        return int(fields[1]) * PAGE_KB

    @property
    def cpu_s(self) -> float:
        """What it has computed so far."""
        stat = Path(f"/proc/{self.process.pid}/stat").read_text()
        return sum(map(int, stat.rpartition(")")[2].split()[11:13])) / TICKS_S

    def stop(self) -> None:
        """End it in order."""
        self.process.terminate()
        self.process.wait()


@contextmanager
def status_process(servers: Servers, folder: Path, **settings: str) -> Iterator[StatusProcess]:
    """Start it, and wait until it is ready; killed at the end."""
    (port,) = free_ports(1)
    environ = {
        **of_process(os.environ),
        "NATS_URL": servers.nats_url_of("status"),
        "JWT_SECRET": SECRET,
        "STATUS_BIND": f"127.0.0.1:{port}",
        **settings,
    }
    log = folder / f"status-{port}.log"
    with log.open("wb") as lines:
        command = [sys.executable, "-m", "services.status"]
        process = subprocess.Popen(command, env=environ, stderr=lines)
    try:
        while not _is_ready(port):
            assert process.poll() is None, log.read_text()
            time.sleep(0.01)
        yield StatusProcess(process, port, log)
    finally:
        process.kill()
        process.wait()


def _is_ready(port: int) -> bool:
    with suppress(OSError):
        return bool(urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz").status == 200)
    return False
